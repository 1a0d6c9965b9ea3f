"""Is it well: ``/healthz`` for machines that watch, ``/metrics`` for Prometheus."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector

from dashboard import __version__
from dashboard.answers import answer
from dashboard.realm import Realm

LOW_DISK_BYTES = 500_000_000


class Boards:
    """Collects what the boards say at the moment of the scrape."""

    def __init__(self, realms: Mapping[str, Realm]) -> None:
        self.realms = realms

    def collect(self) -> Iterable[Metric]:
        """Yield the position of each realm and the number of its incidents."""
        seq = GaugeMetricFamily("eoc_log_seq", "Last entry folded.", labels=["realm"])
        incidents = GaugeMetricFamily("eoc_incidents", "Incidents.", labels=["realm"])
        for realm in self.realms.values():
            seq.add_metric([realm.name], realm.live.position)
            incidents.add_metric([realm.name], len(realm.live.boards))
        return [seq, incidents]


def blueprint(realms: Mapping[str, Realm], push: Any) -> Blueprint:
    """Return ``/healthz`` (200, or 503 with the reason) and ``/metrics``."""
    door = Blueprint("health", __name__)
    registry = CollectorRegistry()
    registry.register(Boards(realms))
    ProcessCollector(registry=registry)
    push.register_metrics(registry)

    @door.get("/healthz")
    def healthz() -> Response:
        faults = list(_faults(realms))
        state = {
            "status": "ok" if not faults else "degraded",
            "version": __version__,
            "faults": faults,
            "realms": {r.name: {"seq": r.live.position} for r in realms.values()},
        }
        return answer(state, 503 if faults else 200)

    @door.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")

    return door


def _faults(realms: Mapping[str, Realm]) -> Iterable[str]:
    for realm in realms.values():
        if shutil.disk_usage(realm.folder).free < LOW_DISK_BYTES:
            yield f"Less than 500 MB are free in {realm.folder.name}; make room."
