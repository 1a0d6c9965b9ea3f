"""Bytes from the network to the disk: small reads, blocks written by a native thread.

Whatever arrived before a line was cut is kept, so a phone never sends much twice: the
pieces shrink on a slow line to about half a second each.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from typing import Any, Protocol

from dashboard import native
from dashboard.errors import ChecksumMismatch, Malformed
from dashboard.uploads.protocol import Checksum
from dashboard.uploads.store import Upload, UploadStore, write_all

SMALLEST, LARGEST = 8_192, 262_144
BLOCK_BYTES = 1_048_576
SLOW_S, QUICK_S = 0.5, 0.1
PATIENCE_S = 30.0  # without one byte: a phone that lost its cell comes back on a new line
IDLE_S = 2.0  # after this a newer request may take the upload over


class Stream(Protocol):
    """The part of ``wsgi.input`` that is used."""

    def read(self, size: int, /) -> bytes: ...  # noqa: D102


class Interrupted(Exception):  # noqa: N818
    """The reader was stopped: too long without a byte, or a newer request took over."""


class Readers:
    """Who reads which upload in this process, and since when it waits for a byte."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Any, float]] = {}

    @contextlib.contextmanager
    def waiting(self, upload_id: str) -> Iterator[None]:
        """Mark that the current greenlet waits for bytes; give up after ``PATIENCE_S``."""
        if not native.under_gevent():
            yield
            return
        import gevent

        self._waiting[upload_id] = (gevent.getcurrent(), time.monotonic())
        try:
            with gevent.Timeout(PATIENCE_S, Interrupted("no byte came for too long")):
                yield
        finally:
            self._waiting.pop(upload_id, None)

    def interrupt(self, upload_id: str) -> bool:
        """Stop the reader of an upload if its line is silent; tell whether there was one."""
        greenlet, since = self._waiting.get(upload_id, (None, 0.0))
        if greenlet is None or time.monotonic() - since < IDLE_S:
            return False
        import gevent

        gevent.kill(greenlet, Interrupted("a newer request took over"))
        gevent.sleep(0.05)
        return True


def pieces(stream: Stream, length: int, waiting: Any) -> Iterator[bytes]:
    """Yield ``length`` bytes in pieces of at most 256 kB; ends early when the line is cut."""
    size = SMALLEST * 8
    while length:
        began = time.monotonic()
        try:
            with waiting():
                piece = stream.read(min(size, length))
        except (OSError, Interrupted):
            return
        if not piece:
            return
        length -= len(piece)
        size = _next_size(size, time.monotonic() - began)
        yield piece


def _next_size(size: int, took_s: float) -> int:
    if took_s > SLOW_S:
        return max(size // 2, SMALLEST)
    return min(size * 2, LARGEST) if took_s < QUICK_S else size


class Chunk:
    """One PATCH body on its way to the file ``fd``."""

    def __init__(self, fd: int, promised: Checksum | None) -> None:
        self._fd = fd
        self._promised = promised
        self._hasher = hashlib.new(promised.algorithm) if promised else None
        self._held: list[bytes] = []
        self._held_bytes = 0
        self.taken = 0

    def take(self, piece: bytes) -> None:
        """Take a piece; a full block goes to the disk.

        Raises:
            StorageFull: the disk is full; what fitted stays.
        """
        self._held.append(piece)
        self._held_bytes += len(piece)
        self.taken += len(piece)
        if self._held_bytes >= BLOCK_BYTES:
            native.run(self._write)

    def close(self, *, sync: bool) -> None:
        """Write what is held; ``sync``: bring everything to the disk for good.

        Raises:
            StorageFull: the disk is full; what fitted stays.
        """
        native.run(self._write_and_sync if sync else self._write)

    def _write(self) -> None:
        held, self._held, self._held_bytes = self._held, [], 0
        for piece in held:
            write_all(self._fd, piece)
            if self._hasher:
                self._hasher.update(piece)

    def _write_and_sync(self) -> None:
        self._write()
        os.fsync(self._fd)

    @property
    def broken(self) -> bool:
        """Tell whether the bytes differ from the promised hash."""
        promised, hasher = self._promised, self._hasher
        return bool(promised and hasher and hasher.digest() != promised.digest)


def receive(
    store: UploadStore,
    upload: Upload,
    fd: int,
    body: Iterator[bytes],
    *,
    length: int,
    promised: Checksum | None = None,
) -> None:
    """Append a request's body to an upload whose lock is held.

    The last byte's chunk is not synced here: the media store does it before it names the file.

    Raises:
        ChecksumMismatch: the bytes differ from the promised hash; they are discarded.
        Malformed: the body ended early; what came is kept unless a hash was promised.
        StorageFull: the disk is full; what fitted is kept unless a hash was promised.
    """
    start = os.fstat(fd).st_size
    if promised:
        store.hold(upload.id, start)
    chunk = Chunk(fd, promised)
    whole = False
    try:
        for piece in body:
            chunk.take(piece)
        chunk.close(sync=start + length < upload.announced.length)
        whole = chunk.taken == length and not chunk.broken
    finally:
        if promised:
            if not whole:
                os.ftruncate(fd, start)
            store.release(upload.id)
    if chunk.taken != length:
        raise Malformed(
            f"The body ended after {chunk.taken} of {length} bytes; ask HEAD where to go on.",
            field="Content-Length", value=length,
        )  # fmt: skip
    if chunk.broken:
        raise ChecksumMismatch(
            "The chunk differs from Upload-Checksum and was discarded; send it again.",
            offset=start,
        )
