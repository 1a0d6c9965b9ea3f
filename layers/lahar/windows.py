"""When the flow may reach each place: a window from its fastest to its slowest, as of now.

All of it is a calculation from the town's table. Nothing here was observed, and nothing is an
official reach: every result says so and carries assumption and source.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

from layers.lahar.table import Group, LaharTable, Place

State = Literal["before", "inside", "passed"]
STATES = {
    "before": "到達前（想定）",
    "inside": "到達時間帯（想定）",
    "passed": "想定の時間帯を過ぎた（通過の確認ではない）",
}
MARK = "想定（観測ではない）。公式の到達範囲ではない。"
DRILL_MARK = "訓練用・仮の値。"
_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Margin:
    """Time a group has left: ``order_by`` is when it must begin, ``margin_s`` the rest from now.

    ``margin_s`` = earliest arrival - preparation - travel - now; below zero it is too late to
    walk away, and another place nearby must do. At the moment of the eruption it is the
    earliest arrival less preparation and travel.
    """

    group: str
    order_by: dt.datetime
    margin_s: int


@dataclass(frozen=True, slots=True)
class Window:
    """When the flow may reach a place (degrees, EPSG:4326), and how long that is from now.

    ``arrives_from`` is the eruption plus the fast seconds rounded down, ``arrives_to`` plus the
    slow seconds rounded up: rounding never takes a second from anybody. The remaining seconds
    are counted the same way, and below zero the moment has passed.
    """

    place: str
    lon: float
    lat: float
    arrives_from: dt.datetime
    arrives_to: dt.datetime
    state: State
    remaining_fast_s: int
    remaining_slow_s: int
    margins: tuple[Margin, ...]
    assumption: str
    source: str
    note: str
    mark: str
    drill: bool
    model_not_observation: Literal[True] = True


def windows(table: LaharTable, erupted_at: dt.datetime, now: dt.datetime) -> list[Window]:
    """Return the window of each place of the table, going downstream.

    Raises:
        ValueError: a time has no zone.
    """
    for name, moment in (("erupted_at", erupted_at), ("now", now)):
        if moment.tzinfo is None:
            raise ValueError(f"{name} {moment} has no time zone; give it one.")
    return [_window(table, place, erupted_at, now) for place in table.places]


def mark(table: LaharTable) -> str:
    """Return the words that must stand on everything drawn from this table."""
    return f"{DRILL_MARK}{MARK}" if table.drill else MARK


def source(table: LaharTable) -> str:
    """Return where the numbers come from, in one sentence."""
    return f"{table.title}（{table.source}、{table.date.isoformat()}、入力：{table.entered_by}）"


def _window(table: LaharTable, place: Place, erupted_at: dt.datetime, now: dt.datetime) -> Window:
    arrives_from = erupted_at + math.floor(place.fast_s) * _SECOND
    arrives_to = erupted_at + math.ceil(place.slow_s) * _SECOND
    return Window(
        place=place.name,
        lon=place.lon,
        lat=place.lat,
        arrives_from=arrives_from,
        arrives_to=arrives_to,
        state=_state(arrives_from, arrives_to, now),
        remaining_fast_s=(arrives_from - now) // _SECOND,
        remaining_slow_s=-((now - arrives_to) // _SECOND),
        margins=tuple(_margin(group, arrives_from, now) for group in place.groups),
        assumption=place.basis + table.assumption,
        source=source(table),
        note=place.note,
        mark=mark(table),
        drill=table.drill,
    )


def _state(arrives_from: dt.datetime, arrives_to: dt.datetime, now: dt.datetime) -> State:
    if now < arrives_from:
        return "before"
    return "inside" if now <= arrives_to else "passed"


def _margin(group: Group, arrives_from: dt.datetime, now: dt.datetime) -> Margin:
    needed_s = math.ceil((group.preparation_min + group.travel_min) * 60)
    order_by = arrives_from - needed_s * _SECOND
    return Margin(group.name, order_by, (order_by - now) // _SECOND)
