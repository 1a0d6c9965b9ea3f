"""Start and stop served processes, and speak HTTP to them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from dashboard.clock import SystemClock, iso
from dashboard.events import uuid7

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Served:
    """A web process that listens."""

    process: subprocess.Popen[str]
    url: str
    port: int
    tokens: dict[str, str]

    def api(self, who: str = "desk") -> httpx.Client:
        """Return an HTTP client signed in by a token."""
        bearer = {"Authorization": f"Bearer {self.tokens[who]}"}
        return httpx.Client(base_url=self.url, headers=bearer, timeout=60, trust_env=False)

    def metrics(self) -> dict[str, float]:
        """Return the figures of ``/metrics``; it is open to programs of this machine."""
        text = httpx.get(f"{self.url}/metrics", trust_env=False).text
        lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it and wait."""
        self.process.send_signal(how)
        self.process.wait(20)
        if self.process.stdout:
            self.process.stdout.close()

    def resident_mb(self) -> float:
        """Return its resident memory in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


def start(folder: Path, port: int = 0, module: str = "tests.laws.server") -> Served:
    """Start a server process on a folder; returns when it listens."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EOC_")}
    said_wrong = folder.parent / f"{folder.name}.err"
    with said_wrong.open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(folder), str(port)], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=errors, env={**environment, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait(20)
        raise AssertionError(said_wrong.read_text()[-3000:])
    said = json.loads(line)
    return Served(process, said["url"], said["port"], said["tokens"])


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A server for the length of a block."""
    one = start(folder)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.stop()


@contextmanager
def opened() -> Iterator[tuple[Served, str]]:
    """A server with an open incident, for the length of a block."""
    with (
        tempfile.TemporaryDirectory(prefix="eoc-law-") as folder,
        served(Path(folder) / "state") as server,
    ):
        with server.api() as api:
            incident = open_incident(api)
        yield server, incident


def open_incident(api: httpx.Client, prefix: str = "") -> str:
    """Open an incident; return its id."""
    answer = api.post(f"{prefix}/api/v1/incidents", json={"title": "大雨"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def report(text: str = "冠水", **other: Any) -> dict[str, Any]:
    """Return a report as a client sends it."""
    now = iso(SystemClock().now_us())
    body = {"text": text, "category": "flooding"}
    return {
        "id": uuid7(), "kind": "report.received", "v": 1, "subject_id": uuid7(),
        "occurred_at": now, "sent_at": now, "body": body,
    } | other  # fmt: skip
