"""What push counts for ``/metrics``, and how late the loop runs what is due."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        with waiting() as waited_s:
            before_s = waited_s()
            while not stopped():
                began = time.monotonic()
                time.sleep(LOOK_EVERY_S)
                self.late_s = max(0.0, time.monotonic() - began - LOOK_EVERY_S)
                now_s = waited_s()
                self.lag.observe(self.late_s)
                self.held.observe(max(0.0, self.late_s - (now_s - before_s)))
                before_s = now_s


@contextmanager
def waiting() -> Iterator[Callable[[], float]]:
    """Give how long this thread was ready and got no processor, in seconds.

    The file stays open: to open it 100 times a second cost a twentieth of a processor.
    """
    try:
        fd = os.open(SCHEDULED, os.O_RDONLY)
    except OSError:  # a kernel without scheduler statistics
        yield lambda: 0.0
        return
    try:
        yield lambda: int(os.pread(fd, 100, 0).split()[1]) / 1e9
    finally:
        os.close(fd)
