"""The board as geodata: what officers of other agencies open in QGIS, Google Earth or Excel.

Words are Japanese and times are 日本標準時 with their offset: a file goes to people. No
person is named in it. What an audience may not see is not in it (``Board.seen_by``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from dashboard.clock import iso
from dashboard.locale import catalogue
from dashboard.projections.board import Board
from dashboard.projections.features import feature
from dashboard.projections.subject import Subject
from layers.export import About, Exported, Style, export
from layers.schema import Feature

JST = timezone(timedelta(hours=9))
# numbers and people are no things on a map; the incident itself is the title
LEFT_OUT = frozenset({"incident", "measure", "team", "person", "drill", "erased"})
NAMED_CHARS = 40  # of a text that names a thing on a map
Value = Any
Say = Callable[[Value, Mapping[str, str]], Value]  # (value, team names) → what stands in the cell


class Column(NamedTuple):
    """A key of a feature's properties (``place.method``: of its place), its heading, its words."""

    key: str
    heading: str
    say: Say = lambda value, _: value


class Sheet(NamedTuple):
    """How a type of subject leaves the house."""

    title: str
    columns: tuple[Column, ...]
    named: tuple[str, ...]  # the headings that make its name
    style: Style


def _word(prefix: str) -> Say:
    return lambda value, _: catalogue("ja").get(f"{prefix}.{value}", value)


def _jst(value: Value, _: Mapping[str, str]) -> Value:
    moment = datetime.fromisoformat(value) if value else None
    return moment.astimezone(JST).isoformat(timespec="seconds") if moment else None


def _team(value: Value, teams: Mapping[str, str]) -> Value:
    return teams.get(value, value)


def _listed(value: Value, _: Mapping[str, str]) -> Value:
    return " ".join(catalogue("ja").get(f"mark.{v}", v) for v in value) if value else None


PLACE = (
    Column("place.method", "位置の根拠", _word("place_method")),
    Column("place.uncertainty_m", "位置誤差_m"),
)
LAST = (Column("marks", "印", _listed), Column("updated_at", "更新", _jst))
SHEETS: dict[str, Sheet] = {
    "report": Sheet("通報", (
        Column("category", "分類", _word("category")), Column("text", "内容"),
        Column("priority", "優先度", _word("priority")),
        Column("certainty", "確度", _word("certainty")),
        Column("handling", "対応", _word("handling")), Column("place_text", "場所"), *PLACE,
        Column("occurred_at", "発生", _jst), Column("recorded_at", "受信", _jst),
        Column("team", "班", _team), Column("organisation", "相手"),
        Column("means", "手段", _word("means")), Column("retracted", "取下げ"), *LAST,
    ), ("分類", "内容"), Style("#d7301f")),
    "photo": Sheet("写真", (
        Column("filename", "ファイル名"), Column("taken_at", "撮影", _jst),
        Column("state", "状態", _word("photo_state")), *PLACE,
        Column("direction_deg", "撮影方向_度"), Column("report_id", "通報"),
        Column("sha256", "SHA-256"), *LAST,
    ), ("ファイル名",), Style("#2b8cbe", shape="square")),
    "instruction": Sheet("指示", (
        Column("words", "指示"), Column("team", "班", _team),
        Column("state", "状態", _word("instruction")), Column("due_at", "期限", _jst),
        Column("report_id", "通報"), Column("note", "返事"), *LAST,
    ), ("班", "指示"), Style("#6a51a3", shape="triangle")),
    "road_closure": Sheet("通行止め", (
        Column("road_name", "路線名"), Column("closure_kind", "規制", _word("closure_kind")),
        Column("state", "状態", lambda v, _: {"declared": "規制中", "lifted": "解除"}.get(v, v)),
        Column("owner", "道路管理者"), Column("closed_by", "規制者"),
        Column("confirmed_means", "確認手段", _word("means")), Column("reason", "理由"), *LAST,
    ), ("路線名", "規制"), Style("#b30000", shape="cross2", size_mm=4, width_mm=1.6)),
}  # fmt: skip
STYLES = {sheet.title: sheet.style for sheet in SHEETS.values()}


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
        as_of=_jst(iso(board.as_of_us), {}),
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
    if sheet is None:  # a type this table does not know goes out as it is
        return {**shape, "layer": subject.type, "properties": given}
    row = {c.heading: _said(c, given, teams) for c in sheet.columns}
    title = " ".join(str(v) for h in sheet.named if (v := row[h]))[:NAMED_CHARS]
    return {
        **shape, "layer": sheet.title, "title": title, "pictures": pictures, "properties": row,
    }  # fmt: skip


def _said(column: Column, given: Mapping[str, Value], teams: Mapping[str, str]) -> Value:
    whole, _, part = column.key.partition(".")
    value = given.get(whole)
    value = (value or {}).get(part) if part else value
    return None if value is None else column.say(value, teams)
