"""How each type of subject leaves the house: headings, words, name and looks. A table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from dashboard.locale import catalogue
from layers.export import Style

JST = timezone(timedelta(hours=9))
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


def jst(value: Value, _: Mapping[str, str]) -> Value:
    """Return an ISO 8601 time in Japan's, with its offset."""
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
DAMAGE = (
    Column("on.name", "路線・河川"), Column("on.side", "岸", _word("side")),
    Column("on.km", "距離標_km"), Column("on.along_m", "起点から_m"),
    Column("on.confidence", "位置の確からしさ"), Column("length_m", "延長_m"),
    Column("passable", "通行", _word("passable")), Column("text", "内容"),
    Column("place_text", "場所"), *PLACE, Column("owner", "管理者"),
    Column("organisation", "相手"), Column("means", "手段", _word("means")),
    Column("report_id", "通報"),
)  # fmt: skip
LAST = (Column("marks", "印", _listed), Column("updated_at", "更新", jst))
SHEETS: dict[str, Sheet] = {
    "report": Sheet("通報", (
        Column("category", "分類", _word("category")), Column("text", "内容"),
        Column("priority", "優先度", _word("priority")),
        Column("certainty", "確度", _word("certainty")),
        Column("handling", "対応", _word("handling")), Column("place_text", "場所"), *PLACE,
        Column("occurred_at", "発生", jst), Column("recorded_at", "受信", jst),
        Column("team", "班", _team), Column("organisation", "相手"),
        Column("means", "手段", _word("means")), Column("retracted", "取下げ"), *LAST,
    ), ("分類", "内容"), Style("#d7301f")),
    "photo": Sheet("写真", (
        Column("filename", "ファイル名"), Column("taken_at", "撮影", jst),
        Column("state", "状態", _word("photo_state")), *PLACE,
        Column("direction_deg", "撮影方向_度"), Column("report_id", "通報"),
        Column("sha256", "SHA-256"), *LAST,
    ), ("ファイル名",), Style("#2b8cbe", shape="square")),
    "instruction": Sheet("指示", (
        Column("words", "指示"), Column("team", "班", _team),
        Column("state", "状態", _word("instruction")), Column("due_at", "期限", jst),
        Column("report_id", "通報"), Column("note", "返事"), *LAST,
    ), ("班", "指示"), Style("#6a51a3", shape="triangle")),
    "road_closure": Sheet("通行止め", (
        Column("road_name", "路線名"), Column("closure_kind", "規制", _word("closure_kind")),
        Column("state", "状態", lambda v, _: {"declared": "規制中", "lifted": "解除"}.get(v, v)),
        Column("owner", "道路管理者"), Column("closed_by", "規制者"),
        Column("confirmed_means", "確認手段", _word("means")), Column("reason", "理由"), *LAST,
    ), ("路線名", "規制"), Style("#b30000", shape="cross2", size_mm=4, width_mm=1.6)),
    "road_damage": Sheet(
        "道路被害", (*DAMAGE, *LAST), ("路線・河川", "内容"), Style("#e6550d", width_mm=1.6)
    ),
    "river_damage": Sheet(
        "河川被害", (*DAMAGE, *LAST), ("路線・河川", "内容"), Style("#08519c", width_mm=1.6)
    ),
    # a count nobody gave is no 0: its cell stays empty
    "isolated_settlement": Sheet("孤立・不通", (
        Column("name", "地区"), Column("state", "状態", _word("access")),
        Column("households", "世帯数"), Column("population", "人口"),
        Column("guests", "宿泊・来訪者"), Column("care", "要配慮者"),
        Column("detour_m", "迂回_m"), Column("reason", "理由"),
        Column("schematic", "概略の道路網"), Column("uncertainty_m", "位置誤差_m"),
        Column("as_of", "時点", jst),
    ), ("地区", "状態"), Style("#54278f", shape="diamond", size_mm=4)),
}  # fmt: skip
STYLES = {sheet.title: sheet.style for sheet in SHEETS.values()}
