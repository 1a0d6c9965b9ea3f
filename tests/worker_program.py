"""``eoc work`` for tests: ``python -m tests.worker_program STATE_DIR [SLOW_S]``.

``SLOW_S`` holds every decode that long, so that a test can kill the process in the middle;
the file ``rendering`` in the state folder says that one is underway.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from dashboard.config import load
from dashboard.jobs import render as job
from dashboard.jobs import run_worker
from dashboard.realms import open_realms
from dashboard.uploads import sweeper


def main(state_dir: str, slow_s: str = "0") -> None:
    """Work until told to stop."""
    settings = load({**os.environ, "EOC_STATE_DIR": state_dir})
    real = job.render

    def slow(path: Path, *sizes: Any) -> Any:
        (Path(state_dir) / "rendering").touch()
        time.sleep(float(slow_s))
        return real(path, *sizes)

    job.render = slow
    run_worker(
        settings,
        open_realms(settings),
        chores=[sweeper(settings)],
        progress=lambda realm, figures: (Path(state_dir) / f"progress-{realm}").write_text(
            json.dumps(figures)
        ),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
