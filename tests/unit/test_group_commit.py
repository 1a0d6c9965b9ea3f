"""Leader and followers: batches, failures, and nobody left waiting."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from dashboard.errors import StorageFull
from dashboard.log import Appended, Outcome
from dashboard.log.group_commit import GroupCommit, Order
from tests.laws.drafts import draft


class Recorder:
    """Commits into a list; holds the first commit until told to go on."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.failures: list[Exception | None] = []

    def __call__(self, orders: Sequence[Order]) -> list[list[Outcome]]:
        self.batches.append(sum(len(order.drafts) for order in orders))
        self.entered.set()
        assert self.go_on.wait(10)
        if self.failures and (failure := self.failures.pop(0)):
            raise failure
        if any(d.source == "poison" for order in orders for d in order.drafts):
            raise ValueError("poison")
        return [[Appended(7, duplicate=False) for _ in order.drafts] for order in orders]


def _together(group: GroupCommit, recorder: Recorder, sizes: list[int], **odd: str) -> list[object]:
    """Let the first caller lead and the others queue up behind it."""
    answers: list[object] = [None] * len(sizes)

    def call(n: int) -> None:
        changed = odd if n == 1 else {}
        try:
            answers[n] = group.append([draft(**changed) for _ in range(sizes[n])], 0)
        except (StorageFull, ValueError) as error:
            answers[n] = error

    threads = [threading.Thread(target=call, args=(n,)) for n in range(len(sizes))]
    threads[0].start()
    assert recorder.entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(group._queue) < len(sizes) - 1:
        threading.Event().wait(0.001)
    recorder.go_on.set()
    for thread in threads:
        thread.join(10)
    return answers


def test_those_who_wait_are_committed_together() -> None:
    recorder = Recorder()
    answers = _together(GroupCommit(recorder), recorder, [1, 1, 2, 3])
    assert recorder.batches == [1, 6]
    assert [len(a) for a in answers if isinstance(a, list)] == [1, 1, 2, 3]


def test_a_batch_has_a_limit_and_the_rest_comes_next() -> None:
    recorder = Recorder()
    _together(GroupCommit(recorder, max_drafts=4), recorder, [1, 3, 3, 9])
    assert recorder.batches[0] == 1
    assert sorted(recorder.batches[1:]) == [3, 3, 9]


def test_a_full_disk_is_told_to_every_caller_of_the_batch_and_to_nobody_else() -> None:
    recorder = Recorder()
    recorder.failures = [None, StorageFull("full")]
    group = GroupCommit(recorder)
    answers = _together(group, recorder, [1, 1, 1])
    assert [type(a) for a in answers] == [list, StorageFull, StorageFull]
    assert group.append([draft()], 0) == [Appended(7, duplicate=False)]


def test_one_odd_draft_does_not_fail_the_others_of_its_batch() -> None:
    recorder = Recorder()
    answers = _together(GroupCommit(recorder), recorder, [1, 1, 1, 1], source="poison")
    assert [type(a) for a in answers] == [list, ValueError, list, list]


def test_a_leader_that_is_stopped_hands_the_lead_over() -> None:
    recorder = Recorder()
    recorder.go_on.set()
    stopping = [KeyboardInterrupt()]

    def commit(orders: Sequence[Order]) -> list[list[Outcome]]:
        if stopping:
            raise stopping.pop()
        return recorder(orders)

    group = GroupCommit(commit)
    with pytest.raises(KeyboardInterrupt):
        group.append([draft()], 0)
    assert group.append([draft()], 0) == [Appended(7, duplicate=False)]
