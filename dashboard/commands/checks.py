"""The rules of single kinds: what a decision may do to a subject as it stands.

Facts are accepted whatever the state; only decisions are refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from dashboard.errors import Forbidden, Malformed, Refused
from dashboard.events import DECISION, KINDS, Sent
from dashboard.projections.board import Board

FIRST = frozenset(
    {"incident.opened", "instruction.issued", "road_closure.declared", "team.formed",
     "person.assigned", "drill.clock_set", "layer.published", "lahar_clock.started"}
)  # fmt: skip


class Who(Protocol):
    """The part of the sender that rules look at."""

    @property
    def roles(self) -> frozenset[str]:
        """Roles in this realm."""
        ...

    @property
    def team(self) -> str | None:
        """The person's team, if any."""
        ...


def check_subject(board: Board, sent: Sent) -> None:
    """Check that the subject fits the kind, and that a decision has something to decide on.

    Raises:
        Malformed: the subject is of another type.
        Refused: a decision about something that is not there.
    """
    kind = KINDS.get(sent.kind)
    subject = board.subjects.get(sent.subject_id)
    if sent.subject_id.startswith("measure:"):
        raise Malformed("Numbers are counted, not sent.", field="subject_id", value=sent.subject_id)
    if kind is None or kind.noun == "body":
        return
    if subject is None:
        if kind.nature == DECISION and sent.kind not in FIRST:
            raise Refused(
                f"There is no {kind.noun} {sent.subject_id} here; look again.",
                field="subject_id", value=sent.subject_id,
            )  # fmt: skip
    elif subject.type != kind.noun:
        raise Malformed(
            f"{sent.subject_id} is a {subject.type}; {sent.kind} needs a {kind.noun}.",
            field="subject_id", value=sent.subject_id,
        )  # fmt: skip


def _still(state: str, value: Any, words: str) -> Callable[[Board, Sent, Who], None]:
    def rule(board: Board, sent: Sent, who: Who) -> None:
        if board.subjects[sent.subject_id].get(state) == value:
            raise Refused(words.format(sent.subject_id), field="subject_id", value=sent.subject_id)

    return rule


def _opens_itself(board: Board, sent: Sent, who: Who) -> None:
    if sent.subject_id != board.incident_id:
        raise Malformed(
            "The subject of incident events is the incident itself.",
            field="subject_id", value=sent.subject_id,
        )  # fmt: skip


def _known_report(board: Board, sent: Sent, who: Who) -> None:
    report_id = sent.body.get("report_id")
    report = board.subjects.get(report_id) if report_id else None
    if report_id and (report is None or report.type != "report"):
        raise Refused(
            f"There is no report {report_id} here; look again.",
            field="body.report_id", value=report_id,
        )  # fmt: skip
    if report is not None and report.get("retracted"):
        raise Refused(f"Report {report_id} was retracted.", field="body.report_id", value=report_id)


def _own_team(board: Board, sent: Sent, who: Who) -> None:
    """A crew answers for instructions to its own team; the desk answers for anyone."""
    subject = board.subjects.get(sent.subject_id)
    if who.roles & {"commander", "desk", "system"} or subject is None:
        return
    if subject.get("team") not in (None, who.team):
        raise Forbidden(
            f"Instruction {sent.subject_id} is for another team.",
            field="subject_id", value=sent.subject_id,
        )  # fmt: skip


def _table_in_force(board: Board, sent: Sent, who: Who) -> None:
    """The clock runs by a table that was published: nobody may invent arrival times."""
    for layer in board.of_type("layer"):
        if layer.get("sha256") == sent.body["table"] and layer.get("state") == "in_force":
            return
    raise Refused(
        f"Table {sent.body['table'][:12]}… is not in force here; publish it first.",
        field="body.table", value=sent.body["table"],
    )  # fmt: skip


CHECKS: dict[str, Callable[[Board, Sent, Who], None]] = {
    "incident.opened": _opens_itself,
    "incident.ended": _opens_itself,
    "report.triaged": _still("retracted", True, "Report {} was retracted."),
    "instruction.issued": _known_report,
    "instruction.withdrawn": _still("state", "withdrawn", "Instruction {} is already withdrawn."),
    "layer.withdrawn": _still("state", "withdrawn", "Layer {} is already withdrawn."),
    "lahar_clock.stopped": _still("state", "stopped", "Clock {} is already stopped."),
    "lahar_clock.started": _table_in_force,
    "road_closure.lifted": _still("state", "lifted", "Road closure {} is already lifted."),
    **{name: _own_team for name in KINDS if name.startswith("instruction.") and name not in (
        "instruction.issued", "instruction.withdrawn")},
}  # fmt: skip
