"""Columns with names one can address: none empty, none twice, no text without end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from layers.errors import UnsafeFile
from layers.importers import limits

LONGEST = 100  # characters of a name
TAKEN = ("geometry",)  # the frame's own


def frame_columns(
    columns: dict[str, Any], where: str
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return columns fit for a frame and the names that changed, old and new.

    Markup and formulas are kept as the text they are.

    Raises:
        UnsafeFile: a text is longer than the limit.
    """
    kept: dict[str, Any] = {}
    renamed = []
    for at, (old, values) in enumerate(columns.items(), 1):
        new = _name(old, at, kept)
        if new != old:
            renamed.append((old.split("\0")[0], new))
        _check_texts(values, new, where)
        kept[new] = pd.Series(values, dtype=None if isinstance(values, np.ndarray) else object)
    return {name: series.infer_objects() for name, series in kept.items()}, renamed


def _name(old: str, at: int, taken: dict[str, Any]) -> str:
    # a reader marks the second of two equal names with a zero byte
    plain = "".join(c for c in old.split("\0")[0] if c.isprintable()).strip()[:LONGEST]
    name, number = plain or f"項目{at}", 2
    while name in taken or name in TAKEN:
        name, number = f"{plain or '項目'}_{number}", number + 1
    return name


def _check_texts(values: Any, name: str, where: str) -> None:
    if isinstance(values, np.ndarray) and values.dtype != object:
        return  # numbers
    longest = max((len(v) for v in values if type(v) is str), default=0)
    if longest > limits.MAX_CHARS:
        raise UnsafeFile(
            f"項目 {name} に {longest:,} 文字の値があります（上限 {limits.MAX_CHARS:,} 文字）。",
            where=where,
        )
