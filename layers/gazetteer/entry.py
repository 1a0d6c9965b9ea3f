"""An entry of the gazetteer, and the kinds of places it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers.schema import LonLat


@dataclass(frozen=True, slots=True)
class Kind:
    """Words for a kind of place; ``weight`` breaks ties between equal names."""

    ja: str
    en: str
    weight: float
    landmark: bool = False  # may serve as 「〇〇から300 m」


KINDS = {
    "settlement": Kind("地区", "settlement", 0.9),
    "aza": Kind("字・町丁目", "aza", 1.0),
    "district": Kind("行政区", "district", 0.95),
    "municipality": Kind("市町村", "municipality", 0.6),
    "town_hall": Kind("役場", "town hall", 0.9, landmark=True),
    "facility": Kind("施設", "facility", 0.8, landmark=True),
    "fire_station": Kind("消防", "fire station", 0.85, landmark=True),
    "hospital": Kind("病院", "hospital", 0.85, landmark=True),
    "shelter": Kind("指定避難所", "shelter", 0.75, landmark=True),
    "evacuation_site": Kind("指定緊急避難場所", "evacuation site", 0.7, landmark=True),
    "station": Kind("駅", "station", 0.85, landmark=True),
    "bridge": Kind("橋", "bridge", 0.9, landmark=True),
    "river": Kind("河川", "river", 0.85),
    "road": Kind("道路", "road", 0.85),
    "railway": Kind("鉄道", "railway", 0.6),
    "built_up": Kind("市街地", "built-up area", 0.6),
    "summit": Kind("山", "summit", 0.6, landmark=True),
    "crater": Kind("火口", "crater", 0.6, landmark=True),
    "spot": Kind("名所", "spot", 0.7, landmark=True),
    "weather_station": Kind("観測所", "weather station", 0.4),
    "depot": Kind("水防倉庫・備蓄", "depot", 0.7, landmark=True),
    "place": Kind("地点", "place", 0.5, landmark=True),
    "coordinate": Kind("座標", "coordinates", 1.0),
    "mesh": Kind("地域メッシュ", "grid square", 1.0),
    "derived": Kind("推定位置", "derived position", 0.5),
}
UNKNOWN_M = 50.0  # how far a place may be off whose source does not say: not known is not zero
AREAS = ("aza", "district", "settlement")
LINES = ("river", "road", "railway")


@dataclass(frozen=True, slots=True)
class Entry:
    """One named place.

    ``lonlat`` is where a map should go (degrees, EPSG:4326); ``geometry`` is the GeoJSON of a
    line or area, in the same. ``uncertainty_m`` None means that the source does not say.
    ``municipality`` is what the source names (美瑛町), empty where it does not.
    """

    id: str
    name: str
    kind: str
    lonlat: LonLat
    kana: str = ""
    others: tuple[str, ...] = ()
    geometry: dict[str, Any] | None = None
    source: str = ""
    uncertainty_m: float | None = None
    schematic: bool = False
    municipality: str = ""

    @property
    def unsure_m(self) -> float:
        """How far it may be off, with a guess where the source does not say."""
        return UNKNOWN_M if self.uncertainty_m is None else self.uncertainty_m

    @property
    def kind_words(self) -> Kind:
        """The words of its kind."""
        return KINDS.get(self.kind, KINDS["place"])


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer of a search: the entry, how good (0..1), what matched and why.

    ``why`` is one of exact, prefix, part, within, similar, coordinates, mesh, offset, near,
    on_line, crossing.
    """

    entry: Entry
    score: float
    matched: str
    why: str
