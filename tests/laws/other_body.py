"""Law ``other-body``: a known id with other content is a conflict and changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.laws.same_id import Answer, Lanes, board
from tests.laws.serving import opened, report


def run(count: int, seed: int) -> dict[str, Any]:
    """Send ``count`` ids again with other content; return conflicts, changed, taken."""
    with opened() as (server, inc):
        lanes = Lanes(server, inc, 4)
        events = [report(f"{seed} {number}") for number in range(count)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda lane: _each(lanes, lane, events), range(4)))
            before = board(server, inc)
            others = [{**event, "body": {"text": "別の内容"}} for event in events]
            parts = pool.map(lambda lane: _each(lanes, lane, others), range(4))
            answers = [answer for part in parts for answer in part]
        lanes.close()
        after = board(server, inc)
    conflicts = sum(s == 409 and r["error"]["code"] == "id_reused" for s, r in answers)
    changed = sum(before[id_] != feature for id_, feature in after.items())
    return {"ids": count, "conflicts": conflicts, "taken": count - conflicts, "changed": changed}


def _each(lanes: Lanes, lane: int, events: list[dict[str, Any]]) -> list[Answer]:
    return [lanes.post(lane, event) for event in events[lane::4]]
