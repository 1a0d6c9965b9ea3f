"""A provider of data on the loopback that speaks HTTP as the real ones do, faults included."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from layers.fetching.time import Time


@dataclass
class Reply:
    """One answer. ``declared`` is a Content-Length that may lie; ``stalls`` never ends the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    declared: int | None = None
    pieces: int = 1
    stalls: bool = False


class Provider:
    """Paths and their answers; the last of several answers is given for ever."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()
        self.address = ""
        self.lines: set[object] = set()  # connections, by the address of the one who asks

    def gives(self, path: str, *replies: Reply) -> None:
        self.replies[path] = list(replies)

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)

    def headers(self, path: str) -> list[dict[str, str]]:
        return [headers for asked, headers in self.asked if asked == path]

    def reply(self, path: str) -> Reply:
        waiting = self.replies.get(path, [Reply(404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def provider() -> Iterator[Provider]:
    """A running provider; its address is another one each time."""
    given = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            given.asked.append((self.path, headers))
            given.lines.add(self.client_address)
            _answer(self, conditional(given.reply(self.path), headers), given.over)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    given.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield given
    finally:
        given.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def conditional(reply: Reply, asked: dict[str, str]) -> Reply:
    """What a server makes of If-None-Match, Range and If-Range."""
    etag = reply.headers.get("ETag")
    if reply.status != 200 or not etag:
        return reply
    if asked.get("if-none-match") == etag:
        return Reply(304, headers={"ETag": etag})
    start = asked.get("range", "").removeprefix("bytes=").removesuffix("-")
    if start and asked.get("if-range") == etag:
        return _part(reply, int(start))
    return reply


def _part(reply: Reply, start: int) -> Reply:
    size = len(reply.body)
    if start >= size:
        return Reply(416, headers={"Content-Range": f"bytes */{size}"})
    headers = reply.headers | {"Content-Range": f"bytes {start}-{size - 1}/{size}"}
    return Reply(206, reply.body[start:], headers, None, reply.pieces, reply.stalls)


def _answer(handler: BaseHTTPRequestHandler, reply: Reply, over: threading.Event) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    declared = len(reply.body) if reply.declared is None else reply.declared
    if reply.status not in (204, 304):
        handler.send_header("Content-Length", str(declared))
    handler.end_headers()
    try:
        step = max(1, -(-len(reply.body) // reply.pieces))
        for at in range(0, len(reply.body), step):
            handler.wfile.write(reply.body[at : at + step])
            handler.wfile.flush()
        if reply.stalls:
            over.wait()
    except OSError:
        pass  # the one who asked has gone, as people on bad lines do
    if declared != len(reply.body):
        handler.close_connection = True


class Clock:
    """Time that passes only when somebody sleeps, and ``step`` seconds at each look."""

    def __init__(self, step: float = 0.0) -> None:
        self.seconds, self.step = 1_700_000_000.0, step
        self.slept: list[float] = []
        self.stopped_at = 0  # the sleep in which somebody presses Ctrl-C

    def look(self) -> float:
        self.seconds += self.step
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == self.stopped_at:
            raise KeyboardInterrupt
        self.seconds += seconds

    @property
    def time(self) -> Time:
        return Time(elapsed=self.look, now=lambda: self.seconds, sleep=self.sleep)
