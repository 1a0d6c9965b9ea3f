"""Frames that are made once for a room are the frames that the protocol wants."""

from __future__ import annotations

import socket
import threading

import pytest
from wsproto import ConnectionType
from wsproto.connection import Connection, ConnectionState
from wsproto.events import TextMessage

from dashboard.push.wire import Line, emitted, text_frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_of_any_size_is_read_by_an_independent_parser(size: int) -> None:
    client = Connection(ConnectionType.CLIENT)
    assert client.state is ConnectionState.OPEN
    client.receive_data(text_frame(b"x" * size))
    heard = [e.data for e in client.events() if isinstance(e, TextMessage)]
    assert "".join(heard) == "x" * size


def test_an_event_is_one_socket_io_packet_in_its_namespace() -> None:
    frame = emitted("/drill/live", "parcel", b'{"upto":1}').frame
    assert frame.endswith(b'42/drill/live,["parcel",{"upto":1}]')


def test_two_writers_on_one_line_never_mix_their_frames() -> None:
    ours, theirs = socket.socketpair()
    line, size = Line(ours), 300_000
    writers = [
        threading.Thread(target=line.send, args=(mark * size,)) for mark in (b"a", b"b", b"c")
    ]
    with ours, theirs:
        for writer in writers:
            writer.start()
        heard = b""
        while len(heard) < 3 * size:
            heard += theirs.recv(65_536)
        for writer in writers:
            writer.join()
    assert sorted(heard[n * size : (n + 1) * size] for n in range(3)) == [
        b"a" * size, b"b" * size, b"c" * size,
    ]  # fmt: skip
