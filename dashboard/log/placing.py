"""Give drafts their places in the log: the checks inside the append lock of every database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import orjson

from dashboard.errors import Malformed
from dashboard.events import Event, canonical
from dashboard.log import Appended, Draft, Outcome, Tip, entry, refusal, reused
from dashboard.log.group_commit import Order

ENVELOPE = (
    "seq", "id", "incident_id", "kind", "v", "subject_id", "about_id", "occurred_us", "sent_us",
    "recorded_us", "person_id", "device_id", "source",
)  # fmt: skip
COLUMNS = (*ENVELOPE, "sameness", "body_hash", "hash")  # of the table ``event``


class Known(NamedTuple):
    """Where an id lies already, and the hash of what its sender sent."""

    incident_id: str
    sameness: bytes
    seq: int


class Row(NamedTuple):
    """A new line of ``event`` (as COLUMNS) and its body as canonical JSON."""

    columns: tuple[Any, ...]
    body: str


class Held(Protocol):
    """What a store shows while it holds the append lock."""

    def tip(self) -> Tip: ...

    def known(self, ids: Sequence[str]) -> dict[str, Known]: ...

    def newer(self, draft: Draft) -> list[Event]:
        """Return entries later than ``draft.seen`` of the subject decided on."""
        ...


class Placing:
    """The places given in one transaction; ``rows`` is what the store must insert."""

    def __init__(self, held: Held, orders: Sequence[Order]) -> None:
        self.rows: list[Row] = []
        self._held = held
        self._tip = held.tip()
        self._known = held.known([d.id for order in orders for d in order.drafts])
        self._fresh: list[Event] = []
        self.outcomes = [[self._place(d, order.now_us) for d in order.drafts] for order in orders]

    def _place(self, draft: Draft, now_us: int) -> Outcome:
        known = self._known.get(draft.id)
        if known is not None:
            same = known[:2] == (draft.incident_id, draft.sameness)
            return Appended(known.seq, duplicate=True) if same else reused(draft)
        if (refused := refusal(draft, self._tip, self._newer(draft))) is not None:
            return refused
        try:
            return self._add(draft, now_us)
        except ValueError as error:  # a lone surrogate, a NaN
            return Malformed(f"The body of {draft.id} is not JSON in UTF-8: {error}", field="body")

    def _newer(self, draft: Draft) -> list[Event]:
        if draft.seen is None or draft.seen > self._tip.seq:
            return []
        on = (draft.incident_id, draft.decided_on)
        fresh = [e for e in self._fresh if e.seq > draft.seen and on in _touched(e)]
        return self._held.newer(draft) + fresh

    def _add(self, draft: Draft, now_us: int) -> Appended:
        body = canonical(draft.body)
        event = entry(draft, self._tip, now_us, body)
        columns = (*event[:13], draft.sameness, event.body_hash, event.hash)
        self.rows.append(Row(columns, body.decode()))
        self._fresh.append(event)
        self._tip = Tip(event.seq, event.hash, event.recorded_us)
        self._known[draft.id] = Known(draft.incident_id, draft.sameness, event.seq)
        return Appended(event.seq, duplicate=False)


def _touched(event: Event) -> tuple[tuple[str, str | None], ...]:
    return (event.incident_id, event.subject_id), (event.incident_id, event.about_id)


def known_of(rows: Iterable[Sequence[Any]]) -> dict[str, Known]:
    """Return ``known`` of rows (id, incident_id, sameness, seq)."""
    return {row[0]: Known(row[1], bytes(row[2]), row[3]) for row in rows}


def events_of(rows: Iterable[Sequence[Any]]) -> list[Event]:
    """Return events of rows in the order of Event, whose body is JSON text or None."""
    loads, make = orjson.loads, Event._make
    return [
        make((*row[:13], None if row[13] is None else loads(row[13]), row[14], row[15]))
        for row in rows
    ]
