"""Law ``mutated`` (photos): whatever bytes come, the answer is facts or one of our refusals.

A process of its own reads them, so that a crash inside a decoder is seen as such.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.pictures import BIEI, FORMATS, encode, exif, scene

SECONDS_EACH = 5
Change = Callable[[bytearray, random.Random], None]


def run(count: int, seed: int) -> dict[str, Any]:
    """Read and render ``count`` mutated photos; return the figures.

    Returns:
        files, taken, refused, rendered, slowest_s, and the violations: crashes, slow (over
        5 s); ``first`` describes the first crash.
    """
    command = [sys.executable, "-m", "tests.laws.mutated", str(count), str(seed)]
    done = subprocess.run(
        command, capture_output=True, timeout=60 + count * SECONDS_EACH, check=False
    )
    if done.returncode:
        first = f"exit {done.returncode}: {done.stderr[-500:]!r}"
        return {"files": count, "crashes": 1, "slow": 0, "first": first}
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def read_all(count: int, seed: int) -> dict[str, Any]:
    """Do the work of :func:`run` in this process."""
    chance = random.Random(seed)
    packet = exif({0x10F: "Maker", 0x112: 6}, {0x9003: "2016:08:23 05:40:00"}, BIEI)
    whole = [encode(scene(160, 120), kind, packet) for kind in FORMATS]
    figures: dict[str, Any] = dict.fromkeys(
        ("taken", "refused", "rendered", "slowest_s", "crashes", "slow"), 0
    )
    figures |= {"files": count, "first": None}
    with tempfile.TemporaryDirectory(prefix="eoc-mutated-") as folder:
        path = Path(folder) / "photo"
        for _ in range(count):
            path.write_bytes(mutate(chance.choice(whole), chance))
            _one(path, figures)
    return figures


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes changed in one to four ways."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        chance.choice(CHANGES)(changed, chance)
    return bytes(changed)


def _one(path: Path, figures: dict[str, Any]) -> None:
    from dashboard.errors import EocError
    from dashboard.media.photo import read_header
    from dashboard.media.variants import render

    start = time.perf_counter()
    try:
        read_header(path, "").as_body()
        figures["taken"] += 1
        render(path)
        figures["rendered"] += 1
    except EocError:
        figures["refused"] += 1
    except Exception as error:  # noqa: BLE001 - whatever else comes out is what the law forbids
        figures["crashes"] += 1
        figures["first"] = figures["first"] or f"{error!r} by {path.read_bytes()[:4000].hex()}"
    took = time.perf_counter() - start
    figures["slow"] += took > SECONDS_EACH
    figures["slowest_s"] = max(figures["slowest_s"], round(took, 3))


def _at(data: bytearray, chance: random.Random) -> int:
    """Return a place in the data; half of them in the first kilobyte, where headers lie."""
    end = min(1024, len(data)) if chance.random() < 0.5 else len(data)
    return chance.randrange(max(1, end))


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 20)):
        at = _at(data, chance)
        data[at : at + 1] = bytes([chance.randrange(256)])


def _number(data: bytearray, chance: random.Random) -> None:
    at, width = _at(data, chance), chance.choice((2, 4, 8))
    value = chance.choice((0, 1, 2, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), len(data) % 2**16))
    data[at : at + width] = value.to_bytes(width, chance.choice(("big", "little")))


def _fill(data: bytearray, chance: random.Random) -> None:
    at, length = _at(data, chance), chance.randint(1, 200)
    data[at : at + length] = bytes([chance.choice((0, 255, 0x41))]) * length


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[_at(data, chance) :]


def _take_out(data: bytearray, chance: random.Random) -> None:
    at = _at(data, chance)
    del data[at : at + chance.randint(1, 300)]


def _repeat(data: bytearray, chance: random.Random) -> None:
    at = _at(data, chance)
    data[at:at] = data[at : at + chance.randint(1, 300)] * chance.randint(1, 20)


CHANGES: tuple[Change, ...] = (_flip, _number, _number, _fill, _cut, _take_out, _repeat)


if __name__ == "__main__":
    print(json.dumps(read_all(int(sys.argv[1]), int(sys.argv[2]))))
