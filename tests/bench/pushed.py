"""Ours and the bare echo server side by side, each with its readers in a process of their own."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

import websocket

from tests.laws.serving import ROOT, Served, open_incident, report, start

SENDERS = 6
Sent = list[tuple[int, float]]


class Side(Protocol):
    """One of the two: sends numbered events, and tells how they were heard."""

    def paced(self, count: int, rate: float) -> Sent: ...

    def burst(self, count: int) -> Sent: ...


class Readers:
    """A process of readers."""

    def __init__(self, count: int, **plan: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.readers", json.dumps({"count": count, **plan})],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n", "the readers did not come in"

    def heard(self, sent: Sent) -> dict[str, float]:
        """Return ``{p50_ms, p99_ms, last_s, missing}`` for what was sent."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(sent) + "\n")
        self.process.stdin.flush()
        figures: dict[str, float] = json.loads(self.process.stdout.readline())
        assert not figures["missing"], f"{figures['missing']} deliveries are missing"
        return figures

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


class Ours:
    """``eoc serve`` without its worker; events are posted and durable before their answer."""

    def __init__(self, served: Served, incident: str | None = None) -> None:
        self.served = served
        with served.api() as api:
            self.incident = incident or open_incident(api)
        self.path = f"/api/v1/incidents/{self.incident}/events"
        self.posts = [http.client.HTTPConnection("127.0.0.1", served.port) for _ in range(SENDERS)]

    def close(self) -> None:
        """Close the senders."""
        for post in self.posts:
            post.close()

    def readers(self, count: int) -> Readers:
        """Return readers that follow the incident as a wall does."""
        return Readers(
            count, port=self.served.port, namespace="/live,", mark='"upto":',
            auth={"token": self.served.tokens["wall"]}, follow=self.incident,
        )  # fmt: skip

    def paced(self, count: int, rate: float) -> Sent:
        """Post ``count`` reports at a rate a second."""
        sent: Sent = []
        begin = time.monotonic() + 0.05

        def post(lane: int) -> None:
            for index in range(lane, count, SENDERS):
                time.sleep(max(0.0, begin + index / rate - time.monotonic()))
                sent.extend(self.post([report()], lane))

        lanes = [threading.Thread(target=post, args=(lane,)) for lane in range(SENDERS)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        return sorted(sent)

    def burst(self, count: int) -> Sent:
        """Post ``count`` reports at once, as one batch."""
        return self.post([report() for _ in range(count)])

    def post(self, events: list[Any], lane: int = 0) -> Sent:
        """Post one batch; return when each of its entries was submitted."""
        post, token = self.posts[lane], self.served.tokens["desk"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body, began_s = json.dumps(events), time.monotonic()
        post.request("POST", self.path, body, headers)
        answer = post.getresponse()
        found = json.loads(answer.read())
        assert answer.status == 200, found
        return [(result["seq"], began_s) for result in found["results"]]


class Echo:
    """The bare echo server; nothing is kept."""

    def __init__(self, served: Served) -> None:
        self.served, self.count = served, 0
        url = f"ws://127.0.0.1:{served.port}/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(url)
        self.socket.send("40")
        threading.Thread(target=self._listen, daemon=True).start()

    def readers(self, count: int) -> Readers:
        """Return readers of everything."""
        return Readers(
            count, port=self.served.port, namespace="", mark='"n":', auth={}, follow=None
        )

    def paced(self, count: int, rate: float) -> Sent:
        """Say ``count`` reports at a rate a second."""
        begin, sent = time.monotonic() + 0.05, []
        for index in range(count):
            time.sleep(max(0.0, begin + index / rate - time.monotonic()))
            sent.append(self._say())
        return sent

    def burst(self, count: int) -> Sent:
        """Say ``count`` reports at once."""
        return [self._say() for _ in range(count)]

    def _say(self) -> tuple[int, float]:
        self.count += 1
        body = {"n": self.count, **report()}
        now_s = time.monotonic()
        self.socket.send("42" + json.dumps(["say", body]))
        return self.count, now_s

    def _listen(self) -> None:
        try:
            while text := self.socket.recv():
                if text == "2":
                    self.socket.send("3")
        except (OSError, websocket.WebSocketException):
            return


@contextmanager
def both() -> Iterator[tuple[Ours, Echo]]:
    """Both servers for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="eoc-bench-") as folder, ExitStack() as stack:
        sides = []
        for module, side in (("tests.laws.server", Ours), ("tests.bench.echo_server", Echo)):
            path = Path(folder) / side.__name__
            path.mkdir()
            served = start(path, module=module)
            stack.callback(served.stop)
            sides.append(side(served))
        yield sides[0], sides[1]


@contextmanager
def listening(*sides: Any, count: int) -> Iterator[list[Readers]]:
    """``count`` readers for each side, for the length of a block."""
    with ExitStack() as stack:
        found = []
        for side in sides:
            readers = side.readers(count)
            stack.callback(readers.close)
            found.append(readers)
        yield found
