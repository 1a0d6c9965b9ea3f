"""Files that are whole or absent, even after a power cut."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

TREES = ("original", "variant")
SHA256 = re.compile(r"[0-9a-f]{64}")
PART = ".part"


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file so that a reader sees the old or the new one, never a half."""
    draft = path.with_name(path.name + PART)
    draft.write_bytes(data)
    settle(draft, path)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file; it has its name only once its bytes are on disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name("." + target.name + PART)
    shutil.copyfile(source, draft)
    settle(draft, target)


def settle(draft: Path, target: Path) -> None:
    """Give a finished draft its name, durably."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)
    handle = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def media_files(root: Path, sha256: str | None = None) -> Iterator[Path]:
    """Yield the finished files of a media folder, relative to it; of one hash if given."""
    folder = sha256[:2] if sha256 else "??"
    name = sha256 or "*"
    for pattern in (f"original/{folder}/{name}", f"variant/{folder}/{name}/*"):
        for path in root.glob(pattern):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(root)


def copy_missing(source: Path, target: Path, sha256: str | None = None) -> int:
    """Copy media files the target lacks; files never change, so a name is enough. Return how many.

    A file that vanishes meanwhile was erased: it is left out.
    """
    copied = 0
    for name in media_files(source, sha256):
        if (target / name).exists():
            continue
        try:
            copy_whole(source / name, target / name)
        except FileNotFoundError:
            continue
        copied += 1
    return copied


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes_in(body: str | None) -> set[str]:
    """Return what looks like a SHA-256 in the JSON text of a body."""
    return set(SHA256.findall(body or ""))
