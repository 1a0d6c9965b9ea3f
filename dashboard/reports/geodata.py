"""The board as geodata: what officers of other agencies open in QGIS, Google Earth or Excel.

Words are Japanese and times are 日本標準時 with their offset: a file goes to people. No
person is named in it. What an audience may not see is not in it (``Board.seen_by``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.clock import iso
from dashboard.projections.board import Board
from dashboard.projections.features import feature
from dashboard.projections.subject import Subject
from dashboard.reports.geosheets import SHEETS, STYLES, Column, jst
from layers.export import About, Exported, export
from layers.schema import Feature

# numbers, people, layers and clocks are no things on a map; the incident is the title
LEFT_OUT = frozenset({
    "incident", "measure", "team", "person", "drill", "erased", "layer", "isolation", "lahar_clock",
})  # fmt: skip
NAMED_CHARS = 40  # of a text that names a thing on a map


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a board goes out, and to whom. No ``types``: every type a map can show."""

    audience: str
    types: frozenset[str] = frozenset()
    teams: Mapping[str, str] = field(default_factory=dict)  # id → name
    mark: str = ""  # 訓練 in a drill


def export_board(
    board: Board,
    wanted: Wanted,
    name: str,
    target: Path,
    pictures: Callable[[str], bytes | None] | None = None,
) -> Exported:
    """Write a board as format ``name`` (``layers.export.FORMATS``); blocks.

    ``pictures`` gives the picture of a photo by the SHA-256 of its original.

    Raises:
        NotExportable: nothing to export, or not in this format.
    """
    return export(
        features(board, wanted),
        name,
        target,
        about=about(board, wanted.mark),
        pictures=pictures,
        styles=STYLES,
    )


def about(board: Board, mark: str) -> About:
    """Return what the file says of itself."""
    incident = board.subjects.get(board.incident_id)
    return About(
        title=str(incident.get("title", "")) if incident else board.incident_id,
        source=f"美瑛町災害対策本部の記録（{board.upto}番まで）",
        attribution="美瑛町災害対策本部",
        as_of=jst(iso(board.as_of_us), {}),
        note="未確認の情報を含みます。",
        mark=mark,
    )


def features(board: Board, wanted: Wanted) -> Iterator[Feature]:
    """Yield what an audience may see as GeoJSON features (EPSG:4326), type after type."""
    seen: dict[str, list[Subject]] = {}
    for subject in board.seen_by(wanted.audience):
        seen.setdefault(subject.type, []).append(subject)
    pictures = _pictures(seen.get("photo", ()))
    for type_ in (*SHEETS, *(t for t in seen if t not in SHEETS)):
        if type_ in wanted.types or not (wanted.types or type_ in LEFT_OUT):
            for subject in seen.get(type_, ()):
                yield _feature(subject, board, wanted.teams, pictures.get(subject.id, []))


def _pictures(photos: Iterable[Subject]) -> dict[str, list[str]]:
    """Return subject → the SHA-256 of its pictures: a photo's own, and those of a report."""
    found: dict[str, list[str]] = {}
    for photo in photos:
        if photo.get("variants"):
            for id_ in (photo.id, photo.get("report_id")):
                found.setdefault(id_, []).append(photo.get("sha256"))
    return found


def _feature(
    subject: Subject, board: Board, teams: Mapping[str, str], pictures: list[str]
) -> Feature:
    made = feature(subject, board.subjects)
    sheet, given = SHEETS.get(subject.type), made["properties"]
    shape = {"type": "Feature", "id": subject.id, "geometry": made["geometry"]}
    if sheet is None:  # a type the table does not know goes out as it is, but names nobody
        known = {name: value for name, value in given.items() if name != "person_id"}
        return {**shape, "layer": subject.type, "properties": known}
    row = {c.heading: _said(c, given, teams) for c in sheet.columns}
    title = " ".join(str(v) for h in sheet.named if (v := row[h]))[:NAMED_CHARS]
    return {
        **shape, "layer": sheet.title, "title": title, "pictures": pictures, "properties": row,
    }  # fmt: skip


def _said(column: Column, given: Mapping[str, Any], teams: Mapping[str, str]) -> Any:
    whole, _, part = column.key.partition(".")
    value = given.get(whole)
    value = (value or {}).get(part) if part else value
    return None if value is None else column.say(value, teams)
