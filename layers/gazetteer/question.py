"""What was asked, taken apart: 「白金橋の300m上流」「美沢の公民館の近く」「美瑛川 KP12.3」.

The words are those of a telephone: an anchor, a distance and a direction, 付近 at the end, two
names one after the other. Each pattern is tried only after the text as a whole found nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from layers.gazetteer.folding import LONGEST, fold

BEARINGS = {
    "北": 0, "北東": 45, "東": 90, "南東": 135, "南": 180, "南西": 225, "西": 270, "北西": 315,
}  # fmt: skip
ALONG = {"上流": -1, "下流": 1}  # times the distance, counted from the upstream end
UNITS = {"m": 1.0, "メートル": 1.0, "km": 1000.0, "キロメートル": 1000.0, "キロ": 1000.0}
# what callers say → what such places are called in the lists
GENERIC = {
    "公民館": ("行政区会館", "会館", "集落センター", "研修センター"),
    "集会所": ("行政区会館", "会館", "集落センター"),
    "学校": ("小学校", "中学校", "高等学校"),
    "保育園": ("保育所", "保育園"),
    "避難所": ("行政区会館", "小学校", "中学校", "会館"),
    "お寺": ("寺",),
    "農協": ("農業協同組合",),
    "役場": ("役場", "町役場"),
}
_DISTANCE = rf"(?:約|およそ)?\s*(?P<d>\d{{1,5}}(?:\.\d+)?)\s*(?P<u>{'|'.join(UNITS)})"
_WAY = "|".join(sorted((*BEARINGS, *ALONG), key=len, reverse=True))
_ABOUT = r"\s*(?:ほど|くらい|ぐらい|程)?\s*(?:の)?\s*"
_END = r"(?:側|方向|方|の所|のところ|地点|付近|あたり)*"
_OFFSETS = (
    re.compile(rf"(?P<a>.+?)(?:の|から|より)?\s*{_DISTANCE}{_ABOUT}(?P<w>{_WAY}){_END}"),
    re.compile(
        rf"(?P<a>.+?)(?:の|から|より)?\s*(?P<w>{_WAY})(?:側|方向|方)?(?:へ|に|の)?\s*"
        rf"{_DISTANCE}{_ABOUT}{_END}"
    ),
)
_POST = re.compile(
    r"(?P<a>.+?)(?:の)?\s*(?:(?:kp|キロポスト|距離標)\s*(?P<k>\d{1,4}(?:\.\d+)?)(?:\s*km)?"
    r"|(?P<l>\d{1,4}(?:\.\d+)?)\s*(?:kp|キロポスト))",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"(?:の)?(?:すぐ)?(?:付近|近く|ちかく|近辺|近所|周辺|手前|あたり|辺り|そば|前|横|隣|裏|向かい|方面)"
    r"(?:です|で|に|の)?$"
)
_APART = re.compile(r"[\s、,。・/と]+|沿い(?:の)?|(?<=.)の(?=.)")


@dataclass(frozen=True, slots=True)
class Offset:
    """So far from an anchor: ``bearing_deg`` from north, or ``along`` -1 up, +1 downstream."""

    anchor: str
    distance_m: float
    way: str

    @property
    def bearing_deg(self) -> int | None:
        """The bearing, None for up or downstream."""
        return BEARINGS.get(self.way)

    @property
    def along_m(self) -> float:
        """Metres along the river, positive downstream."""
        return ALONG[self.way] * self.distance_m


def cleaned(text: str) -> str:
    """Return a question in one width, without control characters, cut at 200 characters."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST])
    seen = (" " if unicodedata.category(c)[0] == "C" else c for c in folded)
    return " ".join("".join(seen).split())[:LONGEST]


def offset(text: str) -> Offset | None:
    """Return the anchor, distance and direction of a cleaned text, if it has all three."""
    for pattern in _OFFSETS:
        found = pattern.fullmatch(text)
        if found:
            metres = float(found["d"]) * UNITS[found["u"]]
            return Offset(found["a"].strip(), metres, found["w"])
    return None


def km_post(text: str) -> tuple[str, float] | None:
    """Return the name of a line and a km of it: 「美瑛川 KP12.3」."""
    found = _POST.fullmatch(text)
    return (found["a"].strip(), float(found["k"] or found["l"])) if found else None


def without_near(text: str) -> str:
    """Return the text without 付近, の近く … at its end, all of them."""
    while (shorter := _NEAR.sub("", text)) != text and shorter:
        text = shorter
    return text


def parts(text: str) -> list[str]:
    """Return the names that a cleaned text is put together from, at most three."""
    found = [without_near(part) for part in _APART.split(without_near(text))]
    return [part for part in found if _telling(part)][:3]


def _telling(part: str) -> bool:
    """Tell whether a part can be a name: two letters, or one Chinese character (旭)."""
    folded = fold(part)
    return len(folded) > 1 or "一" <= folded <= "鿿"


def wordings(part: str) -> list[tuple[str, float]]:
    """Return a part and what else such a place may be called, with how much that counts."""
    return [(part, 1.0), *((word, 0.9) for word in GENERIC.get(part, ()))]
