"""Law ``catch-up``: however often the line drops or the server dies, a client has exactly 1…N.

Time is compressed sixtyfold: 0–60 s away are 0–1 s here. Lines run through a proxy.
"""

from __future__ import annotations

import random
import signal
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from tests.laws.replica import Replica
from tests.laws.same_id import board
from tests.laws.serving import Served, open_incident, report, start
from tests.proxy import Proxy
from tests.wait import until

CLIENTS, AWAY_S, PER_S = 20, 1.0, 20
WHO = ("desk", "wall", "crew", "partner")


def run(count: int, seed: int) -> dict[str, Any]:
    """Let 20 clients lose their lines ``count`` times while the server is killed up to 5 times.

    Returns:
        disconnects, restarts, entries, wrong_board, gaps, twice (all three zero when it holds).
    """
    chance, restarts = random.Random(seed), min(5, 1 + count // 100)
    with tempfile.TemporaryDirectory(prefix="eoc-catch-") as folder:
        server = start(Path(folder) / "state")
        with server.api() as api:
            incident = open_incident(api)
        with Proxy(server.port) as proxy:
            writer = Writer(server, incident, Path(folder) / "state")
            clients = _clients(proxy.port, server, incident, count, seed)
            for thread in (writer, *clients):
                thread.start()
            _trouble(writer, clients, restarts, chance)
            writer.finish.set()
            writer.join()
            figures = _figures(writer, clients, incident)
            for client in clients:
                client.finish.set()
            for client in clients:
                client.join()
        writer.server.stop()
    return {"disconnects": count, "restarts": restarts, **figures}


class Writer(threading.Thread):
    """Posts reports all the while; sends again what a killed server did not answer."""

    def __init__(self, server: Served, incident: str, folder: Path) -> None:
        super().__init__(daemon=True)
        self.server, self.incident, self.folder = server, incident, folder
        self.finish, self.taken = threading.Event(), 0

    def run(self) -> None:
        """Post until told to finish."""
        event, path = report(), f"/api/v1/incidents/{self.incident}/events"
        with self.server.api() as api:
            while not self.finish.is_set():
                try:
                    api.post(path, json=[event]).raise_for_status()
                except httpx.HTTPError:
                    time.sleep(0.05)
                    continue
                self.taken += 1
                event = report(f"{self.taken}")
                time.sleep(1 / PER_S)

    def restart(self) -> None:
        """Kill the server without warning and start it again on its port."""
        port = self.server.port
        self.server.stop(signal.SIGKILL)
        self.server = start(self.folder, port)


def _clients(port: int, server: Served, incident: str, count: int, seed: int) -> list[Replica]:
    """Share the disconnects out among the clients."""
    found = []
    for n in range(CLIENTS):
        drops, token = count // CLIENTS + (n < count % CLIENTS), server.tokens[WHO[n % len(WHO)]]
        found.append(Replica(port, token, incident, drops=drops, away_s=AWAY_S, seed=seed + n))
    return found


def _trouble(writer: Writer, clients: list[Replica], restarts: int, chance: random.Random) -> None:
    left = sum(client.drops for client in clients)
    marks = sorted(chance.randrange(left) for _ in range(restarts))
    while marks:
        until(lambda: sum(c.drops for c in clients) <= marks[-1], seconds=900)
        marks.pop()
        writer.restart()
    until(lambda: all(c.drops == 0 for c in clients), seconds=900)


def _figures(writer: Writer, clients: list[Replica], incident: str) -> dict[str, Any]:
    entries = writer.taken + 1
    until(lambda: all(c.position >= entries for c in clients), seconds=30)
    boards = {who: board(writer.server, incident, who) for who in WHO}
    wrong = sum(c.features != boards[WHO[n % len(WHO)]] for n, c in enumerate(clients))
    gaps = sum(a[1] != b[0] for c in clients for a, b in pairwise([(0, 0), *c.steps]))
    twice = sum(times > 1 for c in clients for times in c.applied.values())
    return {
        "entries": entries, "wrong_board": wrong, "gaps": gaps, "twice": twice,
        "connects": sum(c.connects for c in clients),
        "fetches": sum(c.fetches for c in clients), "pushed": sum(c.pushed for c in clients),
    }  # fmt: skip
