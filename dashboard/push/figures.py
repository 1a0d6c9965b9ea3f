"""What push counts for ``/metrics``, and how late the loop runs what is due."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LOOK_EVERY_S = 0.02


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
        self.late_s = 0.0

    def register(self, registry: CollectorRegistry) -> None:
        """Show the counters in a registry."""
        for metric in (self.clients, self.parcels, self.bytes, self.cuts, self.lag):
            registry.register(metric)

    def watch(self, stopped: Callable[[], bool]) -> None:
        """Measure the lag until ``stopped()``."""
        while not stopped():
            began = time.monotonic()
            time.sleep(LOOK_EVERY_S)
            self.late_s = max(0.0, time.monotonic() - began - LOOK_EVERY_S)
            self.lag.observe(self.late_s)
