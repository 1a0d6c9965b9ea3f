"""Open both realms of a process: each its own log, folder, media and boards."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.clock import Clock, SystemClock
from dashboard.config import Settings
from dashboard.live import Live
from dashboard.log import Log
from dashboard.log.stores import open_log
from dashboard.media.store import MediaStore
from dashboard.realm import DRILL, REAL, Realm


def open_realms(
    settings: Settings, logs: Mapping[str, Log] | None = None, clock: Clock | None = None
) -> dict[str, Realm]:
    """Return both realms by name, their boards folded to the tip."""
    realms = {}
    for name in (REAL, DRILL):
        folder = settings.state_dir / name
        folder.mkdir(parents=True, exist_ok=True)
        log = logs[name] if logs else open_log(settings, name)
        realm = Realm(name, log, folder, clock or SystemClock(), Live(log))
        realm.media = MediaStore(folder / "media")
        realm.live.catch_up()
        realms[name] = realm
    return realms
