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


class Whole:
    """A socket that sends each frame whole, though two threads write to it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._lock = sock, threading.Lock()

    def send(self, data: bytes) -> None:
        """Send all of ``data`` before anybody else may."""
        with self._lock:
            self._sock.sendall(data)

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


def door_class(base: Any) -> Any:
    """Return the WebSocket class of an Engine.IO driver, able to send finished frames."""

    class Door(base):  # type: ignore[misc]
        def __init__(self, handler: Any, server: Any) -> None:
            super().__init__(self._begin, server)
            self._handler = handler
            self.server_args["max_message_size"] = LARGEST_MESSAGE_BYTES

        def _begin(self, door: Any) -> Any:
            self.ws.sock = Whole(self.ws.sock)
            self._handler.__self__.hang_up = self.ws.sock.hang_up
            return self._handler(door)

        def send(self, message: Any) -> None:
            if not self.ws.connected:
                raise OSError("The reader has left.")
            if not isinstance(message, Frame):
                message = self.ws.ws.send(TextMessage(data=message))
            self.ws.sock.send(message)

    return Door


def backlog(reader: Any) -> tuple[int, int]:
    """Return how many parcels and bytes an Engine.IO socket still has to send."""
    waiting = list(reader.queue.queue)
    return len(waiting), sum(len(p.frame) for p in waiting if isinstance(p, Ready))
