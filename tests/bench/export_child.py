"""A process that exports once and says how far its resident memory grew, as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pyogrio.raw  # noqa: F401 - what a program has loaded is not what an export takes

from layers.export import About, export
from tests.bench.row_export import feature


def memory_mb(field: str) -> float:
    """Return VmRSS (resident now) or VmHWM (at most since the start) of this process."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024 / 1e6


def main() -> None:
    """Export ``count`` features as ``name``; print the growth to the highest point."""
    name, count = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        target, about = Path(folder) / "x", About("通報")
        export([feature(0)], name, target, about=about)  # drivers and tables load once
        before = memory_mb("VmRSS")
        export((feature(n) for n in range(count)), name, target, about=about)
    print(json.dumps({"grown_mb": memory_mb("VmHWM") - before, "before_mb": before}))


if __name__ == "__main__":
    main()
