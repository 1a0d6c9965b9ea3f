"""The numbers of the board: one definition a figure, counted as subjects change."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.projections.subject import Subject

PENDING = frozenset({"announced", "preview"})
WAITING = frozenset({"issued", "delivered", "read"})
UNDERWAY = frozenset({"acknowledged", "departed", "arrived"})


def _report(test: Callable[[Subject], bool]) -> Callable[[Subject], bool]:
    return lambda s: s.type == "report" and not s.get("retracted") and test(s)


def _state(type_: str, states: frozenset[str]) -> Callable[[Subject], bool]:
    # an instruction nobody answered has no state of its own yet
    return lambda s: s.type == type_ and s.get("state", "issued") in states


def is_open(s: Subject) -> bool:
    """Tell whether a report still waits for a first answer (未対応)."""
    return bool(s.get("handling", "open") == "open" and s.get("category") != "normal")


def is_placed(s: Subject) -> bool:
    """Tell whether a report has any position."""
    return bool(s.get("place") or s.some("place_photo:"))


MEASURES: dict[str, Callable[[Subject], bool]] = {
    "reports_total": _report(lambda s: True),
    "reports_open": _report(is_open),
    "reports_unplaced": _report(lambda s: not is_placed(s)),
    "reports_urgent": _report(lambda s: s.get("priority") == "urgent" and is_open(s)),
    "reports_unverified": _report(lambda s: s.get("certainty", "unverified") == "unverified"),
    "instructions_open": _state("instruction", WAITING),
    "instructions_acknowledged": _state("instruction", UNDERWAY),
    "instructions_completed": _state("instruction", frozenset({"completed"})),
    "photos_received": _state("photo", frozenset({"received", "rendered"})),
    "photos_pending": _state("photo", PENDING),
    "road_closures_in_force": _state("road_closure", frozenset({"declared"})),
}


def counted(subject: Subject | None) -> frozenset[str]:
    """Return the names of the measures a subject counts in."""
    if subject is None:
        return frozenset()
    return frozenset(name for name, test in MEASURES.items() if test(subject))
