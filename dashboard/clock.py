"""Time: whole microseconds since 1970 UTC inside, ISO 8601 with ``Z`` outside."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000


def to_us(moment: datetime) -> int:
    """Return microseconds since 1970 UTC of an aware datetime; exact, no float."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def to_datetime(us: int) -> datetime:
    """Return the aware UTC datetime of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)


def iso(us: int) -> str:
    """Return ``2016-08-23T06:45:00.000Z`` (milliseconds) for a moment in microseconds."""
    return to_datetime(us).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> int:
    """Return microseconds of an ISO 8601 text with a zone.

    Raises:
        ValueError: not ISO 8601, or without a zone (a guess would be silent).
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; add Z or +09:00")
    return to_us(moment)


class Clock(Protocol):
    """What a realm asks for the time; tests and drills give their own."""

    def now_us(self) -> int: ...


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        return time.time_ns() // 1000


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self, us: int) -> None:
        self.us = us

    def now_us(self) -> int:
        return self.us

    def advance(self, seconds: float) -> None:
        self.us += round(seconds * SECOND_US)
