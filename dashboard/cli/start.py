"""The web process, after gevent has patched the sockets."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import click
import gevent
import structlog
from gevent import pywsgi
from gevent.server import StreamServer

from dashboard.app import create_app
from dashboard.bundle import build
from dashboard.cli.serve import on_signals, ready_file, start_worker
from dashboard.config import Settings, load
from dashboard.observe import configure

say = structlog.get_logger("serve")
WATCH_S, AGAIN_S = 0.5, 0.5
STEADY_S, SLOWLY_S = 30.0, 10.0  # what dies within half a minute would die at once again


class Quiet(pywsgi.WSGIHandler):
    """The application logs each request itself."""

    def log_request(self) -> None:
        """Say nothing."""


def run_web(tls: tuple[str, str] | None, port: int | None, worker: bool) -> None:
    """Serve until SIGTERM or SIGINT."""
    began = time.monotonic()
    settings = load()
    configure(settings.log_level)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    click.echo("画面の部品を確認しています… (bundle)")
    build(settings.state_dir)
    click.echo("記録を読み込んでいます… (log)")
    app = create_app(settings)
    eoc = app.extensions["eoc"]
    eoc.start()
    server = _listen(app, settings, tls, settings.port if port is None else port)
    children = Children()
    if worker:
        children.keep(start_worker)
    scheme = "https" if tls else "http"
    url = f"{scheme}://{settings.host}:{server.server_port}"
    ready_file(settings.state_dir, url)
    _greet(settings, url, time.monotonic() - began)
    if settings.demo:
        children.once(_play_demo(url))
    on_signals(lambda: gevent.spawn(server.stop, 2))
    try:
        server.serve_forever()
    finally:
        children.end()
        eoc.stop()


def _listen(
    app: Any, settings: Settings, tls: tuple[str, str] | None, port: int
) -> pywsgi.WSGIServer:
    secure = {}
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*tls)
        secure = {"ssl_context": context}
    server = pywsgi.WSGIServer((settings.host, port), app, handler_class=Quiet, log=None, **secure)
    server.start()
    send_at_once(server)
    return server


def send_at_once(server: StreamServer) -> None:
    """Turn Nagle's delay off; accepted sockets inherit it.

    With it the body of an answer, and a parcel after a parcel, waits 40 ms for the peer's ACK.
    """
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _greet(settings: Settings, url: str, seconds: float) -> None:
    click.echo(f"準備ができました ({seconds:.1f} 秒) listening on {url}")
    click.echo(f"EOC_PUBLIC_URL {settings.public_url}")
    logins = settings.state_dir / "demo-logins.txt"
    if settings.demo and logins.exists():
        click.echo(logins.read_text())


def _play_demo(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "dashboard.cli", "demo", "--base", url])


class Children:
    """The programs this process started: one that must not die is started again."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self._ending = False

    def once(self, child: subprocess.Popen[bytes]) -> None:
        """End a program with this process."""
        self._running.append(child)

    def keep(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        """Start a program, and again whenever it ends; slower if it cannot stay up."""
        gevent.spawn(self._keep, start)

    def _keep(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        while not self._ending:
            child, began = start(), time.monotonic()
            self._running.append(child)
            while child.poll() is None:
                gevent.sleep(WATCH_S)
            self._running.remove(child)
            if not self._ending:
                say.error("child_ended", code=child.returncode, command="eoc work")
                gevent.sleep(AGAIN_S if time.monotonic() - began > STEADY_S else SLOWLY_S)

    def end(self) -> None:
        """End them all; whoever does not listen is killed."""
        self._ending = True
        for child in self._running:
            child.terminate()
        for child in list(self._running):
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.kill()
