"""A log in memory, for tests and notebooks: the same promises, but for durability."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from dashboard.errors import NotFound
from dashboard.events import Event
from dashboard.log import (
    GENESIS,
    Appended,
    Draft,
    Outcome,
    Tip,
    Verdict,
    check_chain,
    entry,
    refusal,
    reused,
)


class MemoryLog:
    """Keeps its entries in a list. Safe for threads."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._sameness: dict[str, tuple[str, bytes, int]] = {}
        self._changed = threading.Condition()

    def append(self, drafts: Sequence[Draft], now_us: int) -> list[Outcome]:
        """Store drafts; see :class:`dashboard.log.Log`."""
        with self._changed:
            outcomes = [self._append_one(draft, now_us) for draft in drafts]
            self._changed.notify_all()
        return outcomes

    def _append_one(self, draft: Draft, now_us: int) -> Outcome:
        known = self._sameness.get(draft.id)
        if known is not None:
            same = known[:2] == (draft.incident_id, draft.sameness)
            return Appended(known[2], duplicate=True) if same else reused(draft)
        if (refused := refusal(draft, self.tip(), self._newer(draft))) is not None:
            return refused
        event = entry(draft, self.tip(), now_us)
        self._events.append(event)
        self._sameness[draft.id] = (draft.incident_id, draft.sameness, event.seq)
        return Appended(event.seq, duplicate=False)

    def _newer(self, draft: Draft) -> list[Event]:
        if draft.seen is None:
            return []
        on = (draft.incident_id, draft.decided_on)
        later = self._events[draft.seen :]
        return [
            e for e in later if on in ((e.incident_id, e.subject_id), (e.incident_id, e.about_id))
        ]

    def read(
        self,
        after: int = 0,
        *,
        upto: int | None = None,
        incident_id: str | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """Return entries in order of seq; see :class:`dashboard.log.Log`."""
        rows = self._events[after:upto]
        if incident_id is not None:
            rows = [e for e in rows if e.incident_id == incident_id]
        return rows[:limit]

    def tip(self) -> Tip:
        """Return the last entry's seq, hash and time."""
        if not self._events:
            return Tip(0, GENESIS, 0)
        last = self._events[-1]
        return Tip(last.seq, last.hash, last.recorded_us)

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait for an entry later than ``after``."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._events) > after, timeout_s)

    def erase(self, seq: int) -> None:
        """Take one body out for good."""
        if not 1 <= seq <= len(self._events):
            raise NotFound(f"The log has no entry {seq}.", seq=seq)
        self._events[seq - 1] = self._events[seq - 1]._replace(body=None)

    def verify(self) -> Verdict:
        """Check every link of the chain."""
        erased = sum(e.body is None for e in self._events)
        return Verdict(len(self._events), erased, check_chain(self._events, GENESIS))

    def close(self) -> None:
        """Nothing to close."""
