"""Places by name and names by place, over the hand-made ground and the layers in force."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from dashboard import native
from dashboard.errors import EocError
from dashboard.geo.on_line import LineBook, Stretch, snapped
from dashboard.ground import collection
from dashboard.projections.board import Board
from dashboard.projections.subject import Subject
from dashboard.realm import Realm
from layers.errors import LayerError
from layers.gazetteer import Candidate, Gazetteer, PlaceWords, gazetteer_of
from layers.ground import ground
from layers.schema import Collection, LonLat

say = structlog.get_logger("places")

Row = dict[str, Any]
Files = tuple[str, ...]  # hashes of layers, in the order of their names
KEPT = 4  # gazetteers: those of both realms, and of a past that somebody looks at
NO_PLACES = ("hazard", "lahar")  # large, and nobody asks for the way to them
# buildings or parcels of a whole town: their names are no places, and 100,000 take 16 s to index
MOST_FEATURES = 20_000


@dataclass(frozen=True)
class Ground:
    """What one set of layers knows: names, and lines with their layer and owner."""

    book: Gazetteer
    lines: LineBook


class Places:
    """The gazetteer of a realm, built once per set of layers and asked by many threads.

    The board is read where the caller stands; what takes long runs in a native thread. Who asks
    for a set that another is building waits for it where it stands: no native thread waits on a
    lock that belongs to the hub.
    """

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self._sets: dict[Files, Ground] = {}  # the last used at the end
        self._building: dict[Files, threading.Event] = {}
        self._said: set[str] = set()

    def make_ready(self, board: Board | None) -> None:
        """Build what a board's layers know, unless that was done before."""
        self._of(self._files(board))

    def search(self, board: Board | None, text: str, limit: int, lang: str = "ja") -> list[Row]:
        """Return what a text may mean, best first; never more than ``limit``."""
        known = self._of(self._files(board))
        found = native.run(known.book.search, text, limit=limit)
        return [_row(one, lang) for one in found]

    def about(
        self, board: Board | None, lonlat: LonLat, lang: str, uncertainty_m: float = 0.0
    ) -> Row:
        """Return the words of a position, and the river and road it lies on, if any."""
        return native.run(_about, self._of(self._files(board)), lonlat, lang, uncertainty_m)

    def stretch(self, board: Board | None, asked: Stretch) -> Row:
        """Return part of a river or road: ``on`` as it is stored, and its geometry.

        Raises:
            NotFound: no such line near the first point.
            LayerError: the second point is too far from that line, or on the first.
        """
        return native.run(self._of(self._files(board)).lines.stretch, asked)

    def _files(self, board: Board | None) -> Files:
        """Return the layers in force that are on this machine."""
        layers = board.of_type("layer") if board else []
        wanted = [
            (s.id, str(s.get("sha256"))) for s in layers
            if s.get("state") == "in_force" and s.get("role") not in NO_PLACES
            and not self._too_many(s)
        ]  # fmt: skip
        return tuple(sha for _, sha in sorted(wanted) if self.realm.media.path(sha).is_file())

    def _too_many(self, layer: Subject) -> bool:
        """Tell whether a layer stays out of the gazetteer; say so once."""
        if not too_many(layer.id, layer.get("role"), layer.get("features")):
            return False
        sha256 = str(layer.get("sha256"))
        if sha256 not in self._said:
            self._said.add(sha256)
            say.info(
                "layer_not_searched", layer=layer.id, sha256=sha256,
                features=layer.get("features"), most=MOST_FEATURES,
            )  # fmt: skip
        return True

    def _of(self, files: Files) -> Ground:
        mine = threading.Event()
        while (known := self._sets.pop(files, None)) is None:
            other = self._building.setdefault(files, mine)
            if other is mine:
                return self._built(files, mine)
            other.wait()
        self._sets[files] = known
        return known

    def _built(self, files: Files, done: threading.Event) -> Ground:
        try:
            made = native.run(self._build, files)
            self._sets[files] = made
            for oldest in list(self._sets)[:-KEPT]:
                self._sets.pop(oldest, None)
            return made
        finally:  # whoever waits builds it again if this failed
            del self._building[files]
            done.set()

    def _build(self, files: Files) -> Ground:
        return _ground([(sha, one) for sha in files if (one := self._read(sha)) is not None])

    def _read(self, sha256: str) -> Collection | None:
        try:
            return collection(self.realm, sha256)
        except (EocError, LayerError) as error:
            say.error("layer_left_out", sha256=sha256, error=str(error))
            return None


def _about(known: Ground, lonlat: LonLat, lang: str, uncertainty_m: float) -> Row:
    words = known.book.reverse(lonlat, uncertainty_m=uncertainty_m)
    on = {
        name: snapped(snap, known.lines.told(snap.line_id)) if snap else None
        for name, snap in (("river", words.river), ("road", words.route))
    }
    parts = _parts(words)
    return {
        "words": words.text(lang), "parts": parts, "schematic": words.schematic,
        "sources": list(dict.fromkeys(_sources(words, on.values()))), **on,
    }  # fmt: skip


def too_many(layer_id: str, role: str, features: int | None) -> bool:
    """Tell whether a layer has too many features to be names; a network's lines always stay."""
    plain = role == "reference" and layer_id != "layer:network"
    return plain and (features or 0) > MOST_FEATURES


def _ground(layers: list[tuple[str, Collection]]) -> Ground:
    # layers in force before the packaged ground: of two equal lines the one with a hash stays
    every: list[tuple[str | None, Collection]] = [*layers, (None, ground())]
    book, left_out = gazetteer_of([one for _, one in every])
    for error in left_out:  # one broken layer does not silence the others
        say.error("layer_left_out", error=str(error))
    return Ground(book, LineBook.of(book.lines, every))


def _row(candidate: Candidate, lang: str) -> Row:
    entry = candidate.entry
    lon, lat = entry.lonlat
    return {
        "id": entry.id, "name": entry.name, "kind": entry.kind,
        "kind_words": getattr(entry.kind_words, lang), "municipality": entry.municipality,
        "lon": round(lon, 6), "lat": round(lat, 6), "uncertainty_m": round(entry.unsure_m),
        "score": round(candidate.score, 3), "why": candidate.why, "source": entry.source,
        "schematic": entry.schematic,
    }  # fmt: skip


def _parts(words: PlaceWords) -> Row:
    near = {"aza": words.aza, "landmark": words.landmark}
    return {
        "municipality": words.municipality,
        **{name: one.entry.name if one else "" for name, one in near.items()},
        "route": words.route.name if words.route else "",
        "river": words.river.name if words.river else "",
    }


def _sources(words: PlaceWords, on: Iterable[Mapping[str, Any] | None]) -> Iterable[str]:
    yield from (one.entry.source for one in (words.aza, words.landmark) if one and one.entry.source)
    yield from (spot["source"] for spot in on if spot and spot["source"])
