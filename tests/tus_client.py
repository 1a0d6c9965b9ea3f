"""A server process with the upload doors, and a plain tus client that can misbehave."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from dashboard.events import uuid7
from tests.conftest import event

ROOT = Path(__file__).parents[1]
CREW = "crew-1 field team-1"
DESK = "desk-1 desk"
CHUNK = "application/offset+octet-stream"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response with lower-case header names."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        """The one error shape."""
        found: dict[str, Any] = json.loads(self.body)["error"]
        return found


def jpeg(seed: int = 0, size: int = 40_000) -> bytes:
    """Return a small picture, different for each seed, padded behind its end to ``size``."""
    out = BytesIO()
    colour = (seed % 256, seed // 256 % 256, seed // 65536 % 256)
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    made = out.getvalue()
    noise = hashlib.shake_128(seed.to_bytes(8, "big")).digest(max(0, size - len(made)))
    comment = b"".join(_comment(noise[i : i + 60_000]) for i in range(0, len(noise), 60_000))
    return made[:2] + comment + made[2:]


def _comment(data: bytes) -> bytes:
    return b"\xff\xfe" + (len(data) + 2).to_bytes(2, "big") + data


def metadata(**pairs: str | None) -> str:
    """Return an ``Upload-Metadata`` header."""
    given = {k: v for k, v in pairs.items() if v is not None}
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in given.items())


class Client:
    """Speaks tus by hand, one connection a request."""

    def __init__(self, port: int, person: str = CREW, timeout_s: float = 20) -> None:
        self.port, self.person, self.timeout_s = port, person, timeout_s

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request; header names are given with underscores."""
        named = {"Tus-Resumable": "1.0.0", "X-Person": self.person}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        try:
            line.request(method, path, body, named)
            got = line.getresponse()
            return Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            line.close()

    def create(
        self, data: bytes, *, body: bytes | None = None, prefix: str = "", **other: str | None
    ) -> Answer:
        """Create an upload of ``data``; ``body`` is what comes along."""
        pairs: dict[str, str | None] = {
            "incident_id": "inc-1",
            "sha256": hashlib.sha256(data).hexdigest(),
            "filename": "写真.jpg",
        }
        headers = {
            "Upload_Length": str(len(data)), "Upload_Metadata": metadata(**(pairs | other)),
        }  # fmt: skip
        if body is not None:
            headers["Content_Type"] = CHUNK
        return self.ask("POST", f"{prefix}/uploads", body, **headers)

    def send(self, *events: Any) -> None:
        """Send events as the API takes them."""
        body = json.dumps(events).encode()
        answer = self.ask("POST", "/events", body, Content_Type="application/json")
        assert len(json.loads(answer.body)["seqs"]) == len(events), answer.body

    def announce(self, data: bytes, count: int = 1, **body: str) -> list[str]:
        """Announce a photo ``count`` times; return the subject ids."""
        said = {
            "sha256": hashlib.sha256(data).hexdigest(), "size": len(data),
            "content_type": "image/jpeg", "filename": "a.jpg", **body,
        }  # fmt: skip
        ids = [uuid7() for _ in range(count)]
        self.send(*(event("photo.announced", id_, said) for id_ in ids))
        return ids

    def patch(self, path: str, offset: int, body: bytes, **headers: str) -> Answer:
        """Send a chunk."""
        given = {"Upload_Offset": str(offset), "Content_Type": CHUNK} | headers
        return self.ask("PATCH", path, body, **given)

    def offset(self, path: str) -> int:
        """Ask where to go on."""
        return int(self.ask("HEAD", path).headers["upload-offset"])

    def get(self, path: str) -> Any:
        """Return a JSON answer."""
        return json.loads(self.ask("GET", path).body)

    def photos(self) -> dict[str, dict[str, Any]]:
        """Return the photos on the board by subject id."""
        features = self.get("/features")["features"]
        rows = {f["id"]: f["properties"] for f in features}
        return {id_: p for id_, p in rows.items() if p["type"] == "photo"}


class Server:
    """``tests.upload_server`` in a process of its own."""

    def __init__(self, state_dir: Path, **environ: str) -> None:
        self.state_dir = state_dir
        self.environ = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
        self.process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self) -> float:
        """Start, on the same port as before if there was one; return seconds to serving."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.upload_server", str(self.state_dir), str(self.port)],
            cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        return time.monotonic() - began

    def kill(self) -> None:
        """``kill -9``."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def client(self, person: str = CREW) -> Client:
        """Return a client of this server."""
        return Client(self.port, person)


@contextlib.contextmanager
def serving(state_dir: Path, **environ: str) -> Iterator[Server]:
    """Run a server for a while."""
    server = Server(state_dir, **environ)
    server.start()
    try:
        yield server
    finally:
        server.kill()
