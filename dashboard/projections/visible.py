"""Who may see a subject: one pure rule for parcels, changes, board, media and exports.

Audience keys: ``hq``, ``wall``, ``field:<team>``, ``controller``, ``partner:<id>``.
``field:*`` and ``partner:*`` stand for every team and every partner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.projections.subject import Subject

NOBODY_ELSE = frozenset({"hq"})
SCREENS = frozenset({"hq", "wall"})
CREWS = frozenset({"hq", "wall", "field:*"})
EVERYBODY = frozenset({"hq", "wall", "field:*", "partner:*"})


def audience_keys(subject: Subject, subjects: Mapping[str, Subject]) -> frozenset[str]:
    """Return the audiences of a subject as it stands; photos follow their report."""
    rule = RULES.get(subject.type)
    return rule(subject, subjects) if rule else NOBODY_ELSE


def admits(keys: frozenset[str], audience: str) -> bool:
    """Tell whether ``audience`` is among ``keys``; the controller sees what hq sees."""
    if audience == "controller":
        return "hq" in keys
    return audience in keys or f"{audience.partition(':')[0]}:*" in keys


def visible(subject: Subject, audience: str) -> bool:
    """Tell whether an audience may see a subject now."""
    return admits(subject.keys, audience)


def _report(subject: Subject, _: Mapping[str, Subject]) -> frozenset[str]:
    if subject.get("retracted"):
        return NOBODY_ELSE
    team = subject.get("team")
    teams = {f"field:{team}"} if team else set()
    return SCREENS | teams | _partners(subject)


def _partners(subject: Subject) -> frozenset[str]:
    shared = [n for n, c in subject.cells.items() if n.startswith("shared:") and c.value]
    return frozenset(f"partner:{n.removeprefix('shared:')}" for n in shared)


def _photo(subject: Subject, subjects: Mapping[str, Subject]) -> frozenset[str]:
    report = subjects.get(subject.get("report_id", ""))
    return report.keys if report else NOBODY_ELSE


def _instruction(subject: Subject, _: Mapping[str, Subject]) -> frozenset[str]:
    team = subject.get("team")
    return SCREENS | ({f"field:{team}"} if team else set())


def _screens(_: Subject, __: Mapping[str, Subject]) -> frozenset[str]:
    return SCREENS


def _crews(_: Subject, __: Mapping[str, Subject]) -> frozenset[str]:
    return CREWS


def _everybody(_: Subject, __: Mapping[str, Subject]) -> frozenset[str]:
    return EVERYBODY


RULES: dict[str, Callable[[Subject, Mapping[str, Subject]], frozenset[str]]] = {
    "report": _report,
    "photo": _photo,
    "instruction": _instruction,
    "road_closure": _everybody,
    "road_damage": _crews,
    "river_damage": _crews,
    "layer": _everybody,
    "isolation": _everybody,
    "isolated_settlement": _everybody,
    "lahar_clock": _everybody,
    "incident": _everybody,
    "drill": _everybody,
    "team": _everybody,
    "measure": _screens,
}
