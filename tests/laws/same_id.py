"""Law ``same-id``: what a phone sends again is kept once and answered alike."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from tests.laws.serving import Served, opened, report

AT_ONCE = 20
Answer = tuple[int, dict[str, Any]]


class Lanes:
    """As many connections as there are senders, all let go at one moment."""

    def __init__(self, server: Served, incident: str, count: int) -> None:
        self.path = f"/api/v1/incidents/{incident}/events"
        self.headers = {
            "Authorization": f"Bearer {server.tokens['crew']}", "Content-Type": "application/json",
        }  # fmt: skip
        self.lanes = [http.client.HTTPConnection("127.0.0.1", server.port) for _ in range(count)]
        self.gate = Barrier(count)

    def close(self) -> None:
        """Close every connection."""
        for lane in self.lanes:
            lane.close()

    def post(self, lane: int, event: dict[str, Any]) -> Answer:
        """Send one event on one lane."""
        self.lanes[lane].request("POST", self.path, json.dumps([event]), self.headers)
        answer = self.lanes[lane].getresponse()
        return answer.status, json.loads(answer.read())["results"][0]

    def together(self, lane: int, event: dict[str, Any]) -> Answer:
        """Wait for the others, then send."""
        self.gate.wait()
        return self.post(lane, event)


def run(count: int, seed: int) -> dict[str, Any]:
    """Send each of ``count`` ids 20 times at once.

    Returns:
        ids, success (of 20 × ids), rows, not_one_seq (ids answered with several), refused.
    """
    with opened() as (server, inc):
        lanes = Lanes(server, inc, AT_ONCE)
        success = not_one_seq = 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for number in range(count):
                event = report(f"{seed} {number}")
                answers = list(pool.map(lambda lane, e=event: lanes.together(lane, e), range(20)))
                success += sum(status == 200 for status, _ in answers)
                not_one_seq += len({result.get("seq") for _, result in answers}) != 1
        lanes.close()
        rows = Counter(row["subject_id"] for row in timeline(server, inc))
    return {
        "ids": count, "success": success, "refused": AT_ONCE * count - success,
        "rows": sum(rows.values()) - 1, "doubled": sum(n > 1 for n in rows.values()),
        "not_one_seq": not_one_seq,
    }  # fmt: skip


def timeline(server: Served, incident: str) -> list[dict[str, Any]]:
    """Return every row of the timeline."""
    rows: list[dict[str, Any]] = []
    with server.api() as api:
        while True:
            after = rows[-1]["seq"] if rows else 0
            page = api.get(f"/api/v1/incidents/{incident}/timeline?limit=5000&after={after}").json()
            rows += page["rows"]
            if not page["more"]:
                return rows


def board(server: Served, incident: str, who: str = "desk", prefix: str = "") -> dict[str, Any]:
    """Return the features of the board by id."""
    with server.api(who) as api:
        answer = api.get(f"{prefix}/api/v1/incidents/{incident}/board.geojson")
    return {feature["id"]: feature for feature in answer.json()["features"]}
