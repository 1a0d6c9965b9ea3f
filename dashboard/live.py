"""The boards of this process, kept at the log's tip, and their features as cached bytes."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from dashboard.clock import iso
from dashboard.errors import NotFound
from dashboard.events import Event
from dashboard.log import Log
from dashboard.projections.board import ERASED, Board
from dashboard.projections.features import feature, tombstone
from dashboard.projections.order import corrected_us
from dashboard.projections.subject import Subject
from dashboard.projections.visible import visible

CHUNK = 5000
CHECKPOINT_EVERY = 1000


@dataclass(slots=True)
class Moved:
    """What one catch-up brought: entries after ``after`` up to ``upto``, ids per incident."""

    after: int
    upto: int
    changed: dict[str, dict[str, None]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


class Live:
    """Folds the tail of one realm's log into boards. One per realm and process."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.position = 0
        self.boards: dict[str, Board] = {}
        self.listeners: list[Callable[[Moved], None]] = []
        self._lock = threading.Lock()
        self._bytes: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._past: dict[str, list[Board]] = {}

    def board(self, incident_id: str) -> Board:
        """Return the board of an incident.

        Raises:
            NotFound: no such incident in this realm.
        """
        board = self.boards.get(incident_id)
        if board is None:
            raise NotFound(f"There is no incident {incident_id}; see /incidents.", id=incident_id)
        return board

    def still(self, incident_id: str) -> Board:
        """Return a board that no thread moves: for work that reads it for a while.

        Raises:
            NotFound: no such incident in this realm.
        """
        with self._lock:
            return self.board(incident_id).copy()

    def opened(self) -> list[Board]:
        """Return the boards of all incidents, newest first."""
        return sorted(self.boards.values(), key=lambda b: _opened_us(b), reverse=True)

    def catch_up(self) -> int:
        """Fold what the log has beyond ``position``; tell the listeners; return the position."""
        while events := self.log.read(self.position, limit=CHUNK):
            with self._lock:  # read without it: a screen must not wait for the disk
                self._fold([e for e in events if e.seq > self.position])
        return self.position

    def follow(self, stopped: Callable[[], bool]) -> None:
        """Keep the boards at the tip until ``stopped()``; runs in a thread of its own."""
        while not stopped():
            if self.log.wait(self.position, 1.0):
                self.catch_up()

    def _fold(self, events: list[Event]) -> None:
        if not events:
            return
        moved = Moved(self.position, events[-1].seq, events=events)
        for event in events:
            board = self.boards.setdefault(event.incident_id, Board(event.incident_id))
            changed = moved.changed.setdefault(board.incident_id, {})
            changed.update(dict.fromkeys(board.apply(event)))
            if event.kind == ERASED:
                changed.update(dict.fromkeys(self._forget(event)))
        self.position = moved.upto
        for board in self.boards.values():
            board.upto = moved.upto
        for listener in self.listeners:
            listener(moved)

    def _forget(self, record: Event) -> list[str]:
        """Fold an incident anew without what was erased; return the ids that changed."""
        incident_id = record.incident_id
        events = self.log.read(0, upto=record.seq, incident_id=incident_id)
        # the record is written before the body goes: it may still be readable
        gone = {e.body["seq"] for e in events if e.kind == ERASED and e.body}
        left = (e._replace(body=None) if e.seq in gone else e for e in events)
        fresh, old = Board.fold(incident_id, left), self.boards[incident_id]
        self.boards[incident_id] = fresh
        self._past.pop(incident_id, None)
        self._bytes = {key: made for key, made in self._bytes.items() if key[0] != incident_id}
        return fresh.renewed(old, record.seq)

    def fragment(self, board: Board, subject: Subject) -> bytes:
        """Return a subject's feature as JSON bytes, made once per seq."""
        key = (board.incident_id, subject.id)
        known = self._bytes.get(key)
        if known is not None and known[0] == subject.seq:
            return known[1]
        made = orjson.dumps(feature(subject, board.subjects))
        self._bytes[key] = (subject.seq, made)
        return made

    def change(self, board: Board, subject: Subject, audience: str) -> bytes | None:
        """Return what an audience gets of a changed subject: feature, tombstone or nothing."""
        if visible(subject, audience):
            return self.fragment(board, subject)
        return orjson.dumps(tombstone(subject)) if board.left(subject, audience) else None

    def changes(self, incident_id: str, audience: str, after: int, limit: int) -> dict[str, Any]:
        """Return ``{after, upto, more, changes}``; ``changes`` are orjson fragments."""
        with self._lock:
            return self._changes(incident_id, audience, after, limit)

    def _changes(self, incident_id: str, audience: str, after: int, limit: int) -> dict[str, Any]:
        board = self.board(incident_id)
        upto, found = board.upto, []
        moved = board.changed_after(after)
        for index, subject in enumerate(moved):
            made = self.change(board, subject, audience)
            if made is not None:
                found.append(orjson.Fragment(made))
            last = index + 1 == len(moved)
            if len(found) >= limit and not last and moved[index + 1].seq != subject.seq:
                upto = subject.seq
                break
        return {"after": after, "upto": upto, "more": upto < board.upto, "changes": found}

    def collection(self, board: Board, audience: str) -> bytes:
        """Return the visible board as a GeoJSON FeatureCollection in bytes (EPSG:4326)."""
        with self._lock:
            rows = [self.fragment(board, s) for s in board.seen_by(audience)]
        head = orjson.dumps({"upto": board.upto, "as_of": iso(board.as_of_us)})[:-1]
        return b"".join((head, b',"type":"FeatureCollection","features":[', b",".join(rows), b"]}"))

    def as_known(self, incident_id: str, seq: int) -> Board:
        """Return the board as headquarters knew it at ``seq``, folded from a checkpoint."""
        self.board(incident_id)
        marks = self._checkpoints(incident_id)
        at = bisect_right([b.upto for b in marks], seq)
        board = marks[at - 1].copy() if at else Board(incident_id)
        for event in self._read(board.upto, seq, incident_id):
            board.apply(event)
        board.upto = min(seq, self.position)
        return board

    def as_true(self, incident_id: str, moment_us: int, known_at: int | None) -> Board:
        """Return what was so at a moment, by all that is known (up to ``known_at``) today."""
        self.board(incident_id)
        events = self._read(0, known_at, incident_id)
        return Board.fold(incident_id, (e for e in events if corrected_us(e) <= moment_us))

    def seq_at(self, moment_us: int) -> int:
        """Return the last seq recorded at or before a moment, found by halving."""
        low, high = 0, self.position
        while low < high:
            middle = (low + high + 1) // 2
            row = self.log.read(middle - 1, limit=1)
            low, high = (middle, high) if row[0].recorded_us <= moment_us else (low, middle - 1)
        return low

    def _checkpoints(self, incident_id: str) -> list[Board]:
        """Return boards every 1,000 entries; subjects are shared, so each is a small map."""
        marks = self._past.setdefault(incident_id, [])
        start = marks[-1].upto if marks else 0
        if self.position - start >= CHECKPOINT_EVERY:
            board = marks[-1].copy() if marks else Board(incident_id)
            for count, event in enumerate(self._read(start, None, incident_id), 1):
                board.apply(event)
                if count % CHECKPOINT_EVERY == 0:
                    marks.append(board.copy())
        return marks

    def _read(self, after: int, upto: int | None, incident_id: str) -> Iterable[Event]:
        return self.log.read(after, upto=upto, incident_id=incident_id)


def _opened_us(board: Board) -> int:
    incident = board.subjects.get(board.incident_id)
    return incident.created_us if incident else 0
