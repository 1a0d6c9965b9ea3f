"""Laws ``order`` and the replica: arrival does not matter to facts, and changes lose nothing."""

from __future__ import annotations

import json
import os
import random
from typing import Any

import hypothesis.strategies as st
import orjson
from hypothesis import given, settings

from dashboard.errors import Stale
from dashboard.live import Live
from tests.conftest import DESK, event
from tests.property.histories import Played, Step, decisions, facts, shown, steps

AUDIENCES = ("hq", "wall", "field:t1", "field:t2", "controller", "partner:p1", "partner:p2")
few = settings(deadline=None, max_examples=int(os.environ.get("EXAMPLES", "60")))


@given(
    before=st.lists(decisions(), max_size=4), new=st.lists(facts(), max_size=10), seed=st.randoms()
)
@few
def test_facts_in_any_order_of_arrival_give_one_board(
    before: list[Step], new: list[Step], seed: random.Random
) -> None:
    one, other, start = Played(), Played(), ("report.received", "r1", {}, 9)
    first = one.play(start, *before)
    later = one.play(*new)
    other.again(*first, *seed.sample(later, len(later)))
    assert shown(one) == shown(other)


@given(history=steps)
@few
def test_the_board_as_known_at_the_last_entry_is_the_board_now(history: list[Step]) -> None:
    hq = Played()
    hq.play(*history)
    live = Live(hq.log)
    live.catch_up()
    now = live.collection(live.board("inc"), "hq")
    assert live.collection(live.as_known("inc", live.position), "hq") == now


@given(history=steps)
@few
def test_sending_everything_twice_is_sending_it_once(history: list[Step]) -> None:
    hq = Played()
    taken = [one for one in hq.play(*history) if one["id"] in {e.id for e in hq.log.read()}]
    tip, board = hq.log.tip(), shown(hq)
    hq.again(*taken)
    assert (hq.log.tip(), shown(hq)) == (tip, board)


@given(history=steps, cuts=st.sets(st.integers(0, 14)), limit=st.integers(1, 6))
@few
def test_changes_played_again_give_every_audience_its_board(
    history: list[Step], cuts: set[int], limit: int
) -> None:
    hq = Played()
    live = Live(hq.log)
    replicas = {audience: Replica(live, audience, limit) for audience in AUDIENCES}
    for index, step in enumerate(history):
        hq.play(step)
        live.catch_up()
        if index in cuts:
            for replica in replicas.values():
                replica.fetch()
    live.catch_up()
    for audience, replica in replicas.items():
        replica.fetch()
        assert replica.features == _features(live, audience), audience


class Replica:
    """What a client keeps, by the rules of the contract."""

    def __init__(self, live: Live, audience: str, limit: int) -> None:
        self.live, self.audience, self.limit = live, audience, limit
        self.position, self.features = 0, dict[str, Any]()

    def fetch(self) -> None:
        """Ask for changes until there are no more."""
        more = True
        while more:
            page = self.live.changes("inc", self.audience, self.position, self.limit)
            for fragment in page["changes"]:
                self._apply(json.loads(orjson.dumps(fragment)))
            more, self.position = page["more"], page["upto"]

    def _apply(self, change: dict[str, Any]) -> None:
        if change["type"] == "Tombstone":
            self.features.pop(change["id"], None)
        else:
            self.features[change["id"]] = change


def _features(live: Live, audience: str) -> dict[str, Any]:
    board = json.loads(live.collection(live.board("inc"), audience))
    return {feature["id"]: feature for feature in board["features"]}


@given(late=st.lists(facts(), max_size=4))
@few
def test_a_late_fact_never_undoes_a_decision_but_asks_for_a_look(late: list[Step]) -> None:
    hq = Played()
    hq.play(("report.received", "r1", {"category": "river"}, 5))
    hq.play(("report.triaged", "r1", {"category": "flooding"}, 3))
    hq.play(("report.corrected", "r1", {"category": "normal"}, 4), *late)
    shown_now = hq.properties("r1")
    assert shown_now["category"] == "flooding"
    newest = hq.board.subjects["r1"].cells["category"].fact
    assert newest is not None
    expected = [] if newest.value == "flooding" else [newest.value]
    checks = [c["other"] for c in shown_now["checks"] if c["field"] == "category"]
    assert checks == expected


@given(decided=decisions(), between=st.lists(facts(), max_size=3))
@few
def test_a_decision_on_a_stale_subject_is_refused_and_says_what_changed(
    decided: Step, between: list[Step]
) -> None:
    hq = Played()
    hq.play(("report.received", "r1", {}, 9), decided)
    seen = hq.board.upto
    hq.play(("report.corrected", "r1", {"text": "橋が流された"}, 1), *between)
    (answer,) = hq.send(DESK, event("report.triaged", "r1", {"seen": seen, "handling": "done"}))
    assert isinstance(answer, Stale)
    assert "report.corrected" in {change["kind"] for change in answer.detail["changed"]}
