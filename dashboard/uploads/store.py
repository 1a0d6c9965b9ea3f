"""Unfinished uploads on disk: ``<id>.bin`` holds the bytes, ``<id>.json`` what was announced.

The offset of an upload is the size of its file, so it survives the death of the process
at any byte. ``<id>.hold`` marks where a chunk with a checksum begins until it is proven:
what lies behind the mark does not count. A lock of the operating system keeps one writer
per upload over all processes of the machine and vanishes with its process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dashboard.errors import Locked, NotFound, StorageFull
from dashboard.uploads.protocol import Announced

HOUR_US = 3_600_000_000
RESERVE_BYTES = 16_000_000  # left for the log: a report matters more than one more photo
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload: what was announced, whose it is and until when; ``done`` once answered."""

    id: str
    owner: str
    announced: Announced
    created_us: int
    expires_us: int
    person_id: str | None = None
    device_id: str | None = None
    done: dict[str, Any] | None = None


class UploadStore:
    """The folder of unfinished uploads of one realm. Every method blocks on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, upload: Upload) -> None:
        """Make the file of a new upload; nobody finds the upload before :meth:`save`.

        Raises:
            StorageFull: there is no room for the bytes announced.
        """
        with full_disk_named():
            if shutil.disk_usage(self.folder).free < upload.announced.length + RESERVE_BYTES:
                raise _full()
            self.bin(upload.id).touch(mode=0o600)

    def create(self, upload: Upload) -> None:
        """Write a new upload of zero bytes.

        Raises:
            StorageFull: there is no room for the bytes announced.
        """
        self.begin(upload)
        self.save(upload)

    def orphans(self, before_us: int) -> list[Path]:
        """Return files without a record, last written before a moment.

        Their request died in the middle of creation; nobody knows their address.
        """
        return [
            path
            for path in self.folder.glob("*.bin")
            if not path.with_suffix(".json").exists()
            and path.stat().st_mtime_ns // 1000 < before_us
        ]

    def save(self, upload: Upload) -> None:
        """Replace what is known of an upload in one step."""
        path = self._path(upload.id, ".json")
        draft = path.with_suffix(".json.new")
        with full_disk_named():
            draft.write_text(json.dumps(asdict(upload), ensure_ascii=False))
            draft.replace(path)

    def get(self, upload_id: str) -> Upload:
        """Return an upload.

        Raises:
            NotFound: no such upload here.
        """
        if not _ID.fullmatch(upload_id):
            raise _missing(upload_id)
        try:
            raw = json.loads(self._path(upload_id, ".json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            # a torn record (power loss) was never promised to anybody
            raise _missing(upload_id) from None
        return Upload(**{**raw, "announced": Announced(**raw["announced"])})

    def has(self, upload_id: str) -> bool:
        """Tell whether there is a record of an upload."""
        return self._path(upload_id, ".json").exists()

    def all(self) -> list[Upload]:
        """Return every upload of the folder."""
        found = []
        for path in sorted(self.folder.glob("*.json")):
            with contextlib.suppress(NotFound):
                found.append(self.get(path.stem))
        return found

    def bin(self, upload_id: str) -> Path:
        """Return where the bytes of an upload lie."""
        return self._path(upload_id, ".bin")

    def offset(self, upload: Upload) -> int:
        """Return how many bytes count: all of them once the file went to the media store."""
        try:
            return int(self._path(upload.id, ".hold").read_text())
        except (FileNotFoundError, ValueError):
            pass
        try:
            return self.bin(upload.id).stat().st_size
        except FileNotFoundError:
            return upload.announced.length

    @contextlib.contextmanager
    def writing(self, upload_id: str) -> Iterator[int]:
        """Give the open file of an upload to one writer, cut back to what counts.

        Raises:
            Locked: another request is writing it.
            NotFound: the bytes are gone.
        """
        try:
            fd = os.open(self.bin(upload_id), os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            raise _missing(upload_id) from None
        try:
            _lock(fd, upload_id)
            self._settle_hold(fd, upload_id)
            yield fd
        finally:
            os.close(fd)

    def hold(self, upload_id: str, offset: int) -> None:
        """Let nothing behind ``offset`` count until :meth:`release`."""
        with full_disk_named():
            self._path(upload_id, ".hold").write_text(str(offset))

    def release(self, upload_id: str) -> None:
        """Let every byte of the file count."""
        self._path(upload_id, ".hold").unlink(missing_ok=True)

    def _settle_hold(self, fd: int, upload_id: str) -> None:
        mark = self._path(upload_id, ".hold")
        with contextlib.suppress(FileNotFoundError, ValueError):
            os.ftruncate(fd, int(mark.read_text()))
        mark.unlink(missing_ok=True)

    def remove(self, upload_id: str) -> None:
        """Take an upload away; the record goes first, so that no half of one is found."""
        for suffix in (".json", ".bin", ".hold", ".json.new"):
            self._path(upload_id, suffix).unlink(missing_ok=True)

    def _path(self, upload_id: str, suffix: str) -> Path:
        return self.folder / f"{upload_id}{suffix}"


def new_id() -> str:
    """Return an id that cannot be guessed."""
    return secrets.token_hex(16)


def done(upload: Upload, answer: dict[str, Any]) -> Upload:
    """Return the upload with its answer."""
    return replace(upload, done=answer)


def write_all(fd: int, block: bytes | bytearray) -> None:
    """Append a block.

    Raises:
        StorageFull: the disk is full; what fitted stays and counts.
    """
    view = memoryview(block)
    with full_disk_named():
        while view:
            view = view[os.write(fd, view) :]


@contextlib.contextmanager
def full_disk_named() -> Iterator[None]:
    """Turn the operating system's word for a full disk into ours.

    Raises:
        StorageFull: no space, no quota, or a file over the process limit.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full() from None
        raise


def _full() -> StorageFull:
    return StorageFull("本部の保存容量がいっぱいです。写真は端末に残し、あとで送り直してください。")


def _lock(fd: int, upload_id: str) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Locked(
            f"Upload {upload_id} is being written by another request; try again soon.",
            id=upload_id,
        ) from None


def _missing(upload_id: str) -> NotFound:
    return NotFound(f"There is no upload {upload_id[:40]}; create a new one.", id=upload_id[:40])
