"""What many tests share: a factory of events, a desk with a log in memory, the shared files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from dashboard.clock import SECOND_US, iso, parse_iso
from dashboard.commands import Sender, submit
from dashboard.errors import EocError
from dashboard.events import uuid7
from dashboard.log import Outcome
from dashboard.log.memory import MemoryLog
from dashboard.projections.board import Board

# a loaded machine is slow, which says nothing about a law
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
NOW_US = parse_iso("2026-08-23T03:00:00Z")

DESK = Sender(frozenset({"desk"}), "web", person_id="desk-1")
CREW = Sender(frozenset({"field"}), "device", person_id="crew-1", team="t1")
SYSTEM = Sender(frozenset({"system"}), "door")


@pytest.fixture
def shared() -> Path:
    """The folder of real test input; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared test input (../shared/data) is not on this machine")
    return SHARED


def event(kind: str, subject_id: str, body: dict[str, Any] | None = None, **other: Any) -> Any:
    """Return an event as a client sends it; ``at_us`` moves both of its times."""
    at = other.pop("at_us", NOW_US)
    sent = other.pop("sent_us", at)
    made = {
        "id": uuid7(), "kind": kind, "v": 1, "subject_id": subject_id,
        "occurred_at": iso(at), "sent_at": iso(sent), "body": body or {},
    }  # fmt: skip
    return made | other


class Headquarters:
    """A log in memory, its board and the one way in."""

    def __init__(self) -> None:
        self.log, self.board, self.now_us = MemoryLog(), Board("inc"), NOW_US
        self.send(DESK, event("incident.opened", "inc", {"title": "大雨"}))

    def send(self, sender: Sender, *events: Any) -> list[Outcome]:
        """Submit a batch, let the board follow, return the answers."""
        answers = submit(self.log, self.board, events, sender, self.now_us)
        for entry in self.log.read(self.board.upto):
            self.board.apply(entry)
        return [outcome for _, outcome in answers]

    def one(self, sender: Sender, sent: Any) -> int:
        """Submit one event that must be taken; return its seq."""
        (outcome,) = self.send(sender, sent)
        assert not isinstance(outcome, EocError), outcome
        return outcome.seq

    def properties(self, subject_id: str) -> dict[str, Any]:
        """Return the properties of a feature that must be there."""
        feature = self.board.feature(subject_id)
        assert feature is not None
        return feature["properties"]

    def later(self, seconds: float) -> int:
        """Let time pass; return the new now."""
        self.now_us += round(seconds * SECOND_US)
        return self.now_us


@pytest.fixture
def hq() -> Headquarters:
    """A headquarters with an open incident ``inc``."""
    return Headquarters()


@pytest.fixture
def make_event() -> Callable[..., Any]:
    """The factory of events."""
    return event
