"""A TCP proxy that makes bad networks: latency, rate, stall, cut and reset.

Browser emulation does not touch an open WebSocket, and no emulation cuts a request at a
given byte; this does. It runs in a thread of its own; change its attributes at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType

PIECE = 16_384


class Proxy:
    """Forward ``127.0.0.1:port`` to a target.

    ``latency_s`` delays every piece one way, ``rate`` limits bytes per second and direction,
    ``stalled`` holds everything while True, ``stall_after`` makes it True after so many more
    bytes to the server (then calls ``on_stall``), ``budget`` cuts every connection after so
    many more bytes to the server (None: never), ``reset`` makes cuts a TCP reset.
    """

    def __init__(self, target_port: int, target_host: str = "127.0.0.1") -> None:
        self.target = (target_host, target_port)
        self.latency_s = 0.0
        self.rate: float | None = None
        self.stalled = False
        self.stall_after: int | None = None
        self.on_stall: Callable[[], object] = lambda: None
        self.budget: int | None = None
        self.reset = False
        self.port = 0
        self.connections = 0
        self.cuts = 0
        self.bytes_up = 0
        self.bytes_down = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        assert self._ready.wait(5), "the proxy did not start within 5 s"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    def cut(self) -> None:
        """Close every connection now."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (self._close_all(), done.set()))
        done.wait(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._stop.wait()
            self._close_all()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.close()
            return
        self._open |= {writer, far_writer}
        ways = (
            self._pump(reader, far_writer, upward=True),
            self._pump(far_reader, writer, upward=False),
        )
        try:
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            for one in (writer, far_writer):
                self._open.discard(one)
                one.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, upward: bool
    ) -> None:
        while piece := await reader.read(PIECE):
            self._count_to_stall(len(piece), upward)
            await self._hinder(len(piece))
            piece, over = self._within_budget(piece, upward)
            if upward:
                self.bytes_up += len(piece)
            else:
                self.bytes_down += len(piece)
            writer.write(piece)
            await writer.drain()
            if over:
                self.cuts += 1
                self._close_all()
                return
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _hinder(self, size: int) -> None:
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        if self.rate:
            await asyncio.sleep(size / self.rate)
        while self.stalled:
            await asyncio.sleep(0.01)

    def _count_to_stall(self, size: int, upward: bool) -> None:
        if self.stall_after is None or not upward:
            return
        self.stall_after -= size
        if self.stall_after <= 0:
            self.stall_after, self.stalled = None, True
            self.on_stall()

    def _within_budget(self, piece: bytes, upward: bool) -> tuple[bytes, bool]:
        if self.budget is None or not upward:
            return piece, False
        if len(piece) < self.budget:
            self.budget -= len(piece)
            return piece, False
        kept, self.budget = piece[: self.budget], None
        return kept, True

    def _close_all(self) -> None:
        for writer in list(self._open):
            if self.reset:
                sock = writer.get_extra_info("socket")
                linger = struct.pack("ii", 1, 0)
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            else:
                writer.close()
        self._open.clear()
