"""Law ``realms``: nothing of a drill is ever in the real realm, nor the other way."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests.laws.replica import Replica
from tests.laws.serving import Served, open_incident, report, served
from tests.wait import until

PREFIXES = {"real": "", "drill": "/drill"}
OTHER = {"real": "drill", "drill": "real"}
Told = dict[str, set[str]]


def run(count: int, seed: int) -> dict[str, Any]:
    """Do ``count`` random things in random realms, then look for each in the other one.

    Returns:
        done, and leaks by where: rows, boards, exports, parcels, answers (all zero).
    """
    with tempfile.TemporaryDirectory(prefix="eoc-realms-") as folder:
        return _tried(count, random.Random(seed), Path(folder) / "state")


def _tried(count: int, chance: random.Random, folder: Path) -> dict[str, Any]:
    with served(folder) as server, server.api() as api:
        incidents = {realm: open_incident(api, prefix) for realm, prefix in PREFIXES.items()}
        clients = {realm: _client(server, realm, incidents[realm]) for realm in PREFIXES}
        told: Told = {realm: {incidents[realm]} for realm in PREFIXES}
        answers = sum(_act(api, chance, incidents, told) for _ in range(count))
        want = {realm: {i for i in ids if i.startswith("mark")} for realm, ids in told.items()}
        until(lambda: all(want[r] <= set(clients[r].features) for r in PREFIXES), seconds=30)
        leaks = {
            "boards": sum(_on_board(api, r, incidents[r], told[OTHER[r]]) for r in PREFIXES),
            "exports": sum(_exported(api, r, incidents[r], told[OTHER[r]]) for r in PREFIXES),
            "parcels": sum(len(told[OTHER[r]] & set(clients[r].features)) for r in PREFIXES),
        }
        for client in clients.values():
            client.finish.set()
            client.join()
    rows = sum(_rows(folder / realm, told[OTHER[realm]]) for realm in PREFIXES)
    return {"done": count, "rows": rows, "answers": answers, **leaks}


def _client(server: Served, realm: str, incident: str) -> Replica:
    client = Replica(server.port, server.tokens["desk"], incident, prefix=PREFIXES[realm])
    client.start()
    return client


def _act(api: httpx.Client, chance: random.Random, incidents: dict[str, str], told: Told) -> int:
    """Do one thing; 1 if the other realm answered for what is not its own."""
    realm = chance.choice(sorted(PREFIXES))
    prefix, other = PREFIXES[realm], PREFIXES[OTHER[realm]]
    if chance.random() < 0.2:
        incident = open_incident(api, prefix)
        told[realm].add(incident)
        return _answers(api, f"{other}/api/v1/incidents/{incident}/changes")
    subject = f"mark-{realm}-{chance.randrange(10**12)}"
    sent = [report(subject, subject_id=subject)]
    path = f"/api/v1/incidents/{incidents[realm]}/events"
    assert api.post(f"{prefix}{path}", json=sent).status_code == 200
    told[realm].add(subject)
    return int(api.post(f"{other}{path}", json=sent).status_code != 404)


def _answers(api: httpx.Client, path: str) -> int:
    return int(api.get(path).status_code != 404)


def _on_board(api: httpx.Client, realm: str, incident: str, foreign: set[str]) -> int:
    prefix = PREFIXES[realm]
    text = api.get(f"{prefix}/api/v1/incidents/{incident}/board.geojson").text
    text += api.get(f"{prefix}/api/v1/incidents").text
    return sum(mark in text for mark in foreign)


def _exported(api: httpx.Client, realm: str, incident: str, foreign: set[str]) -> int:
    path = f"{PREFIXES[realm]}/api/v1/incidents/{incident}"
    parts = ("timeline.csv", "timeline?limit=5000", "export.geojson", "export.kml")
    text = "".join(api.get(f"{path}/{part}").text for part in parts)
    return sum(mark in text for mark in foreign)


def _rows(folder: Path, foreign: set[str]) -> int:
    """Count what of the other realm lies in the files of this one."""
    found = 0
    for file in folder.rglob("*.db"):
        with sqlite3.connect(file) as connection:
            text = "\n".join(connection.iterdump())
        connection.close()
        found += sum(mark in text for mark in foreign)
    return found
