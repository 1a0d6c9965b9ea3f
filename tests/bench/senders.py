"""Clients that send photos with reports, as fast as a server acknowledges them."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from dashboard.events import uuid7
from tests.conftest import event
from tests.tus_client import CHUNK, ROOT, jpeg, metadata

MUST_BE = (200, 201)


class Photo(NamedTuple):
    """A photo and its SHA-256."""

    data: bytes
    sha256: str


def photos(count: int, size: int, seed: int) -> list[Photo]:
    """Return different photos of ``size`` bytes."""
    made = (jpeg(seed * 10_000 + n, size) for n in range(count))
    return [Photo(data, hashlib.sha256(data).hexdigest()) for data in made]


@contextlib.contextmanager
def program(module: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Run a server program; give the JSON of its first line, with its process id."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(folder)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline()) | {"pid": process.pid}
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@dataclass
class Line:
    """One kept connection to a server; ``token`` is empty for the bare one."""

    port: int
    token: str = ""

    def __post_init__(self) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        """Send a request that must be taken."""
        self.http.request(method, path, body, headers)
        answer = self.http.getresponse()
        text = answer.read()
        assert answer.status in MUST_BE, (answer.status, text[:500])

    def report_with_photo(self, photo: Photo) -> None:
        """Send a report, announce its photo and send the file: three durable acknowledgements."""
        report_id = uuid7()
        body = {
            "sha256": photo.sha256, "size": len(photo.data), "content_type": "image/jpeg",
            "filename": "a.jpg", "report_id": report_id,
        }  # fmt: skip
        now_us = time.time_ns() // 1000
        batch = [
            event("report.received", report_id, {"text": "冠水"}, at_us=now_us),
            event("photo.announced", uuid7(), body, at_us=now_us),
        ]
        bearer = {"Authorization": f"Bearer {self.token}"}
        path = "/api/v1/incidents/inc-1/events"
        as_json = {**bearer, "Content-Type": "application/json"}
        self.send("POST", path, json.dumps(batch).encode(), as_json)
        given = {"incident_id": "inc-1", "sha256": photo.sha256, "filename": "a.jpg"}
        tus = {
            **bearer, "Tus-Resumable": "1.0.0", "Content-Type": CHUNK,
            "Upload-Length": str(len(photo.data)), "Upload-Metadata": metadata(**given),
        }  # fmt: skip
        self.send("POST", "/uploads", photo.data, tus)

    def file_alone(self, photo: Photo) -> None:
        """Send the file to the bare handler."""
        self.send("POST", "/", photo.data, {"Content-Type": CHUNK})


def per_second(sends: Sequence[Callable[[Photo], None]], pile: list[Photo]) -> float:
    """Return photos acknowledged a second by clients that share a pile."""
    left, failed = list(pile), []

    def work(send: Callable[[Photo], None]) -> None:
        try:
            while left:
                send(left.pop())
        except (IndexError, AssertionError, OSError, http.client.HTTPException) as error:
            if not isinstance(error, IndexError):
                failed.append(error)

    threads = [threading.Thread(target=work, args=(send,)) for send in sends]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if failed:
        raise failed[0]
    return len(pile) / took
