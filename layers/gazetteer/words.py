"""A position in one line of Japanese (or English), as it is said on the telephone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from layers.gazetteer.rounding import WAYS, spoken
from layers.lines import Snap

if TYPE_CHECKING:
    from layers.gazetteer.placing import Near, PlaceWords

BY_M = 1500.0  # up to here a 字 is 付近, beyond it is "so far from"
ON_M = 30.0  # nearer to a road or river than this (and its uncertainty) no distance is said
BANK_M = 100.0  # a point this near to a river is on its bank
ABOUT_M = 30.0  # from this uncertainty on a distance is 約
JA = {
    "unknown": "付近に名前の分かる場所なし", "by": "{name}付近", "inside": "{name}",
    "from": "{name}から{way}へ{about}{far}", "off": "{name}から{about}{far}",
    "border": "{name}（境界付近）", "outside": "美瑛町の外", "edge": "市町村の境界付近",
    "about": "約", "schematic": "（概略）", "comma": "、",
}  # fmt: skip
EN = {
    "unknown": "no named place nearby", "by": "near {name}", "inside": "{name}",
    "from": "{about}{far} {way} of {name}", "off": "{about}{far} from {name}",
    "border": "{name} (near its boundary)", "outside": "outside Biei",
    "edge": "near a municipal boundary", "about": "about ", "schematic": " (schematic)",
    "comma": ", ",
}  # fmt: skip


def line(found: PlaceWords, lang: str) -> str:
    """Return the whole line. A part that nothing is known of is left out."""
    say = JA if lang == "ja" else EN
    town = _town(found, say)
    aza = _aza(found, say, lang)
    # 美瑛町字白金: no comma between a town and its 字
    first = town + aza if lang == "ja" and found.aza and _close(found.aza) else ""
    said = [first] if first else [town, aza]
    said += [_off(found.route, say), _river(found, say, lang), _landmark(found, say, lang)]
    if not found.aza and not found.landmark:
        said.append(_from(found.town_hall, found.uncertainty_m, say, lang))
    text = say["comma"].join(part for part in said if part) or say["unknown"]
    return text + (say["schematic"] if found.schematic else "")


def _town(found: PlaceWords, say: dict[str, str]) -> str:
    if found.municipality:
        return say["border" if found.border else "inside"].format(name=found.municipality)
    if found.border:
        return say["edge"]
    return say["outside"] if found.outside else ""


def _close(near: Near) -> bool:
    return near.contains or near.distance_m <= BY_M


def _aza(found: PlaceWords, say: dict[str, str], lang: str) -> str:
    near = found.aza
    if near is None:
        return ""
    if _close(near):
        return say["inside" if near.contains else "by"].format(name=near.entry.name)
    return _from(near, found.uncertainty_m, say, lang)


def _off(snap: Snap | None, say: dict[str, str]) -> str:
    """Return 道道966号, with a distance when it is not on it."""
    if snap is None:
        return ""
    name = snap.name.split(" ")[0]
    if snap.distance_m <= ON_M + snap.uncertainty_m:
        return name
    return say["off"].format(name=name, **_far(snap.distance_m, snap.uncertainty_m, say))


def _river(found: PlaceWords, say: dict[str, str], lang: str) -> str:
    snap = found.river
    if snap is None:
        return ""
    side = snap.side_words(lang)
    if not side:
        return _off(snap, say)
    bank = f"{snap.name}{side}" if lang == "ja" else f"the {side} of {snap.name}"
    if snap.distance_m <= BANK_M:
        return bank
    return say["off"].format(name=bank, **_far(snap.distance_m, snap.uncertainty_m, say))


def _landmark(found: PlaceWords, say: dict[str, str], lang: str) -> str:
    near = found.landmark
    if near is None:
        return ""
    sigma = math.hypot(near.entry.unsure_m, found.uncertainty_m)
    if near.distance_m <= max(sigma, ON_M):  # a direction would be made up
        return say["by"].format(name=near.entry.name)
    return _from(near, found.uncertainty_m, say, lang)


def _from(near: Near | None, uncertainty_m: float, say: dict[str, str], lang: str) -> str:
    if near is None:
        return ""
    sigma = math.hypot(near.entry.unsure_m, uncertainty_m)
    way = WAYS["ja" if lang == "ja" else "en"][near.way]
    return say["from"].format(name=near.entry.name, way=way, **_far(near.distance_m, sigma, say))


def _far(distance_m: float, sigma_m: float, say: dict[str, str]) -> dict[str, str]:
    about = say["about"] if sigma_m >= ABOUT_M else ""
    return {"about": about, "far": spoken(distance_m, sigma_m)}
