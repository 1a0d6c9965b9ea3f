"""The answer of an isolation, as values and as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.roads.closures import Matched
from layers.roads.freed import Freed
from layers.roads.reading import COUNTS, Notice, Place

OUTSIDE_JA = {"isolated": "孤立", "connected": "町外と通行可", "undecided": "判定不可"}
WAY_JA = {"cut": "不通", "reachable": "通行可", "undecided": "判定不可"}
UNKNOWN_JA = "未確認"


@dataclass(frozen=True, slots=True)
class Way:
    """A way between a settlement and one destination: reachable, cut or undecided.

    ``distance_m`` along the roads; ``detour_m`` more than without closures.
    ``width_unconfirmed``: it leads over roads whose width nobody has entered (幅員未確認).
    """

    state: str
    distance_m: float | None = None
    detour_m: float | None = None
    width_unconfirmed: bool = False
    reason_ja: str = ""

    def as_row(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "state": self.state, "state_ja": WAY_JA[self.state],
            "distance_m": _metres(self.distance_m), "detour_m": _metres(self.detour_m),
            "width_unconfirmed": self.width_unconfirmed, "reason_ja": self.reason_ja,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How a settlement stands. ``outside``: isolated, connected or undecided.

    ``way_in``, ``way_out``: by car from outside and to outside, None where undecided.
    ``centre``: destination -> mode -> way.
    """

    place: Place
    node: int
    outside: str
    reason_ja: str
    way_in: bool | None
    way_out: bool | None
    centre: Mapping[str, Mapping[str, Way]]
    attached_m: float | None

    def as_row(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        place = self.place
        return {
            "id": place.id, "name": place.name, "lon": place.lonlat[0], "lat": place.lonlat[1],
            "outside": self.outside, "outside_ja": OUTSIDE_JA[self.outside],
            "reason_ja": self.reason_ja, "way_in": self.way_in, "way_out": self.way_out,
            "centre": {
                goal: {mode: way.as_row() for mode, way in ways.items()}
                for goal, ways in self.centre.items()
            },
            **place.counts, "attached_m": _metres(self.attached_m),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Isolation:
    """The whole answer. ``schematic`` must be shown as 概略; ``inputs`` name what it rests on."""

    settlements: tuple[Standing, ...]
    closures: tuple[Matched, ...]
    freed_by: tuple[Freed, ...]
    schematic: bool
    uncertainty_m: float | None
    inputs: Mapping[str, Any]
    notices: tuple[Notice, ...]

    @property
    def isolated(self) -> tuple[Standing, ...]:
        """The settlements that are 孤立."""
        return tuple(s for s in self.settlements if s.outside == "isolated")

    @property
    def unmatched(self) -> tuple[Matched, ...]:
        """Closures that cut somebody's way but could not be put on the network."""
        return tuple(m for m in self.closures if not m.edges and m.closure.cuts_somebody)

    @property
    def complete(self) -> bool:
        """Whether every closure that matters was taken into account."""
        return not self.unmatched

    def cut_from(self, goal: str, mode: str = "car") -> tuple[Standing, ...]:
        """Return the settlements whose way to a destination is 不通 for a mode."""
        return tuple(
            s
            for s in self.settlements
            if mode in s.centre[goal] and s.centre[goal][mode].state == "cut"
        )

    def as_rows(self) -> list[dict[str, Any]]:
        """Return one row of plain JSON per settlement, by id."""
        return [s.as_row() for s in self.settlements]

    def totals(self) -> dict[str, Any]:
        """Return numbers for a wall: settlements, and people where anybody has counted them."""
        places = [s.place for s in self.isolated]
        return {
            "settlements": len(self.settlements),
            "isolated": len(places),
            "undecided": sum(s.outside == "undecided" for s in self.settlements),
            "cut_from": {
                g: len(self.cut_from(g)) for g in ("town_hall", "fire_station", "hospital")
            },
            "isolated_people": {name: counted(places, name) for name in COUNTS},
        }

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON."""
        return {
            "settlements": self.as_rows(),
            "totals": self.totals(),
            "closures": [m.as_row() for m in self.closures],
            "unmatched": [m.closure.id for m in self.unmatched],
            "complete": self.complete,
            "freed_by": [f.as_row() for f in self.freed_by],
            "schematic": self.schematic,
            "uncertainty_m": self.uncertainty_m,
            "inputs": dict(self.inputs),
        }


def counted(places: Sequence[Place], name: str) -> dict[str, Any]:
    """Return a sum of what is known, and in how many places it is not: 未確認 is not 0."""
    known = [n for place in places if (n := place.counts[name]) is not None]
    missing = len(places) - len(known)
    total = sum(known) if known or not places else None
    text = UNKNOWN_JA if total is None else f"{total:,}"
    if total is not None and missing:
        text += f"（未確認 {missing} 地区を除く）"
    return {"known": total, "unknown_places": missing, "text_ja": text}


def _metres(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
