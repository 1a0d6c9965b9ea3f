"""A catalogue of layers and its tiles, answered in the browser as the server answers them.

It can be slow, refuse or break one layer, which the application itself cannot be made to do.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page, Route

Layer = dict[str, Any]
GROUPS = (
    ("base", "背景地図"), ("hazard", "災害リスク"), ("reference", "道路・河川・施設"),
    ("analysis", "分析"), ("user", "取り込んだデータ"),
)  # fmt: skip
GSI = "https://maps.gsi.go.jp/development/ichiran.html"
TILE = "/tiles/{name}/{{z}}/{{x}}/{{y}}"
PAPER = {"pale": "#e8ece4", "photo": "#4c6b45", "flood": "#f7a7a7"}


def layer(name: str, title: str, group: str, kind: str = "raster", **other: Any) -> Layer:
    """One row of the list as ``GET /api/v1/layers`` gives it."""
    row: Layer = {
        "name": name, "title": title, "group": group, "kind": kind, "base": group == "base",
        "url": TILE.format(name=name) if kind in ("raster", "vector_tiles") else None,
        "order": 100, "opacity": 1.0, "visible": False, "min_zoom": None, "max_zoom": None,
        "max_native_zoom": None, "attribution": "", "attribution_url": None, "source": "",
        "licence": "", "date": "", "schematic": False, "style": {}, "legend": [], "note": "",
        "bounds": None, "available": True, "why": "", "sha256": None,
    }  # fmt: skip
    if kind == "geojson":
        row |= {"url": f"/layers/{name}.geojson", "sha256": name}
    return row | other


def catalogue() -> list[Layer]:
    """Two base maps, hazards, shelters, names, results of the board, and one that is not here."""
    gsi = {
        "attribution": "地理院タイル（国土地理院）",
        "attribution_url": GSI,
        "source": "国土地理院",
    }
    town = {"attribution": "美瑛町", "source": "美瑛町地域防災計画", "licence": "町が公開する条件"}
    return [
        layer("pale", "淡色地図", "base", visible=False, order=10, max_native_zoom=14, **gsi),
        layer("photo", "写真（全国最新）", "base", order=12, max_native_zoom=14,
              note="撮影年は場所によって違う。災害前の写真である。", **gsi),
        layer("std", "標準地図", "base", order=11, available=False,
              why="この機械に保存されていません", **gsi),
        layer("flood", "洪水浸水想定区域（想定最大規模）", "hazard", order=110, opacity=0.7,
              max_native_zoom=14, attribution="ハザードマップポータルサイト",
              attribution_url="https://disaportal.gsi.go.jp/hazardmap/copyright/opendata.html",
              note="表示が無いことは安全を意味しない。", date="2024-03",
              licence="オープンデータ利用規約", source="国土交通省",
              legend=[{"label": f"{a} m", "color": c, "shape": "fill"} for a, c in (
                  ("0.5未満", "#f7f5a9"), ("0.5～3.0", "#ffd8c0"), ("3.0～5.0", "#ffb7b7"),
                  ("5.0～10.0", "#ff9191"))]),
        layer("boundary", "町の境界", "reference", "geojson", order=200,
              attribution="「国土数値情報（行政区域データ）」（国土交通省）を加工して作成",
              style={"color": "#6b4e9b", "weight": 3, "dash": "8 4 2 4", "fill": False},
              legend=[{"label": "市町村界", "color": "#6b4e9b", "shape": "line"}]),
        layer("shelters", "指定緊急避難場所", "reference", "geojson", order=310,
              style={"color": "#0b6b3a", "fill": "#2f9e62", "radius": 7, "weight": 1.5,
                     "icon": "evacuation_site", "label": "name"},
              legend=[{"label": "指定緊急避難場所", "color": "#2f9e62", "shape": "point"}],
              note="指定は、その災害で安全という意味ではない。", date="2026-10-01", **town),
        layer("machiaza", "町字（字・行政区の名称）", "reference", "vector_tiles", order=320,
              max_native_zoom=14, min_zoom=9, source="アドレス・ベース・レジストリ",
              attribution="アドレス・ベース・レジストリ町字マスター（デジタル庁）を加工して作成",
              style={"color": "#5a5f66", "fill": "#5a5f66", "radius": 3, "label": "name"}),
        layer("closures", "通行止め", "analysis", "analysis", visible=True, order=900),
        layer("isolation", "孤立・不通", "analysis", "analysis", visible=True, order=910),
    ]  # fmt: skip


@dataclass
class LayerServer:
    """Answers of one context: ``broken`` maps a layer to a status, ``held`` never answers."""

    shared: Path
    layers: list[Layer] = field(default_factory=catalogue)
    broken: dict[str, int] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    files: dict[str, Any] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, where: BrowserContext | Page) -> None:
        """Answer the layers of every page of a context from now on."""
        where.route("**/api/v1/layers?*", lambda route: self._list(route))
        where.route("**/tiles/*/*/*/*", lambda route: self._guarded(route, self._tile))
        where.route("**/layers/*.geojson", lambda route: self._guarded(route, self._file))

    def _list(self, route: Route) -> None:
        self.asked["list"] += 1
        if "list" in self.broken:
            route.fulfill(status=self.broken["list"], json=_refusal())
            return
        groups = [{"id": id_, "title": title} for id_, title in GROUPS]
        told = {"as_of": "2026-11-25T00:00:00Z", "groups": groups, "layers": self.layers}
        route.fulfill(json=told)

    def _guarded(self, route: Route, answer: Callable[[Route, list[str]], None]) -> None:
        parts = route.request.url.partition("?")[0].split("/")[4:]
        name = parts[0].removesuffix(".geojson")
        self.asked[name] += 1
        if name in self.broken:
            route.fulfill(status=self.broken[name], json=_refusal())
        elif name not in self.held:
            answer(route, parts)

    def _tile(self, route: Route, parts: list[str]) -> None:
        name, z, x, y = parts[0], *(int(part) for part in parts[1:4])
        body = _names(self.shared, z, x, y) if name == "machiaza" else _picture(name, z, x, y)
        if body is None:
            route.fulfill(status=204)
        else:
            route.fulfill(body=body, headers={"Content-Type": "application/octet-stream"})

    def _file(self, route: Route, parts: list[str]) -> None:
        name = parts[0].removesuffix(".geojson")
        route.fulfill(json=self.files.get(name) or _file_of(self.shared, name))


def _refusal() -> dict[str, Any]:
    return {
        "error": {
            "code": "broken_tiles",
            "message": "タイルのファイルが壊れています。",
            "detail": {},
        }
    }


def _picture(name: str, z: int, x: int, y: int) -> bytes | None:
    """A plain tile with its own edge; of the flood only every other one exists."""
    if name == "flood" and (x + y) % 2:
        return None
    image = Image.new("RGBA", (256, 256), PAPER.get(name, "#cccccc"))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 255, 255), outline="#ffffff")
    draw.text((8, 8), f"{name} {z}/{x}/{y}", fill="#555555")
    file = BytesIO()
    image.save(file, "png")
    return file.getvalue()


def _names(shared: Path, z: int, x: int, y: int) -> bytes | None:
    """A tile of the real place names of the town."""
    with sqlite3.connect(shared / "geo" / "biei_machiaza.mbtiles") as file:
        row = file.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level=? AND tile_column=? AND tile_row=?",
            (z, x, 2**z - 1 - y),
        ).fetchone()
    return gzip.decompress(row[0]) if row and row[0][:2] == b"\x1f\x8b" else row and row[0]


def _file_of(shared: Path, name: str) -> Any:
    names = {
        "boundary": "biei_boundary_n03.geojson",
        "shelters": "biei_shelters_emergency_014591.geojson",
    }
    found = json.loads((shared / "geo" / names[name]).read_text(encoding="utf-8"))
    for feature in found["features"]:
        p = feature["properties"]
        p["name"] = p.get("施設・場所名") or p.get("name")
    return found
