"""Law ``stalled``: readers that stop reading are cut, cost little, and lose nothing for good."""

from __future__ import annotations

import json
import socket
from typing import Any

from tests.bench.pushed import Ours
from tests.laws.replica import Replica
from tests.laws.same_id import board
from tests.laws.serving import Served, opened, report
from tests.wait import until

OTHERS, PER_S, PACED = 40, 20, 60
BATCH, WORDS = 50, "土砂流出" * 400
CUTS = 'eoc_push_cuts_total{reason="stalled"}'


def run(count: int, seed: int) -> dict[str, Any]:
    """Let ``count`` readers stop while 40 others read on.

    Returns:
        cut, grown_mb (the server's memory until all were cut), p99_ms of the others before and
        beside the stalled, wrong_board (stalled readers without the whole board afterwards).
    """
    with opened() as (server, incident):
        ours = Ours(server, incident)
        readers = ours.readers(OTHERS)
        try:
            ours.paced(PACED, PER_S)
            readers.heard(_fill(ours, 10))
            before_ms = readers.heard(ours.paced(PACED, PER_S))["p99_ms"]
            begun_mb = server.resident_mb()
            lines = [_stopped(server, incident) for _ in range(count)]
            beside_ms = readers.heard(ours.paced(PACED, PER_S))["p99_ms"]
            grown_mb = _until_cut(ours, server, readers, count) - begun_mb
        finally:
            readers.close()
            ours.close()
        wrong = _come_back(server, incident, count)
        cut = int(server.metrics()[CUTS])
        for line in lines:
            line.close()
    return {
        "stalled": count, "cut": cut, "grown_mb": round(grown_mb, 1), "wrong_board": wrong,
        "p99_before_ms": round(before_ms, 1), "p99_beside_ms": round(beside_ms, 1),
    }  # fmt: skip


def _stopped(server: Served, incident: str) -> socket.socket:
    """Open a socket that follows and then never reads again."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    line.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    _await(line, b"0{")
    _say(line, "40/live," + json.dumps({"token": server.tokens["wall"]}))
    _await(line, b"40/live,")
    _say(line, "42/live,1" + json.dumps(["follow", {"incident_id": incident, "after": 0}]))
    _await(line, b"43/live,1")
    return line


def _say(line: socket.socket, text: str) -> None:
    body = text.encode()
    size = bytes((0x80 | len(body),)) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
    line.sendall(b"\x81" + size + b"\0\0\0\0" + body)


def _await(line: socket.socket, mark: bytes) -> None:
    line.settimeout(20)
    heard = b""
    while mark not in heard:
        piece = line.recv(512)
        assert piece, f"closed before {mark!r}"
        heard += piece


def _fill(ours: Ours, times: int) -> list[tuple[int, float]]:
    """Post many long reports; what was sent last."""
    body = {"text": WORDS, "category": "flooding"}
    return [ours.post([report(body=body) for _ in range(BATCH)]) for _ in range(times)][-1]


def _until_cut(ours: Ours, server: Served, readers: Any, count: int) -> float:
    """Post until all the stalled are cut; return the most memory seen (MB)."""
    most = [server.resident_mb()]

    def all_cut() -> bool:
        readers.heard(_fill(ours, 2))
        most.append(server.resident_mb())
        return server.metrics().get(CUTS, 0) >= count

    until(all_cut, seconds=120)
    return max(most)


def _come_back(server: Served, incident: str, count: int) -> int:
    clients = [Replica(server.port, server.tokens["wall"], incident) for _ in range(count)]
    for client in clients:
        client.start()
    want = board(server, incident, "wall")
    until(lambda: all(len(c.features) == len(want) for c in clients), seconds=30)
    for client in clients:
        client.finish.set()
    for client in clients:
        client.join()
    return sum(client.features != want for client in clients)
