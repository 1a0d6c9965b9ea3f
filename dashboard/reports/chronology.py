"""The chronology as CSV: rows in, text out; formulas made inert."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from dashboard.projections.timeline import COLUMNS
from layers.cells import inert

HEADINGS = ("番号", "発生", "受信", "種別コード", "種別", "対象", "人", "入口", "内容", "印")


def _cell(value: Any) -> Any:
    return inert(" ".join(value) if isinstance(value, list) else value)


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
        writer.writerow([_cell(row[name]) for name in COLUMNS])
        if buffer.tell() > 65536:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
