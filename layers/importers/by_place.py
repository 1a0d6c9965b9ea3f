"""Rows of a table placed by what their words say, where they carry no coordinates.

An estimate, and marked as one in every row. A row whose place is not sure is dropped with the
reason: a wrong dot on the map of a disaster is worse than a missing one that the report names.
"""

from __future__ import annotations

import math
from itertools import chain, count
from typing import Any, NamedTuple

import numpy as np
import shapely

from layers.gazetteer import Doubt, Gazetteer, Settled, Settler
from layers.gazetteer.settling import UNKNOWN
from layers.importers import limits
from layers.importers.headings import columns_called
from layers.importers.raw import NotGeodata, too_many
from layers.importers.report import ByPlace, printable
from layers.schema import Collection

# the finest first: a facility is better than the 字 of its address
NAMES = (
    "場所", "発生場所", "被災場所", "被害場所", "地点", "位置", "施設名", "施設・場所名",
    "施設名称", "施設", "橋名", "橋梁名", "路線・橋", "橋・路線", "駅名", "地名", "住所", "所在地",
    "所在", "地区", "地区名", "行政区", "行政区名", "町字", "大字", "字", "place", "location",
    "address",
)  # fmt: skip
ADDED = ("位置の根拠", "位置の候補", "位置誤差_m", "一致度")
BY_NAME, BY_COORDINATES = "地名から推定", "場所の欄の座標"
SHOWN = 10  # doubtful rows whose likest name is told


class Found(NamedTuple):
    """Points (EPSG:4326, None where not placed), why not by row, columns to add, the sum."""

    geometries: np.ndarray
    reasons: dict[int, str]
    columns: dict[str, list[Any]]
    total: ByPlace
    notes: list[str]


def placed(
    header: list[str], rows: list[list[str]], book: Gazetteer, column: str | None, where: str
) -> Found:
    """Place each row by the text of one column, named or found by its heading.

    Raises:
        NotGeodata: the column is not there, or none looks like a place.
        UnsafeFile: more different places than the limit.
    """
    at = _place_column(header, column, where)
    cells = [row[at] for row in rows]
    different = dict.fromkeys(cells)
    too_many(len(different), limits.MAX_PLACES, "異なる場所", where)
    settler = Settler(book)
    answers = {text: settler.settle(text) for text in different}
    found = [answers[text] for text in cells]
    reasons = {n: one.reason for n, one in enumerate(found) if isinstance(one, Doubt)}
    good = [one for one in found if isinstance(one, Settled)]
    total = ByPlace(
        header[at], len(good), len(reasons), max(map(_metres, good), default=0),
        any(one.entry.schematic for one in good),
    )  # fmt: skip
    doubtful = [(n, cells[n]) for n, why in reasons.items() if why == UNKNOWN][:SHOWN]
    notes = [note for n, text in doubtful if (note := _likest(n, text, settler))]
    return Found(_points(found), reasons, _columns(found, header), total, notes)


def is_estimate(collection: Collection) -> bool:
    """Tell whether the features of a layer were placed here, and not by their source."""
    features = collection.get("features") or [{}]
    return ADDED[0] in (features[0].get("properties") or {})


def _place_column(header: list[str], column: str | None, where: str) -> int:
    at = columns_called(header, NAMES if column is None else (column,))
    if at:
        return at[0]
    missing = (
        "座標の列も場所の列（場所、施設名、住所、所在地、地区など）もありません"
        if column is None
        else f"「{printable(column)[:40]}」という列がありません"
    )
    seen = "、".join(printable(name)[:20] for name in header[:10])
    raise NotGeodata(f"{missing}。場所の列を見出しで指定してください（{seen}）。", where=where)


def _points(found: list[Settled | Doubt]) -> np.ndarray:
    points = np.full(len(found), None, dtype=object)
    good = [at for at, one in enumerate(found) if isinstance(one, Settled)]
    spots = [one.entry.lonlat for one in found if isinstance(one, Settled)]
    if good:
        points[good] = shapely.points(np.array(spots))
    return points


def _columns(found: list[Settled | Doubt], header: list[str]) -> dict[str, list[Any]]:
    """Return what each row says of its position; a heading already there keeps its column."""
    cells = [_cells(one) if isinstance(one, Settled) else (None,) * len(ADDED) for one in found]
    made: dict[str, list[Any]] = {}
    for at, name in enumerate(ADDED):
        others = (f"{name}_{number}" for number in count(2))
        made[next(n for n in chain([name], others) if n not in header)] = [row[at] for row in cells]
    return made


def _cells(one: Settled) -> tuple[Any, ...]:
    basis = BY_COORDINATES if one.why == "coordinates" else BY_NAME
    return basis, one.entry.name, _metres(one), round(one.score, 2)


def _metres(one: Settled) -> int:
    return math.ceil(one.error_m)


def _likest(at: int, text: str, settler: Settler) -> str:
    name = settler.similar(text)
    return f"{at + 1}番目「{text.strip()[:30]}」：似た名前は「{name[:30]}」" if name else ""
