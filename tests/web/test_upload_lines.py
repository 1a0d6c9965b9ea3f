"""Uploads over lines that break, pause and come twice, and over the death of the server."""

from __future__ import annotations

import contextlib
import hashlib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.tus_client import CHUNK, CREW, Client, Server, jpeg, serving
from tests.wait import until


@contextlib.contextmanager
def half_sent(port: int, path: str, data: bytes, sent: int) -> Iterator[None]:
    """Keep a PATCH open whose second half never comes."""
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nX-Person: {CREW}\r\n"
        f"Content-Type: {CHUNK}\r\nUpload-Offset: 0\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(head.encode() + data[:sent])
        yield


def test_the_loop_turns_while_photos_come_in(server: Server) -> None:
    """A blocking call of 50 ms would stop every wall; best of five, the machine has other work."""
    piles = [[jpeg(10**7 + n, 2_000_000) for n in range(r * 8, r * 8 + 8)] for r in range(5)]
    lags = []
    for pile in piles:
        server.client().get("/lag")
        with ThreadPoolExecutor(4) as pool:
            sent = pool.map(lambda data: server.client().create(data, body=data).status, pile)
            assert set(sent) == {201}
        lags.append(server.client().get("/lag")["lag_s"])
    assert min(lags) < 0.05, lags


def test_two_writers_at_once_do_not_mix(server: Server, crew: Client, photo: bytes) -> None:
    path = crew.create(photo).headers["location"]
    with half_sent(server.port, path, photo, 20_000):
        busy = crew.patch(path, 0, photo)
        assert (busy.status, busy.error["code"]) in {(423, "locked"), (409, "offset_mismatch")}


def test_a_silent_line_is_taken_over_by_the_newer_one(
    server: Server, crew: Client, photo: bytes
) -> None:
    path = crew.create(photo).headers["location"]
    with half_sent(server.port, path, photo, 20_000):

        def gone_on() -> bool:
            at = crew.offset(path)
            return crew.patch(path, at, photo[at:]).status == 204

        until(gone_on, 10)
    assert crew.offset(path) == len(photo)


def test_an_upload_expires(tmp_path: Path, photo: bytes) -> None:
    with serving(tmp_path, EOC_UPLOAD_HOURS="0") as running:
        crew = running.client()
        made = crew.create(photo)
        assert made.headers["upload-expires"].endswith("GMT")
        assert crew.ask("HEAD", made.headers["location"]).status == 410
        assert crew.patch(made.headers["location"], 0, photo).status == 410


def test_an_upload_survives_the_death_of_the_server(tmp_path: Path, photo: bytes) -> None:
    with serving(tmp_path) as running:
        crew = running.client()
        path = crew.create(photo, body=photo[:30_000]).headers["location"]
        running.kill()
        running.start()
        assert crew.offset(path) == 30_000
        assert crew.patch(path, 30_000, photo[30_000:]).status == 204
        assert [p["sha256"] for p in crew.photos().values()] == [hashlib.sha256(photo).hexdigest()]
