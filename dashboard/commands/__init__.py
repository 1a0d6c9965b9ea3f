"""The one way in: check shape, role and rule, append, answer each event by itself.

Pure but for the log it is handed: nothing here knows HTTP, files or sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dashboard.commands.checks import CHECKS, check_subject
from dashboard.errors import EocError, Forbidden, Malformed
from dashboard.events import DECISION, KINDS, Kind, Sent, check_body, read_sent, sameness
from dashboard.log import Appended, Draft, Outcome
from dashboard.projections.board import Board

MAX_BATCH = 500


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: roles in this realm, person, device and the door (``source``)."""

    roles: frozenset[str]
    source: str
    person_id: str | None = None
    device_id: str | None = None
    team: str | None = None
    partner_id: str | None = None
    speaks_for: Callable[[str, int], bool] = lambda person_id, occurred_us: False


class Appends(Protocol):
    """The part of the log that submitting needs."""

    def append(self, drafts: Sequence[Draft], now_us: int) -> list[Outcome]:
        """Store drafts; one answer each."""
        ...


def submit(
    log: Appends, board: Board, raws: Sequence[Any], sender: Sender, now_us: int
) -> list[tuple[str | None, Outcome]]:
    """Return an answer per event: its id and its seq, or the error of that event alone.

    Raises:
        Malformed: no event at all, or more than 500.
        StorageFull, Busy: nothing of the batch was stored.
    """
    if not 1 <= len(raws) <= MAX_BATCH:
        raise Malformed(
            f"A batch holds 1 to {MAX_BATCH} events, not {len(raws)}.",
            index=None, field="events", value=len(raws),
        )  # fmt: skip
    answers: list[tuple[str | None, Outcome | None]] = []
    drafts: list[Draft] = []
    for index, raw in enumerate(raws):
        try:
            draft = _draft(board, raw, sender, index)
        except EocError as error:
            error.detail.setdefault("index", index)
            answers.append((_id_of(raw), error))
        else:
            drafts.append(draft)
            answers.append((draft.id, None))
    outcomes = iter(log.append(drafts, now_us) if drafts else ())
    return [(id_, _indexed(i, answer or next(outcomes))) for i, (id_, answer) in enumerate(answers)]


def _draft(board: Board, raw: Any, sender: Sender, index: int) -> Draft:
    sent = read_sent(raw, index)
    check_body(sent, index)
    kind = KINDS.get(sent.kind)
    _check_role(kind, sent, sender)
    about = sent.body.get(kind.about) if kind and kind.about else None
    decided = kind is not None and kind.nature == DECISION
    return Draft(
        id=str(sent.id),
        incident_id=board.incident_id,
        kind=sent.kind,
        v=sent.v,
        subject_id=sent.subject_id,
        about_id=about,
        occurred_us=sent.occurred_us,
        sent_us=sent.sent_us,
        person_id=_person(sent, sender),
        device_id=sender.device_id,
        source=sender.source,
        body=sent.body,
        sameness=sameness(sent),
        seen=sent.body.get("seen", 0) if decided else None,
        decided_on=(about or sent.subject_id) if decided else None,
        objection=_objection(board, sent, sender),
    )


def _objection(board: Board, sent: Sent, sender: Sender) -> EocError | None:
    try:
        check_subject(board, sent)
        if rule := CHECKS.get(sent.kind):
            rule(board, sent, sender)
    except EocError as error:
        return error
    return None


def _check_role(kind: Kind | None, sent: Sent, sender: Sender) -> None:
    """An unknown kind is kept, but only from people of the house."""
    allowed = kind.roles if kind else frozenset({"commander", "desk", "field", "system"})
    if not allowed & sender.roles:
        raise Forbidden(
            f"Your role may not send {sent.kind}; ask the desk.",
            field="kind", value=sent.kind, roles=sorted(sender.roles),
        )  # fmt: skip


def _person(sent: Sent, sender: Sender) -> str | None:
    """The device's token authenticates; a person enrolled on it then may be named."""
    if sent.person_id in (None, sender.person_id):
        return sender.person_id
    if sender.speaks_for(str(sent.person_id), sent.occurred_us):
        return sent.person_id
    raise Forbidden(
        f"{sent.person_id} was not enrolled on this device at that time.",
        field="person_id", value=sent.person_id,
    )  # fmt: skip


def _id_of(raw: Any) -> str | None:
    found = raw.get("id") if isinstance(raw, Mapping) else None
    return found if isinstance(found, str) else None


def _indexed(index: int, outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Appended):
        outcome.detail.setdefault("index", index)
    return outcome
