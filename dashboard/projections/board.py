"""The board: what the log says now, one subject a thing. Pure: a fold over events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dashboard.events import DECISION, KINDS, Event, upgrade
from dashboard.projections.features import feature, place_in_file, place_of_report
from dashboard.projections.measures import MEASURES, NONE, counted
from dashboard.projections.order import corrected_us, marks
from dashboard.projections.subject import EMPTY, Cell, Said, Subject
from dashboard.projections.visible import EVERYBODY, admits, audience_keys, visible
from dashboard.projections.writes import Ranked, Write, writes

ERASED = "body.erased"
# types that are looked up as a whole: nothing may walk all reports to find three closures
TRACKED = frozenset({"layer", "road_closure", "isolated_settlement", "lahar_clock"})
GONE = "erased"  # the type of a subject of which nothing is left
FILE_FIELDS = (
    "state", "content_type", "size", "width", "height", "taken_at", "direction_deg",
    "direction_ref", "maker", "model", "odd", "place_exif", "no_place_reason",
    "preview_sha256", "variants", "refusal",
)  # fmt: skip


class Board:
    """The subjects of one incident up to ``upto``, kept in the order of their last change."""

    def __init__(self, incident_id: str) -> None:
        self.incident_id = incident_id
        self.upto = 0
        self.as_of_us = 0
        self.subjects: dict[str, Subject] = {}
        self._by_sha: dict[str, frozenset[str]] = {}
        self._counts = dict.fromkeys(MEASURES, 0)
        self._counted: dict[str, frozenset[str]] = {}  # the measures each subject counts in
        self._moved: set[str] = set(MEASURES)  # measures to look at after this event
        self._typed: dict[str, dict[str, None]] = {name: {} for name in TRACKED}
        self._blank: dict[int, str] = {}  # subjects of entries whose body is erased, by seq

    @classmethod
    def fold(cls, incident_id: str, events: Iterable[Event]) -> Board:
        """Return the board after ``events``."""
        board = cls(incident_id)
        for event in events:
            board.apply(event)
        return board

    def copy(self) -> Board:
        """Return a board that can go on alone; subjects are shared, they never change."""
        other = Board(self.incident_id)
        other.upto, other.as_of_us = self.upto, self.as_of_us
        other.subjects = dict(self.subjects)
        other._by_sha = dict(self._by_sha)
        other._counts, other._counted = dict(self._counts), dict(self._counted)
        other._moved = set(self._moved)
        other._typed = {name: dict(ids) for name, ids in self._typed.items()}
        other._blank = dict(self._blank)
        return other

    def apply(self, event: Event) -> list[str]:
        """Fold one event in; return the ids of the subjects it changed."""
        self.upto, self.as_of_us = event.seq, max(self.as_of_us, event.recorded_us)
        if event.body is None:  # erased: what it said is gone, that it happened is not
            self._blank[event.seq] = event.subject_id
            return []
        if event.kind == ERASED:
            return self._forget(event.seq, self._blank.get(event.body["seq"]))
        body = upgrade(event.kind, event.v, event.body)
        changed: dict[str, None] = {}
        for write in writes(event, body):
            changed |= dict.fromkeys(self._write(event, write))
        return [*changed, *self._recount(event.seq)]

    def feature(self, subject_id: str) -> dict[str, Any] | None:
        """Return a subject as a GeoJSON feature (EPSG:4326) carrying its seq, or None."""
        subject = self.subjects.get(subject_id)
        return feature(subject, self.subjects) if subject else None

    def photos_by_sha(self, sha256: str) -> list[str]:
        """Return the ids of the photos whose original has this hash."""
        return sorted(self._by_sha.get(sha256, ()))

    def of_type(self, type_: str) -> list[Subject]:
        """Return the subjects of one of the ``TRACKED`` types, in the order of their birth."""
        found = (self.subjects[i] for i in self._typed[type_])
        return [subject for subject in found if subject.type == type_]

    def changed_after(self, after: int) -> list[Subject]:
        """Return the subjects changed after a seq, in the order of their change."""
        found = []
        for subject in reversed(self.subjects.values()):
            if subject.seq <= after:
                break
            found.append(subject)
        return found[::-1]

    def seen_by(self, audience: str) -> Iterator[Subject]:
        """Yield the subjects an audience may see."""
        return (s for s in self.subjects.values() if visible(s, audience))

    def left(self, subject: Subject, audience: str) -> bool:
        """Tell whether an audience once saw a subject and no longer may."""
        return not visible(subject, audience) and admits(subject.ever, audience)

    def renewed(self, old: Board, seq: int) -> list[str]:
        """Give ``seq`` to what differs from the board this one replaces; return the ids."""
        changed = []
        for id_ in sorted({*old.subjects, *self.subjects}):
            was, now = old.subjects.get(id_), self.subjects.get(id_)
            if now is None or now.type == GONE:
                changed.append(self._bury(id_, seq))
            elif was is None or was.shown() != now.shown():
                ever = now.ever | was.ever if was else now.ever
                changed.append(self._put(now._replace(seq=seq, ever=ever)))
        return changed

    def _forget(self, seq: int, subject_id: str | None) -> list[str]:
        """An erasure was recorded: screens must draw its subject again, or drop it."""
        if subject_id is None:
            return []
        subject = self.subjects.get(subject_id)
        if subject is None or subject.type == GONE:
            return [self._bury(subject_id, seq)]
        return [self._put(subject._replace(seq=seq)), *self._recount(seq)]

    def _bury(self, subject_id: str, seq: int) -> str:
        self.subjects.pop(subject_id, None)
        self._count(subject_id, NONE)
        self.subjects[subject_id] = Subject(subject_id, GONE, seq=seq, ever=EVERYBODY)
        return subject_id

    def _write(self, event: Event, write: Write) -> list[str]:
        old = self.subjects.get(write.subject_id) or Subject(write.subject_id, write.type)
        if old.type == GONE:
            old = Subject(old.id, write.type, ever=old.ever)
        at = corrected_us(event)
        if old.type != write.type:  # refused at the door; a stray entry must not turn a thing over
            return [self._put(old._replace(seq=event.seq, marks=old.marks | {"wrong_kind"}))]
        new = old.written(
            _cells(event, at, old, write),
            seq=event.seq,
            created_us=min(old.created_us or at, at),
            updated_us=max(old.updated_us, at),
            marks=old.marks | marks(event),
        )
        changed = [self._put(new), *self._index(event, new)]
        return changed + self._follow(event.seq, old, new)

    def _put(self, subject: Subject) -> str:
        keys = audience_keys(subject, self.subjects)
        subject = subject._replace(keys=keys, ever=subject.ever | keys)
        self.subjects.pop(subject.id, None)
        self.subjects[subject.id] = subject
        if subject.type in TRACKED:
            self._typed[subject.type].setdefault(subject.id)
        self._count(subject.id, counted(subject))
        return subject.id

    def _count(self, subject_id: str, now: frozenset[str]) -> None:
        before = self._counted.get(subject_id, NONE)
        if now == before:
            return
        self._counted[subject_id] = now
        for name in now - before:
            self._counts[name] += 1
        for name in before - now:
            self._counts[name] -= 1
        self._moved |= now ^ before

    def _index(self, event: Event, photo: Subject) -> list[str]:
        """Keep photos by hash, share what their file says, place their report."""
        if photo.type != "photo":
            return []
        sha256 = photo.get("sha256")
        if sha256 is None:  # two photos of unknown files are not photos of one file
            return self._place_report(event.seq, photo)
        others = self._by_sha.get(sha256, frozenset()) - {photo.id}
        self._by_sha[sha256] = others | {photo.id}
        changed = []
        for other in sorted(others):
            changed += self._share(event.seq, photo.id, other)
            changed += self._share(event.seq, other, photo.id)
        for id_ in (photo.id, *changed):
            changed += self._place_report(event.seq, self.subjects[id_])
        return changed

    def _share(self, seq: int, giver_id: str, taker_id: str) -> list[str]:
        """Two photos of one file: what the file says holds for both."""
        giver, taker = self.subjects[giver_id], self.subjects[taker_id]
        fresh = {
            name: cell.with_fact(fact)
            for name in FILE_FIELDS
            if (fact := giver.cells.get(name, EMPTY).fact)
            and (cell := taker.cells.get(name, EMPTY)).with_fact(fact) is not cell
        }
        return [self._put(taker.written(fresh, seq=seq))] if fresh else []

    def _place_report(self, seq: int, photo: Subject) -> list[str]:
        """Give a report the place of its photo; derived, so it moves none of its times."""
        place, report_id = place_in_file(photo), photo.get("report_id")
        if not (place and report_id):
            return []
        old = self.subjects.get(report_id) or Subject(report_id, "report")
        name = f"place_photo:{photo.id}"
        if old.type != "report" or old.get(name) == place:
            return []
        new = old.written({name: Cell(Said((), seq, place))}, seq=seq)
        return [self._put(new), *self._follow(seq, old, new)]

    def _follow(self, seq: int, old: Subject, new: Subject) -> list[str]:
        """Move what hangs on a report: photos see its audience, instructions its place."""
        if new.type != "report":
            return []
        moved = []
        if old.keys != self.subjects[new.id].keys:
            moved += new.some("photo:")
        if place_of_report(old) != place_of_report(new):
            moved += new.some("instruction:")
        return [self._put(s._replace(seq=seq)) for i in moved if (s := self.subjects.get(i))]

    def _recount(self, seq: int) -> list[str]:
        """Put the measures whose count moved since the last event."""
        moved = []
        for name in sorted(self._moved):
            id_, count = f"measure:{name}", self._counts[name]
            old = self.subjects.get(id_)
            if old is None or old.get("value", 0) != count:
                born = old.created_us if old else self.as_of_us
                cells = {"value": Cell(Said((), seq, count)), "name": Cell(Said((), seq, name))}
                moved.append(self._put(Subject(id_, "measure", seq, born, self.as_of_us, cells)))
        self._moved.clear()
        return moved


def _cells(event: Event, at: int, old: Subject, write: Write) -> dict[str, Cell]:
    """Return the cells of a subject that an event writes, after it."""
    kind = KINDS.get(event.kind)
    put = Cell.with_decision if kind and kind.nature == DECISION else Cell.with_fact
    found = {}
    for name, value in write.fields.items():
        rank: tuple[Any, ...] = (at, event.id)
        if isinstance(value, Ranked):
            rank, value = (value.rank, event.id), value.value
        found[name] = put(old.cells.get(name, EMPTY), Said(rank, event.seq, value))
    return found
