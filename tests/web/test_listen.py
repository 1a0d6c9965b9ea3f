"""The server's own socket."""

from __future__ import annotations

import socket

import gevent.socket
from gevent.server import StreamServer

from dashboard.cli.start import send_at_once


def test_answers_do_not_wait_for_the_peers_ack():
    """Head and body went out 40 ms apart: each request of a phone or page took 44 ms."""
    seen: list[int] = []

    def serve(accepted, _address):
        seen.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    server = StreamServer(("127.0.0.1", 0), serve)
    server.start()
    send_at_once(server)
    with gevent.socket.create_connection(("127.0.0.1", server.server_port)) as peer:
        assert peer.recv(1) == b""
    server.stop()
    server.close()
    assert seen == [1]
