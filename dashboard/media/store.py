"""Files by SHA-256: originals untouched in one tree, pictures made from them in another."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from dashboard.errors import Malformed, NotFound, StorageFull
from dashboard.media import sniff

T = TypeVar("T")
SHA256 = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[0-9a-z_]{1,16}")
FULL = {errno.ENOSPC, errno.EDQUOT}


class MediaStore:
    """A folder of files named by their SHA-256 (lower-case hex).

    ``root/original/ab/<sha256>`` and ``root/variant/ab/<sha256>/<name>``. A file that is there
    is whole and on disk: it was synced before it got its name. One level of 256 folders
    is made at once: a new folder in an arriving photo would cost a sync of its parent.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Return where the original of a hash lies (or would lie).

        Raises:
            Malformed: not 64 hex digits, so no name can leave the folder.
        """
        return self._folder("original", sha256) / sha256

    def has(self, sha256: str) -> bool:
        """Tell whether the original is here."""
        return self.path(sha256).is_file()

    def adopt(self, upload: Path, sha256: str) -> Path:
        """Move a finished upload in under its hash; durable when it returns, idempotent.

        The upload must lie on the same file system, and its hash be checked by the caller.

        Raises:
            StorageFull: no room; the upload stays where it is.
            NotFound: neither the upload nor an earlier copy is there.
        """
        target = self.path(sha256)
        return _unless_full(_adopt, upload, target)

    def variant_path(self, sha256: str, name: str) -> Path:
        """Return where a variant (``320``, ``1600``) lies or would lie.

        Raises:
            Malformed: a hash or name of another form.
        """
        if not NAME.fullmatch(name):
            raise Malformed(f"Variant {name!r} is not a name like '320'.", value=name)
        return self._folder("variant", sha256) / sha256 / name

    def write_variant(self, sha256: str, name: str, data: bytes) -> Path:
        """Keep a variant; durable when it returns, replaces an earlier one whole.

        Raises:
            StorageFull: no room; nothing half-written stays.
        """
        return _unless_full(_write, self.variant_path(sha256, name), data)

    def content_type(self, sha256: str, name: str | None = None) -> str:
        """Return the content type of an original or variant, from its bytes.

        Raises:
            NotFound: there is no such file.
        """
        path = self.path(sha256) if name is None else self.variant_path(sha256, name)
        try:
            with path.open("rb") as file:
                return sniff.sniff(file.read(sniff.HEAD_BYTES))
        except FileNotFoundError:
            raise NotFound(f"No file {sha256[:12]}… {name or ''}", value=sha256) from None

    def hashes(self) -> Iterator[str]:
        """Yield the hash of every original, for backups and checks."""
        for path in sorted((self.root / "original").glob("??/*")):
            if SHA256.fullmatch(path.name):
                yield path.name

    def remove(self, sha256: str) -> None:
        """Take an original and its variants out (``eoc erase``); idempotent."""
        original = self.path(sha256)
        shutil.rmtree(self._folder("variant", sha256) / sha256, ignore_errors=True)
        original.unlink(missing_ok=True)
        if original.parent.is_dir():
            _sync_folder(original.parent)

    def _folder(self, tree: str, sha256: str) -> Path:
        if not SHA256.fullmatch(sha256):
            raise Malformed(
                f"{sha256[:80]!r} is not a SHA-256: 64 hex digits, lower case.", value=sha256[:80]
            )
        return self.root / tree / sha256[:2]


def _unless_full(call: Callable[[Path, T], Path], first: Path, second: T) -> Path:
    try:
        return call(first, second)
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull(
                "保存先の空き容量がありません。情報係に連絡してください。",
                reason="storage_full",
            ) from error
        raise


def _adopt(upload: Path, target: Path) -> Path:
    if not upload.exists():
        if target.is_file():
            return target
        raise NotFound(f"Upload {upload.name} is not there any more.", value=upload.name)
    if not target.parent.is_dir():
        _make_fan(target.parent.parent)
    if target.is_file():
        upload.unlink()
    else:
        _sync_file(upload)
        upload.replace(target)
    _sync_folder(target.parent)
    return target


def _write(target: Path, data: bytes) -> Path:
    _make_folder(target.parent)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        _sync_file(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return target


def _make_fan(tree: Path) -> None:
    """Make all 256 folders of a tree at once: one sync instead of one in each of 256 photos."""
    _make_folder(tree)
    for number in range(256):
        (tree / f"{number:02x}").mkdir(exist_ok=True)
    _sync_folder(tree)


def _make_folder(folder: Path) -> None:
    """Make a folder and sync the parents that learned a new name."""
    missing = [f for f in (folder, *folder.parents) if not f.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _sync_folder(made.parent)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
