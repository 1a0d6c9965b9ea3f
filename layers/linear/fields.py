"""What the attributes of a line feature mean, whichever survey it came from.

W05 (rivers) is written with codes in most prefectures and in Japanese for Hokkaido; N01 are
roads, N02 railways. Ours is ``kind``, ``name``, ``ref``, ``road_class``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAME = ("name", "W05_004", "河川名", "N01_003", "路線名", "N02_003", "名称")
CODE = ("code", "W05_002", "河川コード")
FLOW = ("flow", "W05_006", "流下方向判定")
KIND_BY_KEY = {
    "W05_002": "river", "河川コード": "river", "W05_004": "river", "河川名": "river",
    "N01_002": "road", "N01_003": "road", "rdCtg": "road", "road_class": "road",
    "N02_003": "railway",
}  # fmt: skip
NAMELESS = {"", "名称不明", "不明", "名称なし"}
# W05: true (or 1) says that the direction was judged and is that of the line. False says that it
# was not judged, so nothing is known; it never means "against".
DOWNSTREAM = {"true", "1", "1.0", "downstream", "t"}
CLASSES = {"national": "国道", "prefectural": "道道", "town": "町道"}
DEFAULT_UNCERTAINTY_M = 30.0  # 1:25,000 maps are good to 17.5 m; rounded up for what is unknown


def text(properties: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    """Return the first value that is there, as text without blanks around it."""
    for key in keys:
        value = properties.get(key)
        if value not in (None, ""):
            return str(value).strip()
    return ""


def name_of(properties: Mapping[str, Any]) -> str:
    """Return the name of a line, empty where the survey says that it has none."""
    name = text(properties, NAME)
    return "" if name in NAMELESS else name


def kind_of(properties: Mapping[str, Any], otherwise: str) -> str:
    """Return river, road, railway …, from ``kind`` or from the survey's attributes."""
    given = properties.get("kind")
    if given:
        return str(given)
    return next((kind for key, kind in KIND_BY_KEY.items() if key in properties), otherwise)


def flows(properties: Mapping[str, Any], whole_layer: bool) -> bool:
    """Tell whether a line is known to be drawn from upstream to downstream."""
    given = text(properties, FLOW).lower()
    return given in DOWNSTREAM if given else whole_layer


def metres(value: Any) -> float | None:
    """Return a length of zero or more, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < float("inf") else None
