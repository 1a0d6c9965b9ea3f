"""The names of the newest incident, made ready before the first person asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from dashboard import native
from dashboard.geo.places import Places
from dashboard.live import Moved
from dashboard.realm import Realm

say = structlog.get_logger("places")

LOOKED_S = 1.0  # how soon it is seen that the process ends


def touches_layers(moved: Moved) -> bool:
    """Tell whether a catch-up brought or withdrew a layer."""
    return any(id_.startswith("layer:") for ids in moved.changed.values() for id_ in ids)


class Ahead:
    """Builds the set of names in force at the start, and whenever a layer was put in force.

    Layers published one after another are built once, as they stand when the last build ended.
    """

    def __init__(self, realm: Realm, places: Places) -> None:
        self.realm, self.places = realm, places
        self.wanted = threading.Event()
        self.wanted.set()

    def heard(self, moved: Moved) -> None:
        """Note that a set may be needed; the one who folds the log builds nothing."""
        if touches_layers(moved):
            self.wanted.set()

    def follow(self, stopped: Callable[[], bool]) -> None:
        """Build what is wanted until ``stopped()``; runs in a thread of its own."""
        while not stopped():
            if self.wanted.wait(LOOKED_S):
                self._try()

    def _try(self) -> None:
        try:
            self.build()
        except Exception:  # noqa: BLE001 - who asks is told; the next layer is built all the same
            say.exception("not_built_ahead", realm=self.realm.name)

    def build(self) -> None:
        """Build the set of the newest incident, or of the packaged ground before any."""
        self.wanted.clear()
        self.places.make_ready(next(iter(self.realm.live.opened()), None))


def ahead(realm: Realm, places: Places) -> list[Ahead]:
    """Return who builds ahead for a realm: nobody where no native thread would do it."""
    if not native.under_gevent():
        return []
    one = Ahead(realm, places)
    realm.live.listeners.append(one.heard)
    return [one]
