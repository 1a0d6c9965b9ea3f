"""When something happened, by the best clock we have."""

from __future__ import annotations

from dashboard.clock import SECOND_US
from dashboard.events import Event

# Below this the difference is the network's delay, not the device's clock.
CORRECT_ABOVE_US = 30 * SECOND_US
MARK_ABOVE_US = 300 * SECOND_US


def offset_us(event: Event) -> int:
    """Return how far the device's clock lags behind ours, in microseconds."""
    return event.recorded_us - event.sent_us


def corrected_us(event: Event) -> int:
    """Return when it happened, moved by the device's clock error; never refused."""
    offset = offset_us(event)
    return event.occurred_us + (offset if abs(offset) > CORRECT_ABOVE_US else 0)


def marks(event: Event) -> frozenset[str]:
    """Return what is odd about the times of an event."""
    found = set()
    if abs(offset_us(event)) > MARK_ABOVE_US:
        found.add("clock_off")
    if corrected_us(event) > event.recorded_us + MARK_ABOVE_US:
        found.add("in_the_future")
    return frozenset(found)
