"""What an import did, in words a town officer can check against the map."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from layers.schema import BBox

SHOWN = 5  # features named for each reason
KINDS = {
    "Point": "点", "MultiPoint": "点の集まり", "LineString": "線", "MultiLineString": "線の集まり",
    "Polygon": "面", "MultiPolygon": "面の集まり", "GeometryCollection": "混合",
}  # fmt: skip
Fault = tuple[int, str]  # number of the feature in its file, reason


@dataclass(frozen=True, slots=True)
class ByPlace:
    """A table placed by the names in ``column``: how many rows, and how well at the worst.

    ``schematic``: some of the places are known from a sketch only.
    """

    column: str
    placed: int
    unplaced: int
    uncertainty_m: float
    schematic: bool

    def lines(self) -> tuple[str, ...]:
        """Return what the report says of it."""
        estimate = f"位置は地名から推定したものです（誤差は最大 {self.uncertainty_m:,.0f} m）。"
        caution = "現地を確かめるまで、実際の位置として扱わないでください。"
        counts = f"地名から置いた {self.placed:,}件／置けなかった {self.unplaced:,}件"
        sketch = "概略の資料による位置を含みます。" if self.schematic else ""
        return (
            f"位置：{counts}（「{printable(self.column)}」の列）",
            f"注意：{estimate}{sketch}{caution}",
        )


@dataclass(slots=True)
class ImportReport:
    """One layer: what it was taken for and why, what was kept, mended and dropped.

    ``ignored`` pairs files passed over with the reason; ``bbox`` is in EPSG:4326.
    """

    file: str
    layer: str = ""
    format: str = ""
    encoding: str = ""
    encoding_why: str = ""
    crs: str = ""
    crs_why: str = ""
    axis_order: str = ""
    read: int = 0
    kept: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    dropped: list[Fault] = field(default_factory=list)
    repaired: list[Fault] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    bbox: BBox | None = None
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    by_place: ByPlace | None = None

    def as_text(self) -> str:
        """Return the report in Japanese, a line for each finding."""
        kinds = "、".join(f"{KINDS.get(kind, kind)} {n}" for kind, n in self.kinds.items())
        lines = [
            f"ファイル：{printable(self.file)}"
            + (f"（{printable(self.layer)}）" if self.layer else ""),
            f"形式：{self.format}",
            f"文字コード：{self.encoding}（{self.encoding_why}）",
            f"座標系：{self.crs}（{self.crs_why}）",
            f"座標の順：{self.axis_order}",
            f"地物：{self.read:,}件のうち {self.kept:,}件を取り込む（{kinds}）",
            *(self.by_place.lines() if self.by_place else ()),
            *(f"除いた地物：{line}" for line in _grouped(self.dropped)),
            *(f"直した地物：{line}" for line in _grouped(self.repaired)),
            *(f"項目名の変更：{printable(old)} → {printable(new)}" for old, new in self.renamed),
            *(
                f"範囲：東経 {b[0]:.5f}～{b[2]:.5f}、北緯 {b[1]:.5f}～{b[3]:.5f}"
                for b in _given(self.bbox)
            ),
            *(f"備考：{printable(note)}" for note in self.notes),
            *(f"注意：{warning}" for warning in self.warnings),
            *(f"取り込まないファイル：{printable(name)}（{why}）" for name, why in self.ignored),
        ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON wants it; faults as counts by reason with their first features."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        faults = {name: _by_reason(plain[name]) for name in ("dropped", "repaired")}
        by_place = {"by_place": asdict(self.by_place) if self.by_place else None}
        return plain | faults | by_place | {"text": self.as_text()}


def printable(text: str) -> str:
    """Return text of a stranger without what would move the cursor of a terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


def _by_reason(faults: list[Fault]) -> list[dict[str, Any]]:
    counts = Counter(reason for _, reason in faults)
    return [
        {"reason": reason, "count": count, "features": _first(faults, reason)}
        for reason, count in counts.items()
    ]


def _first(faults: list[Fault], reason: str) -> list[int]:
    return [number for number, why in faults if why == reason][:SHOWN]


def _grouped(faults: list[Fault]) -> list[str]:
    return [
        f"{item['count']:,}件 {item['reason']}（{'、'.join(map(str, item['features']))}番目"
        + ("ほか）" if item["count"] > SHOWN else "）")
        for item in _by_reason(faults)
    ]


def _given(box: BBox | None) -> tuple[BBox, ...]:
    return () if box is None else (box,)
