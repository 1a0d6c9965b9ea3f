"""The chronology as CSV: rows in, text out; formulas made inert."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from dashboard.projections.timeline import COLUMNS

HEADINGS = ("番号", "発生", "受信", "種別コード", "種別", "対象", "人", "入口", "内容", "印")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def inert(value: Any) -> Any:
    """Return a cell that a spreadsheet will not run (OWASP: CSV injection)."""
    text = " ".join(value) if isinstance(value, list) else value
    if isinstance(text, str) and text.lstrip().startswith(DANGEROUS):
        return "'" + text
    return text


def csv_lines(rows: Iterable[dict[str, Any]], note: str = "") -> Iterator[str]:
    """Yield CSV text, UTF-8 with a byte order mark so that Excel reads kanji.

    ``note`` stands in a first line of its own (訓練, as-of).
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    if note:
        writer.writerow([inert(note)])
    writer.writerow(HEADINGS)
    for row in rows:
        writer.writerow([inert(row[name]) for name in COLUMNS])
        if buffer.tell() > 65536:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
