"""The town's table of arrival times of a snowmelt lahar (融雪型火山泥流), place by place.

No arrival time is known to this program: the town enters what its own plan says, with source,
date and who entered it. Either a distance with a fast and a slow speed, or the two arrivals.
Numbers stay the fractions that were written, so that seconds come out exact.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Self

from layers.errors import BrokenTable
from layers.lahar import entry
from layers.lahar.course import Course
from layers.lahar.entry import Entry
from layers.schema import LonLat

FORMAT = 1
MOST_PLACES, MOST_POINTS = 200, 5000
JAPAN = (122.0, 20.0, 154.0, 46.0)  # catches swapped lon and lat
LEAST = 1e-3  # what is called positive
FARTHEST_KM, FASTEST_KMH, LONGEST_MIN = 200, 200, 1440  # beyond these a unit was mistaken
_TOP = (
    "version", "title", "source", "date", "entered_by", "river", "drill", "assumption",
    "places", "line",
)  # fmt: skip
_SPEED = ("distance_km", "speed_fast_kmh", "speed_slow_kmh")
_ARRIVAL = ("arrival_fast_min", "arrival_slow_min")
_PLACE = ("name", "lon", "lat", *_SPEED, *_ARRIVAL, "groups", "note")
_GROUP = ("name", "preparation_min", "travel_min")
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Group:
    """People who leave a place together: minutes to get ready, minutes on the way."""

    name: str
    preparation_min: Fraction
    travel_min: Fraction


@dataclass(frozen=True, slots=True)
class Place:
    """One row: degrees (EPSG:4326), seconds after the eruption at the earliest and the latest."""

    name: str
    lon: float
    lat: float
    fast_s: Fraction
    slow_s: Fraction
    basis: str  # what the seconds were computed from, as a sentence
    groups: tuple[Group, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class LaharTable:
    """What the town entered. ``places`` go downstream; ``line`` begins where the flow does.

    ``drill`` tables hold values for exercises and must not serve a real incident.
    """

    title: str
    source: str
    date: dt.date
    entered_by: str
    river: str
    drill: bool
    assumption: str
    places: tuple[Place, ...]
    line: tuple[LonLat, ...] = ()

    @classmethod
    def read(cls, given: str | Path) -> Self:
        """Return the table in a YAML text, or in the file at a path.

        Raises:
            BrokenTable: naming line and key, and what to do.
        """
        top = entry.read(_text(given) if isinstance(given, Path) else given)
        top.only(_TOP)
        if top.number("version", 0, 999) != FORMAT:
            raise BrokenTable(f"version は {FORMAT} にしてください。", where=top.where("version"))
        table = cls(
            title=top.text("title"),
            source=top.text("source"),
            date=_date(top),
            entered_by=top.text("entered_by"),
            river=top.text("river"),
            drill=_drill(top),
            assumption=top.text("assumption", ""),
            places=_places(top),
            line=_line(top),
        )
        table.course()  # the places must lie along the line, in their order
        return table

    def course(self) -> Course | None:
        """Return the line with the places on it; None without a line.

        Raises:
            BrokenTable: a place lies far from it, or out of order.
        """
        if not self.line:
            return None
        return Course.through(self.line, [(p.name, p.lon, p.lat) for p in self.places])


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(entry.MOST_BYTES + 1).decode("utf-8-sig")
    except OSError as error:
        raise BrokenTable(f"表を開けません（{error.strerror}）。", where=path.name) from None
    except UnicodeDecodeError:
        raise BrokenTable("文字コードを UTF-8 にしてください。", where=path.name) from None


def _date(top: Entry) -> dt.date:
    try:
        return dt.date.fromisoformat(top.text("date"))
    except ValueError as error:
        if isinstance(error, BrokenTable):
            raise
        raise BrokenTable("2026-11-24 の形で書いてください。", where=top.where("date")) from None


def _drill(top: Entry) -> bool:
    said = _TRUTH.get(top.text("drill").lower())
    if said is None:
        raise BrokenTable(
            "訓練用なら true、町の計画の値なら false としてください。", where=top.where("drill")
        )
    return said


def _places(top: Entry) -> tuple[Place, ...]:
    rows = top.entries("places")
    if not 0 < len(rows) <= MOST_PLACES:
        raise BrokenTable(
            f"地点は 1 から {MOST_PLACES} まで書いてください。", where=top.where("places")
        )
    places = [_place(row) for row in rows]
    _refuse_twins(rows, [place.name for place in places])
    for row, upper, lower in zip(rows[1:], places, places[1:], strict=False):
        if lower.fast_s < upper.fast_s or lower.slow_s < upper.slow_s:
            raise BrokenTable(
                f"「{lower.name}」への到達が上流の「{upper.name}」より早くなっています。"
                "上流から順に並べ、値を確かめてください。",
                where=row.where(),
            )
    _check_downstream(rows)
    return tuple(places)


def _place(row: Entry) -> Place:
    row.only(_PLACE)
    fast_s, slow_s, basis = _arrivals(row)
    west, south, east, north = JAPAN
    return Place(
        name=row.text("name"),
        lon=float(row.number("lon", west, east)),
        lat=float(row.number("lat", south, north)),
        fast_s=fast_s,
        slow_s=slow_s,
        basis=basis,
        groups=_groups(row),
        note=row.text("note", ""),
    )


def _arrivals(row: Entry) -> tuple[Fraction, Fraction, str]:
    speeds, arrivals = (
        [key for key in keys if key in row.values] for keys in (_SPEED[1:], _ARRIVAL)
    )
    if bool(speeds) == bool(arrivals):
        raise BrokenTable(
            "距離と速さ（distance_km、speed_fast_kmh、speed_slow_kmh）か、到達時間"
            "（arrival_fast_min、arrival_slow_min）の、どちらか一方を書いてください。",
            where=row.where(),
        )
    fast_s, slow_s, basis = _of_speeds(row) if speeds else _of_arrivals(row)
    if fast_s > slow_s:
        raise BrokenTable("速い側が遅い側より遅く着きます。逆ではありませんか。", where=row.where())
    return fast_s, slow_s, basis


def _of_speeds(row: Entry) -> tuple[Fraction, Fraction, str]:
    distance = row.number("distance_km", LEAST, FARTHEST_KM)
    fast, slow = (row.number(key, LEAST, FASTEST_KMH) for key in _SPEED[1:])
    basis = (
        f"流路に沿って{float(distance):g} kmを、"
        f"{float(slow):g}～{float(fast):g} km/hの一定の速さで流れると仮定。"
    )
    return distance / fast * 3600, distance / slow * 3600, basis


def _of_arrivals(row: Entry) -> tuple[Fraction, Fraction, str]:
    fast, slow = (row.number(key, LEAST, LONGEST_MIN) for key in _ARRIVAL)
    return fast * 60, slow * 60, f"到達時間{float(fast):g}～{float(slow):g}分は出典の値。"


def _groups(row: Entry) -> tuple[Group, ...]:
    rows = row.entries("groups")
    for group in rows:
        group.only(_GROUP)
    groups = tuple(
        Group(
            name=group.text("name"),
            preparation_min=group.number("preparation_min", 0, LONGEST_MIN),
            travel_min=group.number("travel_min", 0, LONGEST_MIN),
        )
        for group in rows
    )
    _refuse_twins(rows, [group.name for group in groups])
    return groups


def _refuse_twins(rows: list[Entry], names: list[str]) -> None:
    seen: set[str] = set()
    for row, name in zip(rows, names, strict=True):
        plain = unicodedata.normalize("NFKC", name).casefold()
        if plain in seen:
            raise BrokenTable(f"「{name}」が二つあります。", where=row.where("name"))
        seen.add(plain)


def _check_downstream(rows: list[Entry]) -> None:
    before = Fraction(0)
    for row in rows:
        if "distance_km" not in row.values:
            continue
        distance = row.number("distance_km", LEAST, FARTHEST_KM)
        if distance < before:
            raise BrokenTable(
                f"{float(distance):g} km は上の行の {float(before):g} km より近くなっています。"
                "上流から順に並べてください。",
                where=row.where("distance_km"),
            )
        before = distance


def _line(top: Entry) -> tuple[LonLat, ...]:
    if "line" not in top.values:
        return ()
    line = top.entry("line")
    line.only(("type", "coordinates"))
    points = line.pairs("coordinates")
    west, south, east, north = JAPAN
    if line.text("type") != "LineString" or not 2 <= len(points) <= MOST_POINTS:
        raise BrokenTable(
            f"2 から {MOST_POINTS} までの点の LineString にしてください。", where=line.where()
        )
    for lon, lat in points:
        if not (west <= lon <= east and south <= lat <= north):
            raise BrokenTable(
                f"({lon}, {lat}) は日本の外です。[経度, 緯度] の順ですか。",
                where=line.where("coordinates"),
            )
    return tuple(points)
