"""Law ``disk-full`` for uploads: 507 with a clear text, nothing acknowledged lost, it goes on.

The server's state lies on a file system of its own of a few megabytes (a ``tmpfs``; needs
root), which a ballast file fills and frees while the server runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.tus_client import Answer, Client, jpeg, serving

DISK_MB = 40
PHOTO_BYTES = 2_000_000


def run(count: int, seed: int) -> dict[str, Any]:
    """Fill the disk ``count`` times in the middle of an upload.

    Returns:
        rounds, full (507 answers), and the violations: unclear (another status or no words),
        lost (acknowledged photos that are gone), stuck (uploads that did not go on).
    """
    chance = random.Random(seed)
    figures = {"rounds": count, "full": 0, "unclear": 0, "lost": 0, "stuck": 0}
    acknowledged: set[str] = set()
    with small_disk() as folder, serving(folder) as server:
        for number in range(count):
            data = jpeg(seed * 1000 + number, PHOTO_BYTES)
            _one(server.client(), folder, data, chance.randrange(1, PHOTO_BYTES // 2), figures)
            acknowledged.add(hashlib.sha256(data).hexdigest())
        kept = {path.name: path for path in folder.glob("real/media/original/??/*")}
        held = {p["sha256"] for p in server.client().photos().values()}
        for sha256 in acknowledged:
            whole = sha256 in kept and (
                hashlib.sha256(kept[sha256].read_bytes()).hexdigest() == sha256
            )
            figures["lost"] += not (whole and sha256 in held)
    return figures


def _one(client: Client, folder: Path, data: bytes, room: int, figures: dict[str, int]) -> None:
    path = client.create(data, body=data[:1000]).headers["location"]
    ballast = folder / "ballast"
    fill(ballast, leave=room)
    _note(client.patch(path, 1000, data[1000:]), figures)
    _note(client.create(data), figures)
    ballast.unlink()
    at = client.offset(path)
    figures["stuck"] += client.patch(path, at, data[at:]).status != 204


def _note(answer: Answer, figures: dict[str, int]) -> None:
    if answer.status == 507 and "いっぱい" in answer.error["message"]:
        figures["full"] += 1
    else:
        figures["unclear"] += 1


def fill(ballast: Path, leave: int) -> None:
    """Leave only so many bytes free."""
    disk = os.statvfs(ballast.parent)
    free = disk.f_bavail * disk.f_frsize
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - leave, 1))


@contextlib.contextmanager
def small_disk() -> Iterator[Path]:
    """Mount a small file system for a while.

    Raises:
        PermissionError: this user may not mount.
    """
    with tempfile.TemporaryDirectory(prefix="eoc-disk-") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", name]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            raise PermissionError(f"cannot mount a small disk: {done.stderr.decode()[:200]}")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)
