"""2 MB photos with report from 8 clients, beside a bare handler that streams and fsyncs."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.senders import Line, per_second, photos, program

NAME, UNIT, BAR = "ingest", "photos/s", ">= 0.5 x bare handler"
CLIENTS, SIZE, PILE, ROUNDS = 8, 2_000_000, 48, 7


def run() -> dict[str, Any]:
    """Return the median of interleaved rounds."""
    ours, theirs = [], []
    with (
        tempfile.TemporaryDirectory(prefix="eoc-ingest-") as folder,
        program("tests.app_server", Path(folder) / "ours") as app,
        program("tests.bench.bare_server", Path(folder) / "bare") as bare,
    ):
        token = app["tokens"]["field"]
        mine = [Line(app["port"], token).report_with_photo for _ in range(CLIENTS)]
        reference = [Line(bare["port"]).file_alone for _ in range(CLIENTS)]
        per_second(mine, photos(CLIENTS, SIZE, 99))
        for number in range(ROUNDS):
            pile = photos(PILE, SIZE, number)
            theirs.append(per_second(reference, pile))
            ours.append(per_second(mine, pile))
    ratio = statistics.median(o / t for o, t in zip(ours, theirs, strict=True))
    return {
        "ours": statistics.median(ours),
        "reference": statistics.median(theirs),
        "ratio": ratio,
        "pass": ratio >= 0.5,
    }
