"""Law ``bombs``: small files that would fill the memory are refused by their header alone."""

from __future__ import annotations

import random
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

from tests.conftest import SHARED
from tests.tus_client import Client, serving

MOST_S = 0.2
MOST_BYTES = 50_000_000
TRIES = 3  # the machine may be busy with other things
KNOWN = (
    "crafted/png_bomb_30000.png",
    "corrupt/17000x17000.avif",
    "corrupt/decompression_bomb.gif",
    "heic/200MP.heic",
)


def run(count: int, seed: int) -> dict[str, Any]:
    """Send ``count`` drawn bombs and those of the shared test input.

    Returns:
        bombs, worst_ms, grown_mb, and the violations: taken (no 4xx), slow (over 200 ms at
        best of three), grown (1 if resident memory grew by more than 50 MB).
    """
    chance = random.Random(seed)
    bombs = [_drawn(chance) for _ in range(count)]
    bombs += [(n, (SHARED / "media" / n).read_bytes()) for n in KNOWN if SHARED.is_dir()]
    with tempfile.TemporaryDirectory(prefix="eoc-bombs-") as folder, serving(Path(folder)) as s:
        client = s.client()
        client.create(b"warm", body=b"warm")
        before = client.get("/rss")["rss"]
        answers = [_send(client, name, data) for name, data in bombs]
        grown = client.get("/rss")["rss"] - before
    return {
        "bombs": len(bombs),
        "worst_ms": round(1000 * max(took for _, took in answers)),
        "grown_mb": round(grown / 1e6, 1),
        "taken": sum(not 400 <= status < 500 for status, _ in answers),
        "slow": sum(took > MOST_S for _, took in answers),
        "grown": int(grown > MOST_BYTES),
    }


def _send(client: Client, name: str, data: bytes) -> tuple[int, float]:
    """Return the status and the shortest time of a few tries."""
    tries = []
    for _ in range(TRIES):
        began = time.monotonic()
        status = client.create(data, body=data, filename=Path(name).name).status
        tries.append((status, time.monotonic() - began))
        if tries[-1][1] <= MOST_S:
            break
    return max(status for status, _ in tries), min(took for _, took in tries)


def _drawn(chance: random.Random) -> tuple[str, bytes]:
    """Return one bomb: few bytes, more than 64 million pixels by its header."""
    wide, high = (chance.randrange(9_000, 65_000) for _ in range(2))
    return chance.choice((_png, _jpeg, _webp))(wide, high)


def _png(wide: int, high: int) -> tuple[str, bytes]:
    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + name + data + check

    head = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    packed = zlib.compress(bytes(5_000_000), 9)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return "bomb.png", b"\x89PNG\r\n\x1a\n" + parts


def _jpeg(wide: int, high: int) -> tuple[str, bytes]:
    size = high.to_bytes(2, "big") + wide.to_bytes(2, "big")
    frame = b"\xff\xc2\x00\x0b\x08" + size + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(2_000)
    return "bomb.jpg", b"\xff\xd8" + frame + scan + b"\xff\xd9"


def _webp(wide: int, high: int) -> tuple[str, bytes]:
    size = (wide - 1).to_bytes(3, "little") + (high - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes(4) + size
    return "bomb.webp", b"RIFF" + len(body).to_bytes(4, "little") + body
