"""The worker: pictures soon after a photo came, also when it is killed in the middle."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.config import load
from dashboard.log.sqlite import SqliteLog
from dashboard.people import open_people
from dashboard.signals import Signals
from tests.tus_client import DESK, ROOT, Client, Server, jpeg, serving
from tests.wait import until

# the ground of the new incident, who is cut off on it, and the picture
ALL_DONE = {"waiting": 0, "done": 3}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as running:
        yield running


@contextlib.contextmanager
def working(state_dir: Path, slow_s: float = 0) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.worker_program", str(state_dir), str(slow_s)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "EOC_STATE_DIR": str(state_dir)}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _state(crew: Client, data: bytes) -> str | None:
    found = [p["state"] for p in crew.photos().values() if p["sha256"] == _sha(data)]
    return found[0] if found else None


def _kinds(state_dir: Path, kind: str) -> int:
    log = SqliteLog(state_dir / "real.db")
    count = sum(event.kind == kind for event in log.read())
    log.close()
    return count


def test_a_photo_gets_its_pictures_and_they_are_served(server: Server, tmp_path: Path) -> None:
    crew, photo = server.client(), jpeg(1)
    path = f"/media/{_sha(photo)}/320"
    desk = server.client(DESK)
    with working(tmp_path):
        crew.create(photo, body=photo)
        waiting = desk.ask("GET", path)
        assert (waiting.status, waiting.error["code"]) in {
            (404, "not_yet")
        } or waiting.status == 200
        until(lambda: _state(crew, photo) == "rendered", 15)
    got = desk.ask("GET", path)
    assert (got.status, got.headers["content-type"]) == (200, "image/jpeg")
    assert "immutable" in got.headers["cache-control"]
    assert got.headers["cache-control"].startswith("private")
    again = desk.ask("GET", path, If_None_Match=got.headers["etag"])
    assert again.status == 304
    part = desk.ask("GET", path, Range="bytes=0-9")
    assert (part.status, part.body) == (206, got.body[:10])


def test_the_command_eoc_work_renders_and_ends_when_told(server: Server, tmp_path: Path) -> None:
    crew = server.client()
    crew.create(jpeg(10), body=jpeg(10))
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "EOC_STATE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "dashboard.cli", "work"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL) as process:
        people = open_people(load({"EOC_STATE_DIR": str(tmp_path)}))
        signals = Signals(people)
        try:
            until(lambda: _state(crew, jpeg(10)) == "rendered", 30)
            until(lambda: signals.get("real", "worker") == ALL_DONE, 10)
        finally:
            people.close()
            process.terminate()
            assert process.wait(15) == 0


def test_the_worker_says_how_far_it_is(server: Server, tmp_path: Path) -> None:
    crew = server.client()
    told = tmp_path / "progress-real"
    with working(tmp_path):
        crew.create(jpeg(9), body=jpeg(9))
        until(lambda: told.exists() and json.loads(told.read_text()) == ALL_DONE, 15)


def test_a_running_worker_takes_a_new_photo_at_once(server: Server, tmp_path: Path) -> None:
    crew = server.client()
    with working(tmp_path):
        crew.create(jpeg(2), body=jpeg(2))
        until(lambda: _state(crew, jpeg(2)) == "rendered", 15)
        crew.create(jpeg(3), body=jpeg(3))
        began = time.monotonic()
        until(lambda: _state(crew, jpeg(3)) == "rendered", 5)
        # generous for a loaded machine; 10 s is what huey alone would take
        assert time.monotonic() - began < 3


def test_a_job_killed_in_the_middle_runs_again_and_is_done_once(
    server: Server, tmp_path: Path
) -> None:
    crew = server.client()
    crew.create(jpeg(4), body=jpeg(4))
    with working(tmp_path, slow_s=60) as process:
        until((tmp_path / "rendering").exists, 15)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _state(crew, jpeg(4)) == "received"
    with working(tmp_path):
        until(lambda: _state(crew, jpeg(4)) == "rendered", 15)
    with working(tmp_path), working(tmp_path):
        crew.create(jpeg(5), body=jpeg(5))
        until(lambda: _state(crew, jpeg(5)) == "rendered", 15)
    assert _kinds(tmp_path, "photo.rendered") == 2


def test_a_picture_that_kills_its_worker_is_given_up(server: Server, tmp_path: Path) -> None:
    crew = server.client()
    crew.create(jpeg(6), body=jpeg(6))
    with working(tmp_path, slow_s=60):
        until((tmp_path / "rendering").exists, 15)
        (lease,) = (tmp_path / "real" / "leases").glob("*-render")
    lease.write_text("5")
    with working(tmp_path, slow_s=60):
        until(lambda: _state(crew, jpeg(6)) == "refused", 15)


def _png_without_pixels() -> bytes:
    """A whole PNG whose compressed pixels are noise under a right checksum."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + check

    head = (64).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", b"x" * 500) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_pixels_that_cannot_be_read_are_refused_and_the_original_stays(
    server: Server, tmp_path: Path
) -> None:
    crew, damaged = server.client(), _png_without_pixels()
    assert crew.create(damaged, body=damaged, filename="a.png").status == 201
    with working(tmp_path):
        until(lambda: _state(crew, damaged) == "refused", 15)
    (photo,) = crew.photos().values()
    assert photo["refusal"]["code"] == "damaged"
    original = server.client(DESK).ask("GET", f"/media/{_sha(damaged)}")
    assert original.body == damaged


def test_the_worker_settles_what_the_phone_never_asked_about_again(
    server: Server, tmp_path: Path
) -> None:
    crew, photo = server.client(), jpeg(8)
    path = crew.create(photo, body=photo[:-5]).headers["location"]
    server.kill()
    with (tmp_path / "real" / "uploads" / f"{path[-32:]}.bin").open("ab") as file:
        file.write(photo[-5:])  # the last bytes came, and the process died before its answer
    with working(tmp_path):
        until(lambda: _kinds(tmp_path, "photo.rendered") == 1, 15)
    server.start()
    assert crew.offset(path) == len(photo)
    assert _kinds(tmp_path, "photo.received") == 1
