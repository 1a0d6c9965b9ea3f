"""Law ``kill`` for the ingest: the server is killed while reports and photos come in.

Nothing acknowledged may be lost (photos by SHA-256), nothing may be there twice, and the
server serves again within 5 s.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.events import uuid7
from dashboard.log.sqlite import SqliteLog
from tests.conftest import event
from tests.tus_client import Client, Server, jpeg

CLIENTS = 4
PHOTO_BYTES = 300_000
MOST_S = 5.0


def run(count: int, seed: int) -> dict[str, Any]:
    """Kill the server ``count`` times while clients send.

    Returns:
        kills, reports and photos (acknowledged), slowest_s (kill to serving), and the
        violations: lost_reports, lost_photos, duplicates, broken, late (over 5 s).
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="eoc-kill-ingest-") as folder:
        server = Server(Path(folder))
        server.start()
        crews = [_Crew(server.port, seed * 1000 + n) for n in range(CLIENTS)]
        threads = [threading.Thread(target=crew.send_until_told) for crew in crews]
        for thread in threads:
            thread.start()
        slowest = 0.0
        late = 0
        for _ in range(count):
            chance_s = chance.uniform(0.02, 0.8)
            threading.Event().wait(chance_s)
            server.kill()
            took = server.start()
            slowest, late = max(slowest, took), late + (took > MOST_S)
        for crew in crews:
            crew.stopping.set()
        for thread in threads:
            thread.join(30)
        server.kill()
        return {"kills": count, "slowest_s": round(slowest, 2), "late": late} | _judged(
            Path(folder), crews
        )


@dataclass
class _Crew:
    """A phone that sends a report with a photo, and again until it is acknowledged."""

    port: int
    seed: int
    stopping: threading.Event = field(default_factory=threading.Event)
    reports: set[str] = field(default_factory=set)
    photos: set[str] = field(default_factory=set)

    def send_until_told(self) -> None:
        client, number = Client(self.port, f"crew-{self.seed} field t1", timeout_s=5), 0
        while not self.stopping.is_set():
            number += 1
            self._send(client, jpeg(self.seed * 10_000 + number, PHOTO_BYTES))

    def _send(self, client: Client, data: bytes) -> None:
        report_id, photo_id = uuid7(), uuid7()
        sha256 = hashlib.sha256(data).hexdigest()
        photo = {
            "sha256": sha256, "size": len(data), "content_type": "image/jpeg",
            "filename": "a.jpg", "report_id": report_id,
        }  # fmt: skip
        batch = json.dumps(
            [
                event("report.received", report_id, {"text": "冠水"}),
                event("photo.announced", photo_id, photo),
            ]
        ).encode()
        if self._again(lambda: self._post(client, batch)):
            self.reports |= {report_id, photo_id}
        path: list[str] = []
        if self._again(lambda: self._upload(client, data, path)):
            self.photos.add(sha256)

    def _again(self, attempt: Any) -> bool:
        while not self.stopping.is_set():
            try:
                if attempt():
                    return True
            except (OSError, http.client.HTTPException):
                self.stopping.wait(0.05)
        return False

    def _post(self, client: Client, batch: bytes) -> bool:
        return client.ask("POST", "/events", batch, Content_Type="application/json").status == 200

    def _upload(self, client: Client, data: bytes, path: list[str]) -> bool:
        """Create, or go on; half of the data comes with the creation."""
        if not path:
            made = client.create(data, body=data[: len(data) // 2])
            path[:] = [made.headers["location"]] if made.status == 201 else []
        if not path:
            return False
        at = client.ask("HEAD", path[0])
        if at.status != 200:
            path.clear()
            return False
        offset = int(at.headers["upload-offset"])
        if offset == len(data):
            return True
        done = client.patch(path[0], offset, data[offset:])
        return done.status == 204 and int(done.headers["upload-offset"]) == len(data)


def _judged(folder: Path, crews: list[_Crew]) -> dict[str, int]:
    log = SqliteLog(folder / "real.db")
    events = log.read()
    broken = log.verify().broken_at or 0
    log.close()
    subjects = Counter((e.kind, e.subject_id) for e in events)
    received = {str((e.body or {})["sha256"]) for e in events if e.kind == "photo.received"}
    reports = set().union(*(crew.reports for crew in crews))
    photos = set().union(*(crew.photos for crew in crews))
    stored = {subject_id for _, subject_id in subjects}
    kept = {path.name: path for path in folder.glob("real/media/original/??/*")}
    whole = {s for s, path in kept.items() if hashlib.sha256(path.read_bytes()).hexdigest() == s}
    return {
        "reports": len(reports),
        "photos": len(photos),
        "lost_reports": len(reports - stored),
        "lost_photos": len(photos - (whole & received)),
        "duplicates": sum(n - 1 for n in subjects.values()),
        "broken": broken,
    }
