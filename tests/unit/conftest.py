"""Fixtures of the tests of people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.clock import FixedClock
from dashboard.config import Settings
from dashboard.people import People, open_people
from dashboard.people.secrets import Passwords
from tests.unit.people_store import CHEAP, NOW_US


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW_US)


@pytest.fixture
def people(tmp_path: Path, clock: FixedClock) -> Iterator[People]:
    opened = open_people(Settings(state_dir=tmp_path), clock, Passwords(CHEAP))
    yield opened
    opened.close()
