"""The timeline (クロノロジー): every entry of the log as one row a person can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dashboard.bodies import CATEGORIES
from dashboard.clock import iso
from dashboard.events import KINDS, Event
from dashboard.projections.order import corrected_us, marks

COLUMNS = (
    "seq", "occurred_at", "recorded_at", "kind", "label", "subject_id", "person_id",
    "source", "text", "marks",
)  # fmt: skip

WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "incident.opened": lambda b: b["title"],
    "report.received": lambda b: _join(
        CATEGORIES.get(b.get("category") or ""), b.get("text"), b.get("place_text")
    ),
    "report.corrected": lambda b: _join(
        CATEGORIES.get(b.get("category") or ""), b.get("text"), b.get("place_text")
    ),
    "report.triaged": lambda b: _join(
        b.get("certainty"), b.get("handling"), b.get("priority"), b.get("reason")
    ),
    "report.placed": lambda b: _join(b.get("place_text"), _spot(b["place"])),
    "photo.announced": lambda b: b["filename"],
    "photo.received": lambda b: _join(b["filename"], _spot(b.get("place"))),
    "photo.refused": lambda b: b["message"],
    "instruction.issued": lambda b: _join(b["team"], b["words"]),
    "road_closure.declared": lambda b: _join(b["road_name"], b["closure_kind"], b.get("reason")),
}


def timeline(
    events: Iterable[Event], may_see: Callable[[Event], bool] = lambda e: True
) -> Iterator[dict[str, Any]]:
    """Yield one row per entry with the keys ``COLUMNS``; times ISO 8601 Z, in order of seq."""
    for e in events:
        if may_see(e):
            yield row(e)


def row(e: Event) -> dict[str, Any]:
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
        "text": _text(e),
        "marks": sorted(marks(e)),
    }


def _text(e: Event) -> str:
    if e.body is None:
        return "（消去済）"
    if e.kind not in KINDS:
        return _join(*(f"{k}: {v}" for k, v in e.body.items()))[:500]
    words = WORDS.get(e.kind)
    return words(e.body) if words else _join(e.body.get("reason"), e.body.get("note"))


def _join(*parts: Any) -> str:
    return " ".join(str(part) for part in parts if part)


def _spot(place: dict[str, Any] | None) -> str:
    return f"({place['lat']:.5f}, {place['lon']:.5f})" if place else ""
