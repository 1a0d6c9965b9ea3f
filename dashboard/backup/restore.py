"""``eoc restore``: a backup folder back onto an empty machine, checked on the way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.backup import people
from dashboard.backup.files import copy_whole, media_files, sha256_of
from dashboard.backup.keep import FORMAT, MANIFEST
from dashboard.config import Settings
from dashboard.errors import Malformed, NotFound, Refused
from dashboard.log.chain import pages
from dashboard.log.sqlite import SqliteLog
from dashboard.log.stores import StoredLog, open_log
from dashboard.realm import DRILL, REAL


@dataclass(slots=True)
class Restored:
    """What came back: entries per realm, files, and what is not whole.

    ``damaged`` are files whose bytes differ from their name (left out), ``missing`` hashes of
    photos the log says were received but the backup lacks (its last seconds).
    """

    entries: dict[str, int] = field(default_factory=dict)
    files: int = 0
    damaged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def restore(settings: Settings, folder: Path) -> Restored:
    """Put a backup into the empty stores of ``settings``.

    Raises:
        NotFound, Malformed: no backup there, or of another format.
        Refused: the stores are not empty, or the backup's chain is broken.
    """
    manifest = _manifest(folder)
    _check_empty(settings)
    restored = Restored()
    for realm in (REAL, DRILL):
        target, source = open_log(settings, realm), SqliteLog(folder / f"{realm}.db")
        try:
            restored.entries[realm] = _log(source, target, realm, manifest)
            media = settings.state_dir / realm / "media"
            _media(folder / "media" / realm, media, restored)
            _look_for(target, media, restored)
        finally:
            target.close()
            source.close()
    if (folder / people.FILE).exists():
        people.copy_in(settings, folder)
    return restored


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFound(f"{path} is not there; name the folder `eoc backup` wrote.")
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    if manifest.get("format") != FORMAT:
        raise Malformed(f"{path} has format {manifest.get('format')!r}; this program reads 1.")
    return manifest


def _check_empty(settings: Settings) -> None:
    full = [realm for realm in (REAL, DRILL) if _used(settings, realm)]
    if not people.is_empty(settings):
        full.append("people")
    if full:
        raise Refused(
            f"Restore only onto an empty machine: {', '.join(full)} already holds entries. "
            "Point EOC_STATE_DIR (and EOC_DATABASE_URL) at an empty place.",
            stores=full,
        )


def _used(settings: Settings, realm: str) -> bool:
    log = open_log(settings, realm)
    try:
        has_media = any(media_files(settings.state_dir / realm / "media"))
        return log.tip().seq > 0 or has_media
    finally:
        log.close()


def _log(source: SqliteLog, target: StoredLog, realm: str, manifest: dict[str, Any]) -> int:
    said = manifest["realms"][realm]
    for rows in pages(source.raw):
        target.take_in(rows)
    verdict = target.verify()
    at = target.read(said["seq"] - 1, upto=said["seq"]) if said["seq"] else []
    if verdict.broken_at is not None or (
        said["seq"] and (not at or at[0].hash.hex() != said["hash"])
    ):
        raise Refused(
            f"The backup of {realm} is broken at entry {verdict.broken_at or said['seq']}; "
            "use an older backup.",
            realm=realm, seq=verdict.broken_at,
        )  # fmt: skip
    return verdict.entries


def _media(source: Path, target: Path, restored: Restored) -> None:
    for name in media_files(source):
        original = name.parts[0] == "original"
        if original and sha256_of(source / name) != name.name:
            restored.damaged.append(name.name)
            continue
        copy_whole(source / name, target / name)
        restored.files += 1


def _look_for(log: StoredLog, media: Path, restored: Restored) -> None:
    here = {path.name for path in media_files(media) if path.parts[0] == "original"}
    received = (e.body for e in log.read() if e.kind == "photo.received" and e.body)
    restored.missing += [body["sha256"] for body in received if body["sha256"] not in here]
