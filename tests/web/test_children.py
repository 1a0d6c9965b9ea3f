"""``eoc serve`` and its worker: who dies is started again, and ends with the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tests.browser.served import SECRET_KEY
from tests.conftest import ROOT
from tests.wait import until


def children(pid: int, what: str) -> list[int]:
    """Return the processes started by one whose command names ``what``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError):
            continue
        if parent == pid and what in command:
            found.append(int(folder.name))
    return found


def test_a_worker_that_is_killed_is_started_again_and_ends_with_the_server(tmp_path: Path) -> None:
    environ = {
        **os.environ, "PYTHONPATH": str(ROOT), "EOC_STATE_DIR": str(tmp_path),
        "EOC_SECRET_KEY": SECRET_KEY,
    }  # fmt: skip
    built = ROOT / "var" / "bundle"
    if built.is_dir():
        (tmp_path / "bundle").symlink_to(built)
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL) as server:
        try:
            until((tmp_path / "listening").exists, 90)
            url = (tmp_path / "listening").read_text()
            (first,) = until(lambda: children(server.pid, "dashboard.cli work"), 20)
            os.kill(first, signal.SIGKILL)
            until(lambda: children(server.pid, "dashboard.cli work") not in ([], [first]), 40)
            assert httpx.get(f"{url}/healthz").status_code == 200
            (second,) = children(server.pid, "dashboard.cli work")
        finally:
            server.terminate()
            server.wait(20)
    assert not Path(f"/proc/{second}").exists()
