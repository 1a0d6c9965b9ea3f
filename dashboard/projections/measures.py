"""The numbers of the board: one definition a figure, counted as subjects change."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.projections.subject import Subject

PENDING = frozenset({"announced", "preview"})
WAITING = frozenset({"issued", "delivered", "read"})
UNDERWAY = frozenset({"acknowledged", "departed", "arrived"})


Test = Callable[[Subject], bool]


def _state(states: frozenset[str]) -> Test:
    # an instruction nobody answered has no state of its own yet
    return lambda s: s.get("state", "issued") in states


def _access(state: str) -> Test:
    return lambda s: s.get("row", {}).get("state") == state


def is_open(s: Subject) -> bool:
    """Tell whether a report still waits for a first answer (未対応)."""
    return bool(s.get("handling", "open") == "open" and s.get("category") != "normal")


def is_placed(s: Subject) -> bool:
    """Tell whether a report has any position."""
    return bool(s.get("place") or s.some("place_photo:"))


OF_TYPE: dict[str, dict[str, Test]] = {
    "report": {
        "reports_total": lambda s: True,
        "reports_open": is_open,
        "reports_unplaced": lambda s: not is_placed(s),
        "reports_urgent": lambda s: s.get("priority") == "urgent" and is_open(s),
        "reports_unverified": lambda s: s.get("certainty", "unverified") == "unverified",
    },
    "instruction": {
        "instructions_open": _state(WAITING),
        "instructions_acknowledged": _state(UNDERWAY),
        "instructions_completed": _state(frozenset({"completed"})),
    },
    "photo": {
        "photos_received": _state(frozenset({"received", "rendered"})),
        "photos_pending": _state(PENDING),
    },
    "road_closure": {"road_closures_in_force": _state(frozenset({"declared"}))},
    "isolated_settlement": {
        "settlements_isolated": _access("isolated"),
        "settlements_cut_from_centre": _access("cut_from_centre"),
        "settlements_undecided": _access("undecided"),
    },
    "road_damage": {"road_damages": lambda s: True},
    "river_damage": {"river_damages": lambda s: True},
}
MEASURES = tuple(name for tests in OF_TYPE.values() for name in tests)
NONE: frozenset[str] = frozenset()


def counted(subject: Subject) -> frozenset[str]:
    """Return the names of the measures a subject counts in; retracted ones count nowhere."""
    tests = OF_TYPE.get(subject.type)
    if tests is None or subject.get("retracted"):
        return NONE
    return frozenset([name for name, test in tests.items() if test(subject)])
