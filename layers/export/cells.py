"""Values of properties made fit for every format, a whole column at a time.

Rules, the same everywhere: control characters that XML cannot hold are removed; NaN and
Infinity become null; whole numbers beyond 64 bits become text; dicts and lists stay as they
are in GeoJSON and are JSON text in every table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from math import isfinite
from typing import Any

import orjson

from layers.cells import inert

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
BIGGEST = 2**63
NESTED = (dict, list, tuple)
SEPARATOR = "\x00"  # no clean text holds it
RISKY = re.compile(r"\x00(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
Column = list[Any]

NOTHING = type(None)
TEXT, BOOLEAN, INTEGER, REAL, OTHER = "text", "boolean", "integer", "real", "nested"
KINDS = {str: TEXT, bool: BOOLEAN, int: INTEGER, float: REAL}


def clean_text(text: str) -> str:
    """Return text without the characters that XML, and so KML, cannot hold."""
    return text if text.isprintable() else ILLEGAL.sub("", text)


def fix(column: Column) -> tuple[Column, set[str]]:
    """Return a column fit for writing, and the kinds of value in it.

    The very same list comes back where there is nothing to mend, which is nearly always.
    """
    types = set(map(type, column))
    if not _sound(column, types):
        column = [_fixed(value) for value in column]
        types = set(map(type, column))
    return column, {KINDS.get(t, OTHER) for t in types - {NOTHING}}


def kind_of(seen: set[str]) -> str:
    """Return the one kind of a table's column: text, boolean, integer or real."""
    if len(seen) == 1 and OTHER not in seen:
        return next(iter(seen))
    return REAL if seen == {INTEGER, REAL} else TEXT


def flat(column: Column, seen: set[str]) -> Column:
    """Return a column for a table in which these kinds were seen: all text where they differ."""
    if kind_of(seen) != TEXT or seen <= {TEXT}:
        return column
    return [None if v is None else v if isinstance(v, str) else _written(v) for v in column]


def inert_column(column: Column) -> Column:
    """Return a column of a CSV file in which nothing is taken for a formula."""
    texts = SEPARATOR.join(["", *(v for v in column if type(v) is str)])
    return [inert(v) for v in column] if RISKY.search(texts) else column


def escaped_column(column: Column) -> list[str]:
    """Return a column as text safe in XML and HTML alike; None is empty."""
    texts = ["" if v is None else v if type(v) is str else _written(v) for v in column]
    joined = SEPARATOR.join(texts)
    safe = escaped(joined)
    return texts if safe == joined else safe.split(SEPARATOR)


def escaped(text: str) -> str:
    """Return text safe in XML and HTML alike, between tags and in attributes."""
    for sign, entity in ENTITIES:
        text = text.replace(sign, entity)
    return text


ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;"))


def _sound(column: Column, types: set[type]) -> bool:
    if types <= {str, NOTHING}:
        text = "".join(filter(None, column))
        return text.isprintable() or not ILLEGAL.search(text)
    if types <= {int, float, bool, NOTHING}:
        total: float = sum(map(abs, filter(None, column)))  # NaN and Infinity stay in it
        return total < BIGGEST
    return types <= {dict, list, NOTHING} and _encodes(column)


def _encodes(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:  # half a surrogate pair, a number beyond 64 bits, 250 lists in lists
        return False
    return True


def _real(value: float) -> float | None:
    return value if isfinite(value) else None


def _whole(value: int) -> int | str:
    return value if -BIGGEST <= value < BIGGEST else str(value)


def _nested(value: Any) -> Any:
    if _encodes(value):
        return value
    try:
        return clean_text(json.dumps(value, default=str, allow_nan=False))
    except (RecursionError, TypeError, ValueError):
        return "（入れ子が深すぎて書き出せない値）"


FIXES: dict[type, Callable[[Any], Any]] = {
    str: clean_text, float: _real, int: _whole, bool: bool,
    dict: _nested, list: _nested, tuple: lambda v: _nested(list(v)),
}  # fmt: skip


def _fixed(value: Any) -> Any:
    if value is None:
        return None
    mend = FIXES.get(type(value))
    return mend(value) if mend else clean_text(str(value))


def _written(value: Any) -> str:
    if isinstance(value, NESTED):
        return ILLEGAL.sub("", orjson.dumps(value).decode())
    return ("false", "true")[value] if isinstance(value, bool) else str(value)
