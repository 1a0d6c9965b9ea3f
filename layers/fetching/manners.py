"""How a downloader behaves towards a provider: its pace, its patience, when it gives up."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from layers.fetching.time import Time


@dataclass(frozen=True, slots=True)
class Manners:
    """Requests per second and host, time-outs in seconds, and how often to try again.

    ``total_s`` bounds one answer from its first to its last byte: a server that sends a byte now
    and then never meets the time-out of a read. ``max_wait_s`` is the longest Retry-After obeyed;
    a provider that wants more is taken at its word and left alone.
    """

    per_second: float = 5.0
    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 600.0
    tries: int = 5
    back_off_s: float = 1.0
    max_wait_s: float = 300.0


@dataclass
class Pace:
    """Lets one request per host start every ``1 / per_second`` seconds."""

    manners: Manners
    time: Time
    _next: dict[str, float] = field(default_factory=dict)

    def wait(self, host: str) -> None:
        """Wait until the host may be asked again."""
        now = self.time.elapsed()
        start = max(now, self._next.get(host, now))
        self._next[host] = start + 1.0 / self.manners.per_second
        if start > now:
            self.time.sleep(start - now)


def back_off(manners: Manners, attempt: int, jitter: Callable[[], float] = random.random) -> float:
    """Return seconds to wait after the attempt (0, 1, …) failed: doubled each time, half by lot.

    By lot, so that many machines stopped by the same fault do not come back in the same second.
    """
    most = min(manners.max_wait_s, manners.back_off_s * 2.0**attempt)
    return most * (0.5 + jitter() / 2)


def retry_after(headers: Mapping[str, str], time: Time) -> float | None:
    """Return the seconds a provider asks to wait (a number or a date, RFC 9110 10.2.3), or None."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.now())
    except (ValueError, TypeError):
        return None
