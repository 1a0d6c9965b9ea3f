"""Many writers, one transaction: whoever comes first commits for all who wait.

No thread of its own and no time window: while one commit runs, the others queue up; when it
ends, the first of the queue leads the next one. Alone, a writer waits for nobody.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from dashboard.errors import Busy, EocError
from dashboard.log import Draft, Outcome

MAX_DRAFTS = 500


class Order:
    """The drafts of one caller, and what became of them."""

    __slots__ = ("_gate", "called", "drafts", "failure", "now_us", "outcomes")

    def __init__(self, drafts: Sequence[Draft], now_us: int) -> None:
        self.drafts = drafts
        self.now_us = now_us
        self.outcomes: list[Outcome] | None = None
        self.failure: BaseException | None = None
        self.called = False
        # a lock taken twice is the cheapest way to wait: an Event costs ten times as much
        self._gate = threading.Lock()
        self._gate.acquire()

    @property
    def answered(self) -> bool:
        """Tell whether a commit, by whomever, dealt with this order."""
        return self.outcomes is not None or self.failure is not None

    def wait(self) -> None:
        """Wait to be called: with an answer, or to lead."""
        self._gate.acquire()

    def call(self) -> None:
        """Let the one who waits go on."""
        self.called = True
        self._gate.release()


Commit: TypeAlias = Callable[[Sequence[Order]], list[list[Outcome]]]


class GroupCommit:
    """Hands queued orders to ``commit`` in batches; never two commits at once.

    ``commit`` returns the outcomes order by order, or raises and has stored nothing.
    """

    def __init__(self, commit: Commit, max_drafts: int = MAX_DRAFTS) -> None:
        self._commit = commit
        self._max_drafts = max_drafts
        self._queue: deque[Order] = deque()
        self._lock = threading.Lock()
        self._led = False
        self._crowded = False

    def append(self, drafts: Sequence[Draft], now_us: int) -> list[Outcome]:
        """Return the outcomes of ``drafts`` once they are durable.

        Raises:
            EocError: what ``commit`` raised; nothing of these drafts was stored.
        """
        order = Order(drafts, now_us)
        with self._lock:
            self._queue.append(order)
            leads = order.called = not self._led
            self._led = True
        try:
            if not leads:
                order.wait()
            if self._crowded and not order.answered:
                time.sleep(0)  # lets those whom the last commit answered join this one
        except BaseException:
            self._leave(order)
            raise
        if not order.answered:
            self._lead()
        if order.failure is not None:
            raise order.failure
        return order.outcomes or []

    def _leave(self, order: Order) -> None:
        # a killed greenlet must not take the lead with it
        with self._lock:
            if order in self._queue:
                self._queue.remove(order)
            if order.called and not order.answered:
                self._hand_over()

    def _lead(self) -> None:
        with self._lock:
            batch = self._take()
            self._crowded = len(batch) > 1
        try:
            self._answer(batch)
        finally:
            for order in batch:
                if not order.answered:
                    order.failure = Busy("The writer was stopped half-way; send again.")
                order.call()
            with self._lock:
                self._hand_over()

    def _take(self) -> list[Order]:
        batch = [self._queue.popleft()]
        room = self._max_drafts - len(batch[0].drafts)
        while self._queue and len(self._queue[0].drafts) <= room:
            batch.append(self._queue.popleft())
            room -= len(batch[-1].drafts)
        return batch

    def _answer(self, batch: list[Order]) -> None:
        try:
            for order, outcomes in zip(batch, self._commit(batch), strict=True):
                order.outcomes = outcomes
        except EocError as error:
            for order in batch:
                # one exception object for many threads would mix up their tracebacks
                order.failure = type(error)(error.message, **error.detail)
        except Exception as error:  # noqa: BLE001 - it goes to the one who caused it
            if len(batch) == 1:
                batch[0].failure = error
                return
            # one caller's odd draft must not fail the others' good ones
            for order in batch:
                self._answer([order])

    def _hand_over(self) -> None:
        if self._queue:
            self._queue[0].call()
        else:
            self._led = False
