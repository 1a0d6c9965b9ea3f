"""Whether what somebody called a road is this road: 道道966, ９６６号, 白金橋付近."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from layers.roads.reading import Road

CLASSES = {"国道": "national", "道道": "prefectural", "町道": "town"}
NUMBER = re.compile(r"\d+")
DRAFT = re.compile(r"[(・](仮称|仮)\)?")
NO_PLACE = re.compile("国道|道道|町道|方面|付近|地区")
TOKEN = re.compile(r"[^()~〜・、,\-]+")
SHORTEST = 2  # letters; one letter is in too many names


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a name without width, blanks and the mark 仮称, for comparing."""
    return DRAFT.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))).lower()


def agrees(said: str, road: Road) -> bool | None:
    """Return whether a name said means this road; None when it neither does nor contradicts."""
    text, name = plain(said), plain(road.name)
    if not text or not (name or road.ref):
        return None
    classes = {code for word, code in CLASSES.items() if word in text}
    if classes and road.road_class in CLASSES.values() and road.road_class not in classes:
        return False
    numbers = NUMBER.findall(text)
    if numbers and road.ref:
        return road.ref in numbers
    return True if _one_in_other(text, name) or _same_places(text, name) else None


def is_named(said: str, name: str) -> bool:
    """Return whether a text names a bridge or place, whole and not by a part of it."""
    text, wanted = plain(said), plain(name)
    return len(wanted) >= SHORTEST and wanted in text


def _one_in_other(text: str, name: str) -> bool:
    if min(len(text), len(name)) < SHORTEST:
        return False
    return name in text or (text in name and text not in CLASSES)


def _same_places(text: str, name: str) -> bool:
    """Return whether every place a text names is one the road's name leads to: 町道（旭）."""
    said = set(TOKEN.findall(NO_PLACE.sub("", text)))
    return bool(said) and said <= set(TOKEN.findall(NO_PLACE.sub("", name)))
