"""Places by name and names by place, over the hand-made ground and the layers in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog

from dashboard import native
from dashboard.errors import EocError
from dashboard.geo.on_line import LineBook, Stretch, snapped
from dashboard.ground import collection
from dashboard.projections.board import Board
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


@dataclass(frozen=True)
class Ground:
    """What one set of layers knows: names, and lines with their layer and owner."""

    book: Gazetteer
    lines: LineBook


class Places:
    """The gazetteer of a realm, built once per set of layers and asked by many threads.

    The board is read where the caller stands; what takes long runs in a native thread. Two
    callers may build the same set at once: the second result replaces the first, and no native
    thread waits on a lock that belongs to the hub.
    """

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self._of = lru_cache(maxsize=KEPT)(self._build)

    def search(self, board: Board | None, text: str, limit: int, lang: str = "ja") -> list[Row]:
        """Return what a text may mean, best first; never more than ``limit``."""
        files = self._files(board)
        found = native.run(lambda: self._of(files).book.search(text, limit=limit))
        return [_row(one, lang) for one in found]

    def about(
        self, board: Board | None, lonlat: LonLat, lang: str, uncertainty_m: float = 0.0
    ) -> Row:
        """Return the words of a position, and the river and road it lies on, if any."""
        return native.run(self._about, self._files(board), lonlat, lang, uncertainty_m)

    def stretch(self, board: Board | None, asked: Stretch) -> Row:
        """Return part of a river or road: ``on`` as it is stored, and its geometry.

        Raises:
            NotFound: no such line near the first point.
            LayerError: the second point is too far from that line, or on the first.
        """
        files = self._files(board)
        return native.run(lambda: self._of(files).lines.stretch(asked))

    def _about(self, files: Files, lonlat: LonLat, lang: str, uncertainty_m: float) -> Row:
        known = self._of(files)
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

    def _files(self, board: Board | None) -> Files:
        """Return the layers in force that are on this machine."""
        layers = board.of_type("layer") if board else []
        wanted = [
            (s.id, str(s.get("sha256"))) for s in layers
            if s.get("state") == "in_force" and s.get("role") not in NO_PLACES
        ]  # fmt: skip
        return tuple(sha for _, sha in sorted(wanted) if self.realm.media.path(sha).is_file())

    def _build(self, files: Files) -> Ground:
        return _ground([(sha, one) for sha in files if (one := self._read(sha)) is not None])

    def _read(self, sha256: str) -> Collection | None:
        try:
            return collection(self.realm, sha256)
        except (EocError, LayerError) as error:
            say.error("layer_left_out", sha256=sha256, error=str(error))
            return None


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
