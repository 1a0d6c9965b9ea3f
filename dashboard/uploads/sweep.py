"""What the phone never asked about again: settle the complete, forget the expired."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from dashboard.config import Settings
from dashboard.errors import ChecksumMismatch, EocError
from dashboard.realm import Realm
from dashboard.uploads.arrival import REFUSALS, Arrivals
from dashboard.uploads.store import HOUR_US, Upload, UploadStore


def sweeper(settings: Settings) -> Callable[[Realm], int]:
    """Return the chore of the worker: one round over a realm's uploads; says how many it moved."""

    def sweep_uploads(realm: Realm) -> int:
        store = UploadStore(realm.folder / "uploads")
        arrivals = Arrivals(realm, store, settings.timezone)
        now_us = realm.clock.now_us()
        orphans = store.orphans(now_us - settings.upload_hours * HOUR_US)
        for path in orphans:
            path.unlink(missing_ok=True)
        moved = sum(_sweep_one(store, arrivals, upload, now_us) for upload in store.all())
        return moved + len(orphans)

    return sweep_uploads


def _sweep_one(store: UploadStore, arrivals: Arrivals, upload: Upload, now_us: int) -> bool:
    complete = upload.done is None and store.offset(upload) == upload.announced.length
    if not complete and now_us <= upload.expires_us:
        return False
    has_bytes = store.bin(upload.id).exists()
    try:
        with store.writing(upload.id) if has_bytes else contextlib.nullcontext():
            if complete:
                arrivals.settle(upload)
            else:
                store.remove(upload.id)
    except (ChecksumMismatch, *REFUSALS):
        return True  # written down; it waits for the phone
    except EocError:
        return False  # a request is on it, or the disk is full: the next round comes
    return True
