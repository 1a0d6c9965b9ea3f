"""The server's own socket."""

from __future__ import annotations

import socket

from flask import Flask
from gevent import pywsgi

from dashboard.cli.start import send_at_once


def test_answers_do_not_wait_for_the_peers_ack():
    """Head and body went out 40 ms apart: each request of a phone or page took 44 ms."""
    server = pywsgi.WSGIServer(("127.0.0.1", 0), Flask("listen"), log=None)
    server.init_socket()
    send_at_once(server)
    assert server.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    with socket.create_connection(("127.0.0.1", server.server_port)) as peer:
        accepted, _ = server.socket.accept()
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        accepted.close()
        assert peer.fileno() > 0
    server.close()
