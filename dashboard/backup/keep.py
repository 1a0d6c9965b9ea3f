"""``eoc backup``: one pass, or pass after pass while the application runs.

What follows is driven by the log: a new entry names the media files it came with, so nothing
walks the whole media folder but the first pass.
"""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import IO, Any

from dashboard.backup import people
from dashboard.backup.files import copy_missing, hashes_in, write_whole
from dashboard.clock import SystemClock, iso
from dashboard.config import Settings
from dashboard.errors import Busy, Refused
from dashboard.log.chain import first_stray, pages
from dashboard.log.sqlite import SqliteLog
from dashboard.log.stores import StoredLog, open_log
from dashboard.media.store import MediaStore
from dashboard.realm import DRILL, REAL

FORMAT = 1
MANIFEST = "manifest.json"
WAIT_S = 0.5  # between two passes of --follow; a loss window of at most 5 s is promised
HEARTBEAT_S = 30.0


class Kept:
    """The copy of one realm: its log and its media folder."""

    def __init__(self, settings: Settings, realm: str, folder: Path) -> None:
        self.realm = realm
        self.source: StoredLog = open_log(settings, realm)
        self.copy = SqliteLog(folder / f"{realm}.db")
        self._media = settings.state_dir / realm / "media"
        self._media_copy = folder / "media" / realm

    def catch_up(self, *, whole: bool) -> bool:
        """Copy what is new, ``whole``: look through all media too. Tell if anything was."""
        before = self.copy.tip().seq
        named: set[str] = set()
        for rows in pages(self.source.raw, before):
            if (stray := first_stray(rows, self.copy.tip())) is not None:
                raise Refused(
                    f"Entry {stray} of {self.realm} does not follow the backup: the log was "
                    "changed. Keep this backup, run `eoc verify`, and back up into a new folder.",
                    realm=self.realm, seq=stray,
                )  # fmt: skip
            self.copy.take_in(rows)
            named = named.union(*(hashes_in(row.body) for row in rows))
        copied = sum(copy_missing(self._media, self._media_copy, one) for one in sorted(named))
        if whole:
            copied += copy_missing(self._media, self._media_copy)
        return self._erase() or copied > 0 or self.copy.tip().seq > before

    def figures(self) -> dict[str, Any]:
        """Return what the manifest says of this realm."""
        tip = self.copy.tip()
        return {"seq": tip.seq, "hash": tip.hash.hex()}

    def close(self) -> None:
        """Close both logs."""
        self.source.close()
        self.copy.close()

    def check_same(self) -> None:
        """Refuse a folder whose copy is of another log."""
        tip = self.copy.tip()
        if tip.seq == 0:
            return
        rows = self.source.raw(tip.seq - 1, 1)
        if not rows or rows[0].seq != tip.seq or bytes(rows[0].columns[15]) != tip.hash:
            raise Refused(
                f"This folder holds the backup of another {self.realm} log (it ends at {tip.seq} "
                "with another hash); choose a new folder.",
                realm=self.realm, seq=tip.seq,
            )  # fmt: skip

    def _erase(self) -> bool:
        """Take out here what was taken out there, the files included."""
        media, copies = MediaStore(self._media), MediaStore(self._media_copy)
        gone = self.source.erasures() - self.copy.erasures()
        for seq in sorted(gone):
            [row] = self.copy.raw(seq - 1, 1)
            self.copy.erase(seq)
            for sha256 in hashes_in(row.body):
                if copies.has(sha256) and not media.has(sha256):
                    copies.remove(sha256)
        return bool(gone)


class Backup:
    """A backup folder in the making; only one process may keep it.

    Raises:
        Busy: another ``eoc backup`` keeps this folder.
        Refused: the folder holds the backup of another log.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._settings, self._folder = settings, folder
        self._written_s = 0.0
        self._people_changed = people.Changes(settings)
        with ExitStack() as opened:
            opened.enter_context(closing(self._people_changed))
            opened.enter_context(_only_one(folder))
            self._kept = [
                opened.enter_context(closing(Kept(settings, realm, folder)))
                for realm in (REAL, DRILL)
            ]
            for kept in self._kept:
                kept.check_same()
            self._opened = opened.pop_all()

    def once(self) -> dict[str, Any]:
        """Copy everything that is new and return the manifest."""
        self._pass(whole=True)
        return self._write_manifest()

    def follow(self, stopped: Callable[[], bool]) -> None:
        """Copy pass after pass until ``stopped()``."""
        self.once()
        while not stopped():
            self._kept[0].source.wait(self._kept[0].copy.tip().seq, WAIT_S)
            changed = self._pass(whole=False)
            if changed or time.monotonic() - self._written_s > HEARTBEAT_S:
                self._write_manifest()

    def close(self) -> None:
        """Close the logs and let the folder go."""
        self._opened.close()

    def _pass(self, *, whole: bool) -> bool:
        changed = [kept.catch_up(whole=whole) for kept in self._kept]
        if self._people_changed():
            people.copy_out(self._settings, self._folder)
        return any(changed)

    def _write_manifest(self) -> dict[str, Any]:
        manifest = {
            "format": FORMAT,
            "made_at": iso(SystemClock().now_us()),
            "realms": {kept.realm: kept.figures() for kept in self._kept},
        }
        write_whole(self._folder / MANIFEST, json.dumps(manifest, indent=2).encode())
        self._written_s = time.monotonic()
        return manifest


def _only_one(folder: Path) -> IO[bytes]:
    lock = (folder / ".lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Busy(f"Another `eoc backup` keeps {folder}; stop it or choose a folder.") from None
    return lock
