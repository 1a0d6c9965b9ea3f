"""A client of push in Python that keeps the rules of the contract, over a bad network."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from typing import Any

import httpx
import websocket

BLIND_S = 5.0


class Replica(threading.Thread):
    """Follows an incident through ``port``; drops its line ``drops`` times for up to ``away_s``.

    ``applied`` counts each (subject, seq) applied; ``steps`` are the (from, to) it moved by.
    """

    def __init__(self, port: int, token: str, incident: str, **given: Any) -> None:
        super().__init__(daemon=True)
        self.port, self.token, self.incident = port, token, incident
        self.drops, self.away_s = given.pop("drops", 0), given.pop("away_s", 1.0)
        self.chance, self.prefix = random.Random(given.pop("seed", 0)), given.pop("prefix", "")
        self.position, self.features = 0, dict[str, Any]()
        self.applied: Counter[tuple[str, int]] = Counter()
        self.steps: list[tuple[int, int]] = []
        self.fetches = self.pushed = self.connects = 0
        self.finish = threading.Event()

    def run(self) -> None:
        """Follow until told to finish; a lost line is opened again."""
        while not self.finish.is_set():
            try:
                self._session()
            except (OSError, websocket.WebSocketException, httpx.HTTPError):
                time.sleep(self.chance.uniform(0.02, 0.1))
            if self.drops > 0:
                self.drops -= 1
                time.sleep(self.chance.uniform(0, self.away_s))

    def _session(self) -> None:
        url = f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"
        line = websocket.create_connection(url, timeout=BLIND_S)
        try:
            self.connects += 1
            upto = self._follow(line)
            if upto > self.position:
                self._fetch()
            until = time.monotonic() + self.chance.uniform(0, self.away_s)
            while not self.finish.is_set() and not (self.drops and time.monotonic() > until):
                self._hear(line)
        finally:
            line.shutdown()  # no farewell: the line is simply gone

    def _follow(self, line: Any) -> int:
        space = f"{self.prefix}/live"
        line.recv()
        line.send(f"40{space}," + json.dumps({"token": self.token}))
        answer = line.recv()
        assert answer.startswith(f"40{space},"), answer
        ask = {"incident_id": self.incident, "after": self.position}
        line.send(f"42{space},7" + json.dumps(["follow", ask]))
        while not (said := line.recv()).startswith(f"43{space},7"):
            continue  # a parcel may overtake the answer; what it held is fetched
        return int(json.loads(said[len(f"43{space},7") :])[0]["upto"])

    def _hear(self, line: Any) -> None:
        try:
            text = line.recv()
        except websocket.WebSocketTimeoutException:
            raise OSError("blind") from None
        if text == "2":
            line.send("3")
        elif text.startswith("42"):
            self._receive(json.loads(text[text.index("[") :])[1])
        elif not text:
            raise OSError("closed")

    def _receive(self, parcel: dict[str, Any]) -> None:
        if parcel["after"] > self.position:
            self._fetch()
        if parcel["after"] <= self.position < parcel["upto"]:
            self.pushed += 1
            self._apply(parcel)

    def _fetch(self) -> None:
        """Ask for what is missing until there is no more."""
        path = f"{self.prefix}/api/v1/incidents/{self.incident}/changes"
        more = True
        while more:
            answer = httpx.get(
                f"http://127.0.0.1:{self.port}{path}", params={"after": self.position},
                headers={"Authorization": f"Bearer {self.token}"}, timeout=10, trust_env=False,
            )  # fmt: skip
            answer.raise_for_status()
            page = answer.json()
            self.fetches += 1
            more = page["more"]
            self._apply(page)

    def _apply(self, page: dict[str, Any]) -> None:
        for change in page["changes"]:
            if change["seq"] <= self.position:
                continue
            self.applied[(change["id"], change["seq"])] += 1
            if change["type"] == "Tombstone":
                self.features.pop(change["id"], None)
            else:
                self.features[change["id"]] = change
        self.steps.append((self.position, page["upto"]))
        self.position = page["upto"]
