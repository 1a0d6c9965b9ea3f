"""The log: the only memory of facts. What every store promises, and the chain of hashes.

``tests/contract/test_log.py`` runs one suite over memory, SQLite and PostgreSQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias

from dashboard.errors import EocError, IdReused, Malformed, Stale
from dashboard.events import Event, canonical

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has a place in the log.

    ``sameness`` is the hash of what the client sent. ``seen`` is None for a fact; for a
    decision the log refuses it when ``decided_on`` (a subject id) has a later entry.
    ``objection`` is what a rule has against it: it counts only if the id is new, so that
    a retry gets the first answer again.
    """

    id: str
    incident_id: str
    kind: str
    v: int
    subject_id: str
    about_id: str | None
    occurred_us: int
    sent_us: int
    person_id: str | None
    device_id: str | None
    source: str
    body: dict[str, Any]
    sameness: bytes
    seen: int | None = None
    decided_on: str | None = None
    objection: EocError | None = None


class Appended(NamedTuple):
    """The answer to one draft: its seq, and whether it lay there already."""

    seq: int
    duplicate: bool


Outcome: TypeAlias = Appended | EocError


class Tip(NamedTuple):
    """The last entry: its seq, chain hash and time of recording (0, GENESIS, 0 if none)."""

    seq: int
    hash: bytes
    recorded_us: int


class Verdict(NamedTuple):
    """What ``verify`` found: entries read, bodies erased, and the first broken seq or None."""

    entries: int
    erased: int
    broken_at: int | None


class Log(Protocol):
    """An append-only, chained log of one realm. Every method may block."""

    def append(self, drafts: Sequence[Draft], now_us: int) -> list[Outcome]:
        """Store drafts durably in one transaction; an offender is answered and skipped.

        ``recorded_us`` is ``now_us``, or the last entry's if the clock went back.

        Raises:
            StorageFull: nothing of the batch was stored.
            Busy: another writer held the log too long; nothing was stored.
        """
        ...

    def read(
        self,
        after: int = 0,
        *,
        upto: int | None = None,
        incident_id: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """Return entries with ``after < seq ≤ upto`` in order of seq; no gap is ever skipped."""
        ...

    def tip(self) -> Tip: ...

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait until the log may hold an entry later than ``after``; False on time-out."""
        ...

    def erase(self, seq: int) -> None:
        """Take one body out for good; the chain keeps its hash.

        Raises:
            NotFound: no such entry.
        """
        ...

    def verify(self) -> Verdict: ...

    def close(self) -> None: ...


def link(previous: bytes, event: Event) -> bytes:
    """Return ``SHA256(previous ‖ envelope ‖ SHA256(body))`` of an entry."""
    envelope = [
        event.seq, event.id, event.incident_id, event.kind, event.v, event.subject_id,
        event.about_id, event.occurred_us, event.sent_us, event.recorded_us,
        event.person_id, event.device_id, event.source,
    ]  # fmt: skip
    return hashlib.sha256(previous + canonical(envelope) + event.body_hash).digest()


def entry(draft: Draft, tip: Tip, now_us: int, body: bytes | None = None) -> Event:
    """Return the draft as the entry that follows ``tip``; ``body`` is its canonical form."""
    event = Event(
        seq=tip.seq + 1,
        id=draft.id,
        incident_id=draft.incident_id,
        kind=draft.kind,
        v=draft.v,
        subject_id=draft.subject_id,
        about_id=draft.about_id,
        occurred_us=draft.occurred_us,
        sent_us=draft.sent_us,
        recorded_us=max(now_us, tip.recorded_us),
        person_id=draft.person_id,
        device_id=draft.device_id,
        source=draft.source,
        body=draft.body,
        body_hash=hashlib.sha256(canonical(draft.body) if body is None else body).digest(),
        hash=b"",
    )
    return event._replace(hash=link(tip.hash, event))


def reused(draft: Draft) -> IdReused:
    """Return the answer to an id that came before with other content."""
    return IdReused(f"Id {draft.id} was used with other content; send a new id.", id=draft.id)


def unseeable(draft: Draft, tip: Tip) -> Malformed:
    """Return the answer to a decision that claims to have seen what is not yet written."""
    return Malformed(
        f"seen is {draft.seen}, but the log ends at {tip.seq}; send the seq on your screen.",
        field="body.seen", value=draft.seen,
    )  # fmt: skip


def stale(draft: Draft, newer: Sequence[Event]) -> Stale:
    """Return the answer to a decision whose subject has entries the decider had not seen."""
    changed = [{"seq": e.seq, "kind": e.kind, "person_id": e.person_id} for e in newer]
    return Stale(
        f"{draft.decided_on} has changed since seq {draft.seen}; look again and decide.",
        subject_id=draft.decided_on, seen=draft.seen, changed=changed,
    )  # fmt: skip


def refusal(draft: Draft, tip: Tip, newer: Sequence[Event]) -> EocError | None:
    """Return why a draft with a new id is not stored, or None.

    ``newer`` are the entries after ``draft.seen`` whose subject_id or about_id is
    ``draft.decided_on`` in the same incident (empty for a fact).
    """
    if draft.seen is not None and draft.seen > tip.seq:
        return unseeable(draft, tip)
    if draft.seen is not None and newer:
        return stale(draft, newer)
    return draft.objection


def check_chain(events: Sequence[Event], previous: bytes) -> int | None:
    """Return the first seq whose hash does not follow from ``previous``, or None."""
    for event in events:
        whole = event.body is None or hashlib.sha256(canonical(event.body)).digest()
        if whole is not True and whole != event.body_hash:
            return event.seq
        if link(previous, event) != event.hash:
            return event.seq
        previous = event.hash
    return None
