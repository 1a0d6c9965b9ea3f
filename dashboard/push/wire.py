"""One WebSocket frame for a whole room, and a socket whose frames never mix.

Frames from a server carry no mask, so the bytes of a parcel are the same for every reader:
they are made once, and a reader's queue holds a reference to them.
"""

from __future__ import annotations

import socket
import threading
from typing import Any

from engineio.packet import MESSAGE, Packet
from wsproto.events import TextMessage

from dashboard.native import under_gevent

NETWORK_BYTES = 262_144
LARGEST_MESSAGE_BYTES = 16_384  # what a client has to say is one small JSON object


class Frame(bytes):
    """A finished WebSocket frame."""


class Ready(Packet):
    """An Engine.IO message whose frame is made already."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(MESSAGE)
        self.frame = frame

    def encode(self, b64: bool = False) -> Frame:
        """Return the frame; nothing is encoded again for a reader."""
        return self.frame


def emitted(namespace: str, event: str, body: bytes) -> Ready:
    """Return a Socket.IO event with one JSON argument as a packet for many readers."""
    return Ready(text_frame(b'42%b,["%b",%b]' % (namespace.encode(), event.encode(), body)))


def text_frame(payload: bytes) -> Frame:
    """Return one unmasked, uncompressed text frame (RFC 6455)."""
    size = len(payload)
    if size < 126:
        head = bytes((0x81, size))
    elif size < 65_536:
        head = b"\x81\x7e" + size.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + size.to_bytes(8, "big")
    return Frame(head + payload)


class Line:
    """A socket that sends each frame whole, though two threads write to it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._lock, self._rest = sock, threading.Lock(), b""
        # what the kernel holds for a reader that stopped is memory too, and hides that it stopped
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, NETWORK_BYTES)
        # TLS must not be passed by, and without gevent another thread may be between two frames
        plain = under_gevent() and not hasattr(sock, "cipher")
        self._raw = getattr(sock, "_sock", None) if plain else None

    def send(self, data: bytes) -> None:
        """Send all of ``data`` before anybody else may; waits for the reader."""
        with self._lock:
            rest, self._rest = self._rest, b""
            self._sock.sendall(rest + data)

    def at_once(self, frame: Frame) -> bool:
        """Hand a frame to the network without waiting; False when it must go by the queue.

        Saves the switch to the reader's writer, which is most of what a reader costs. What
        the network did not take stays here and goes first: then :data:`FLUSH` is due.
        """
        if self._raw is None or self._rest or self._lock.locked():
            return False
        try:
            taken = self._raw.send(frame, socket.MSG_DONTWAIT)
        except OSError:  # full, or gone: the writer finds out which
            return False
        self._rest = frame[taken:]
        return True

    @property
    def owes(self) -> bool:
        """Tell whether a part of a frame still waits."""
        return bool(self._rest)

    def recv(self, size: int) -> bytes:
        """Return what came."""
        return self._sock.recv(size)

    def close(self) -> None:
        """Close it."""
        self._sock.close()

    def hang_up(self) -> None:
        """End the connection under a writer that waits for a reader."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:  # it is gone already, which is what was wanted
            return


FLUSH = Ready(Frame(b""))


def door_class(base: Any) -> Any:
    """Return the WebSocket class of an Engine.IO driver, able to send finished frames."""

    class Door(base):  # type: ignore[misc]
        def __init__(self, handler: Any, server: Any) -> None:
            super().__init__(self._begin, server)
            self._handler = handler
            self.server_args["max_message_size"] = LARGEST_MESSAGE_BYTES

        def _begin(self, door: Any) -> Any:
            self.ws.sock = Line(self.ws.sock)
            self._handler.__self__.line = self.ws.sock
            return self._handler(door)

        def send(self, message: Any) -> None:
            if not self.ws.connected:
                raise OSError("The reader has left.")
            if not isinstance(message, Frame):
                message = self.ws.ws.send(TextMessage(data=message))
            self.ws.sock.send(message)

    return Door


def give(reader: Any, packet: Ready) -> None:
    """Send a packet to an Engine.IO socket: at once, or after what waits already."""
    if reader.queue.qsize() == 0 and reader.line.at_once(packet.frame):
        if reader.line.owes:
            reader.queue.put_nowait(FLUSH)
        return
    reader.queue.put_nowait(packet)


def backlog(reader: Any) -> tuple[int, int]:
    """Return how many parcels and bytes an Engine.IO socket still has to send."""
    waiting = list(reader.queue.queue)
    return len(waiting), sum(len(p.frame) for p in waiting if isinstance(p, Ready))
