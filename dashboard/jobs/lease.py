"""A lease on one job: held by one process at a time, gone the moment that process dies.

It is a locked file, so nothing has to time out after ``kill -9``. Its content counts the
attempts: a picture that takes the worker down with it must not do so for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from dashboard.projections.pending import Job


class Leases:
    """The leases of one realm, files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def of(self, job: Job) -> Iterator[int | None]:
        """Give how often the job was begun (1: now for the first time); None: another has it."""
        fd = os.open(self._path(job), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            yield None
            return
        try:
            yield _counted(fd)
        finally:
            os.close(fd)

    def finish(self, job: Job) -> None:
        """Forget a job that has its answer in the log."""
        self._path(job).unlink(missing_ok=True)

    def _path(self, job: Job) -> Path:
        return self.folder / f"{job.seq}-{job.name}"


def _counted(fd: int) -> int:
    attempt = int(os.pread(fd, 16, 0) or b"0") + 1
    os.pwrite(fd, str(attempt).encode(), 0)
    return attempt
