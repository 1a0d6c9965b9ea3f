"""What push counts for ``/metrics``, and how late the loop runs what is due."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LOOK_EVERY_S = 0.02
SCHEDULED = Path("/proc/thread-self/schedstat")


class Figures:
    """Counters of one process."""

    def __init__(self) -> None:
        self.clients = Gauge("eoc_push_clients", "Open sockets.", ["realm"], registry=None)
        self.parcels = Counter("eoc_push_parcels", "Parcels made.", ["realm"], registry=None)
        self.bytes = Counter("eoc_push_bytes", "Bytes handed to sockets.", ["realm"], registry=None)
        self.cuts = Counter("eoc_push_cuts", "Sockets cut.", ["reason"], registry=None)
        self.lag = Histogram(
            "eoc_hub_lag_seconds",
            "How late the loop ran what was due.",
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1),
            registry=None,
        )
        self.held = Histogram(
            "eoc_hub_held_seconds",
            "The same without what the loop waited for a processor: how long our own code held it.",
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1),
            registry=None,
        )
        self.late_s = 0.0

    def register(self, registry: CollectorRegistry) -> None:
        """Show the counters in a registry."""
        for metric in (self.clients, self.parcels, self.bytes, self.cuts, self.lag, self.held):
            registry.register(metric)

    def watch(self, stopped: Callable[[], bool]) -> None:
        """Measure the lag until ``stopped()``."""
        while not stopped():
            began, waited = time.monotonic(), waited_s()
            time.sleep(LOOK_EVERY_S)
            self.late_s = max(0.0, time.monotonic() - began - LOOK_EVERY_S)
            self.lag.observe(self.late_s)
            self.held.observe(max(0.0, self.late_s - (waited_s() - waited)))


def waited_s() -> float:
    """Return how long this thread was ready and got no processor (seconds; 0 if not told)."""
    try:
        return int(SCHEDULED.read_text().split()[1]) / 1e9
    except OSError:  # a kernel without scheduler statistics
        return 0.0
