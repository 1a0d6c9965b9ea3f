"""A process of many raw WebSocket readers that note when they heard what.

``python -m tests.bench.readers '{port, count, namespace, auth, follow, mark}'`` says ``ready``;
then each line ``[[n, submitted_s], …]`` on standard input is answered with
``{p50_ms, p99_ms, last_s, missing}``. ``mark`` is the key before the number heard.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from bisect import bisect_left
from typing import Any

HELLO = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Reader(asyncio.Protocol):
    """One socket; ``heard`` holds the numbers in order, ``at_s`` when each came."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan, self.buffer, self.open = plan, bytearray(), False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard: list[int] = []
        self.at_s: list[float] = []
        self.mark = plan["mark"].encode()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(HELLO.format(port=self.plan["port"]).encode())

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"lost before ready: {error}"))

    def data_received(self, data: bytes) -> None:
        now_s = time.monotonic()
        self.buffer += data
        if not self.open:
            head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head, head
            self.open, self.buffer = True, bytearray(rest)
        while (payload := self._frame()) is not None:
            self._message(payload, now_s)

    def _frame(self) -> bytes | None:
        b = self.buffer
        if len(b) < 2:
            return None
        size, start = b[1] & 0x7F, 2
        if size == 126:
            size, start = int.from_bytes(b[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(b[2:10], "big"), 10
        if len(b) < start + size:
            return None
        payload = bytes(b[start : start + size])
        del b[: start + size]
        return payload

    def _message(self, text: bytes, now_s: float) -> None:
        if text.startswith(b"42"):
            at = text.find(self.mark, 0, 400)
            if at >= 0:
                number = int(text[at + len(self.mark) : at + len(self.mark) + 12].split(b",")[0])
                self._note(number, now_s)
        elif text == b"2":
            self.say("3")
        elif text.startswith(b"0"):
            self.say(f"40{self.plan['namespace']}" + json.dumps(self.plan["auth"]))
        elif text.startswith(b"40"):
            if self.plan["follow"] is None:
                self.ready.set_result(None)
            else:
                ask = ["follow", {"incident_id": self.plan["follow"], "after": 0}]
                self.say(f"42{self.plan['namespace']}1" + json.dumps(ask))
        elif text.startswith(b"43"):
            self.ready.set_result(None)

    def _note(self, number: int, now_s: float) -> None:
        if not self.heard or number > self.heard[-1]:
            self.heard.append(number)
            self.at_s.append(now_s)

    def say(self, text: str) -> None:
        """Send one text frame, masked with zeros."""
        body = text.encode()
        head = bytes((0x81, 0x80 | len(body))) if len(body) < 126 else (
            b"\x81\xfe" + len(body).to_bytes(2, "big")
        )  # fmt: skip
        self.transport.write(head + b"\0\0\0\0" + body)


async def collect(readers: list[Reader], sent: list[tuple[int, float]]) -> dict[str, Any]:
    """Wait until all was heard by all; return the figures in milliseconds and seconds."""
    last, until = max(n for n, _ in sent), time.monotonic() + 30
    while time.monotonic() < until and not all(r.heard and r.heard[-1] >= last for r in readers):
        await asyncio.sleep(0.02)
    taken: list[float] = []
    missing, last_s = 0, 0.0
    for reader in readers:
        for number, submitted_s in sent:
            at = bisect_left(reader.heard, number)
            if at == len(reader.heard):
                missing += 1
                continue
            taken.append((reader.at_s[at] - submitted_s) * 1e3)
            last_s = max(last_s, reader.at_s[at])
        reader.heard, reader.at_s = reader.heard[-1:], reader.at_s[-1:]
    cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else [0.0] * 99
    return {"p50_ms": cuts[49], "p99_ms": cuts[98], "last_s": last_s, "missing": missing}


async def main(plan: dict[str, Any]) -> None:
    """Open the sockets, then answer lines until the input ends."""
    loop, readers = asyncio.get_running_loop(), []
    for _ in range(plan["count"]):
        made = await loop.create_connection(lambda: Reader(plan), "127.0.0.1", plan["port"])
        readers.append(made[1])
        if len(readers) % 20 == 0:
            await asyncio.gather(*(r.ready for r in readers[-20:]))
    await asyncio.gather(*(r.ready for r in readers))
    print("ready", flush=True)
    lines = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        print(json.dumps(await collect(readers, json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
