"""The timeline (クロノロジー): every entry of the log as one row a person can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from dashboard.clock import iso
from dashboard.events import KINDS, Event
from dashboard.locale import words
from dashboard.projections.order import corrected_us, marks

COLUMNS = (
    "seq", "occurred_at", "recorded_at", "kind", "label", "subject_id", "person_id",
    "source", "text", "marks",
)  # fmt: skip

Body = dict[str, Any]
Teams = Mapping[str, str]


def _said(body: Body, *names: str) -> str:
    """The codes of a body in words of the town."""
    return _join(*(words("ja", f"{name}.{body[name]}") for name in names if body.get(name)))


def _report(b: Body, teams: Teams) -> str:
    return _join(_said(b, "category"), b.get("text"), b.get("place_text"))


def _triaged(b: Body, teams: Teams) -> str:
    return _join(_said(b, "certainty", "handling", "priority", "category"), b.get("reason"))


def _issued(b: Body, teams: Teams) -> str:
    return _join(f"【{teams.get(b['team'], b['team'])}】", b["words"])


def _declared(b: Body, teams: Teams) -> str:
    return _join(b["road_name"], _said(b, "closure_kind"), b.get("closed_by"), b.get("reason"))


def _damaged(b: Body, teams: Teams) -> str:
    on = b.get("on") or {}
    side = words("ja", f"side.{on['side']}") if on.get("side") and on["kind"] == "river" else ""
    return _join(on.get("name"), side, b.get("text"), b.get("place_text"))


def _isolated(b: Body, teams: Teams) -> str:
    """Who is cut off, in words; what could not be told stands there too."""
    if b.get("failure"):
        return f"判定不可：{b['failure']}"
    said = []
    for state in ("isolated", "cut_from_centre", "undecided"):
        names = [row["name"] for row in b.get("rows") or () if row["state"] == state]
        if names:
            said.append(f"{words('ja', f'access.{state}')} {len(names)}地区（{_some(names)}）")
    if not b["outside_known"]:
        said.append("町外への出口が未設定のため孤立は判定不可")
    said += _unmatched([u["road_name"] for u in b.get("unmatched") or ()])
    schematic = "［概略］" if b.get("schematic") else ""
    return schematic + ("、".join(said) or "孤立・不通の地区なし")


def _unmatched(roads: list[str], most: int = 3) -> list[str]:
    """The first closures that fit no road, by name; a row stays one line however many there are."""
    if not roads:
        return []
    more = f"ほか{len(roads) - most}件" if len(roads) > most else ""
    named = "".join(f"「{road}」" for road in roads[:most])
    return [f"通行止め{named}{more}は道路網で特定できず"]


def _some(names: list[str], most: int = 12) -> str:
    more = f"ほか{len(names) - most}" if len(names) > most else ""
    return "・".join(names[:most]) + more


def _arrivals(b: Body, teams: Teams) -> str:
    return (
        f"判定不可：{b['failure']}" if b.get("failure") else _join(b.get("title"), b["assumption"])
    )


WORDS: dict[str, Callable[[Body, Teams], str]] = {
    "incident.opened": lambda b, _: b["title"],
    "report.received": _report,
    "report.corrected": _report,
    "report.triaged": _triaged,
    "report.placed": lambda b, _: _join(b.get("place_text"), _spot(b["place"])),
    "photo.announced": lambda b, _: b["filename"],
    "photo.received": lambda b, _: _join(b["filename"], _spot(b.get("place"))),
    "photo.refused": lambda b, _: b["message"],
    "instruction.issued": _issued,
    "road_closure.declared": _declared,
    "road_damage.reported": _damaged,
    "river_damage.reported": _damaged,
    "layer.published": lambda b, _: _join(b["title"], b.get("date"), b["sha256"][:12]),
    "isolation.computed": _isolated,
    "lahar_clock.started": lambda b, _: _join("噴火", b["erupted_at"], b.get("reason")),
    "lahar_clock.computed": _arrivals,
    "team.formed": lambda b, _: b["name"],
}


def timeline(
    events: Iterable[Event],
    may_see: Callable[[Event], bool] = lambda e: True,
    teams: Teams = MappingProxyType({}),
) -> Iterator[dict[str, Any]]:
    """Yield one row per entry with the keys ``COLUMNS``; times ISO 8601 Z, in order of seq.

    ``teams`` gives names by team id.
    """
    for e in events:
        if may_see(e):
            yield row(e, teams)


def row(e: Event, teams: Teams) -> dict[str, Any]:
    """Return one entry as a row; an erased body says so, an unknown kind shows its text."""
    kind = KINDS.get(e.kind)
    return {
        "seq": e.seq,
        "occurred_at": iso(corrected_us(e)),
        "recorded_at": iso(e.recorded_us),
        "kind": e.kind,
        "label": kind.ja if kind else e.kind,
        "subject_id": e.subject_id,
        "person_id": e.person_id,
        "source": e.source,
        "text": _text(e, teams),
        "marks": sorted(marks(e)),
    }


def _text(e: Event, teams: Teams) -> str:
    if e.body is None:
        return "（消去済）"
    if e.kind not in KINDS:
        return _join(*(f"{k}: {v}" for k, v in e.body.items()))[:500]
    rule = WORDS.get(e.kind)
    return rule(e.body, teams) if rule else _plain(e.body)


def _join(*parts: Any) -> str:
    return " ".join(str(part) for part in parts if part)


def _plain(body: Body) -> str:
    """What the desk entered for a crew says by which means it came (代行入力)."""
    proxy = f"（{words('ja', 'means.' + body['proxy'])}）" if body.get("proxy") else ""
    return _join(proxy, body.get("reason"), body.get("note"))


def _spot(place: dict[str, Any] | None) -> str:
    return f"({place['lat']:.5f}, {place['lon']:.5f})" if place else ""
