"""Law ``bombs`` at the header reader: files made to cost seconds or gigabytes are refused.

A process of its own reads them, so that its memory is its own.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any

from tests.pictures import encode, scene

HUGE = 30_000
MOST_MS, MOST_MB = 200, 50


def run(count: int = 1, seed: int = 0) -> dict[str, Any]:  # as every law
    """Read every bomb ``count`` times; return the figures.

    Returns:
        bombs, slowest_ms, slowest, memory_mb (growth of the largest resident size), and the
        violations: taken (let in), slow (over 200 ms at best), grown (1 if over 50 MB).
    """
    with tempfile.TemporaryDirectory(prefix="eoc-bombs-") as folder:
        for name, data in bombs().items():
            (Path(folder) / name).write_bytes(data)
        with (Path(folder) / "sparse.jpg").open("wb") as file:
            file.write(encode(scene(), "jpeg"))
            file.truncate(200_000_000)
        command = [sys.executable, "-m", "tests.laws.photo_bombs", folder, str(count)]
        done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def bombs() -> dict[str, bytes]:
    """Return name → bytes of files that must be refused."""
    jpeg, heic, avif = (encode(scene(64, 48), kind) for kind in ("jpeg", "heic", "avif"))
    return {
        "pixels.png": _png(HUGE, HUGE, zlib.compress(b"\x00" * 9_000_000, 9)),
        "chunks.png": _png(64, 64, b"", extra=_chunk(b"teXt", b"") * 1_000_000),
        "claims.png": _png(2**31 - 1, 2**31 - 1, b""),
        "pixels.jpg": _with_frame(jpeg, 65_500, 65_500),
        "fill.jpg": jpeg[:2] + b"\xff" * 20_000_000 + jpeg[2:],
        "markers.jpg": jpeg[:2] + b"\xff\xd0" * 10_000_000 + jpeg[2:],
        "segments.jpg": jpeg[:2] + b"\xff\xfe\x00\x02" * 5_000_000 + jpeg[2:],
        "scans.jpg": _scans(20_000),
        "canvas.webp": _webp(b"VP8X", b"\x00" * 4 + b"\xff\xff\xff" * 2),
        "lossless.webp": _webp(b"VP8L", b"\x2f" + b"\xff" * 9),
        "chunks.webp": _webp(b"XMP ", b"", times=1_000_000),
        "pixels.heic": _with_size(heic, 17_000, 17_000),
        "pixels.avif": _with_size(avif, 2**32 - 1, 2**32 - 1),
        "boxes.heic": heic[:40].ljust(40, b"\x00") + struct.pack(">I4s", 8, b"free") * 1_000_000,
        "locations.heic": _locations(),
        "frames.gif": b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x00" * 40,
    }


def read_all(folder: Path, count: int) -> dict[str, Any]:
    """Read the header of every file; return the figures of :func:`run`."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak of the imports is not the bombs'
    before, best = _peak_mb(), {}
    paths = sorted(folder.iterdir())
    for path in paths:
        tries = [took for _ in range(count) if (took := _refused_in_ms(path)) is not None]
        if len(tries) == count:
            best[path.name] = min(tries)
    slowest, grown_mb = max(best, key=lambda name: best[name]), _peak_mb() - before
    return {
        "bombs": len(paths),
        "slowest": slowest,
        "slowest_ms": round(best[slowest], 1),
        "memory_mb": round(grown_mb, 1),
        "taken": len(paths) - len(best),
        "slow": sum(took > MOST_MS for took in best.values()),
        "grown": int(grown_mb > MOST_MB),
    }


def _refused_in_ms(path: Path) -> float | None:
    from dashboard.errors import EocError
    from dashboard.media.photo import read_header

    start = time.perf_counter()
    try:
        read_header(path, path.name)
    except EocError:
        return (time.perf_counter() - start) * 1000
    return None


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, pixels: bytes, extra: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rest = extra + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + rest


def _with_frame(jpeg: bytes, width: int, height: int) -> bytes:
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def _scans(count: int) -> bytes:
    """Return a progressive frame of 8000 × 8000 with very many empty scans."""
    jpeg = encode(scene(64, 48), "jpeg", progressive=True)
    at, scan = jpeg.index(b"\xff\xc2") + 5, jpeg.index(b"\xff\xda")
    head = jpeg[:at] + struct.pack(">HH", 8000, 8000) + jpeg[at + 4 : scan]
    return head + b"\xff\xda\x00\x08\x01\x01\x00\x01\x05\x00\x00" * count + b"\xff\xd9"


def _webp(kind: bytes, data: bytes, times: int = 1) -> bytes:
    body = b"WEBP" + (kind + struct.pack("<I", len(data)) + data) * times
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _with_size(bmff: bytes, width: int, height: int) -> bytes:
    at = bmff.index(b"ispe") + 8
    return bmff[:at] + struct.pack(">II", width, height) + bmff[at + 8 :]


def _locations() -> bytes:
    """Return a HEIC whose ``iloc`` names 65,535 parts of no width for each of its items."""
    items = b"".join(struct.pack(">HHHH", 1, 0, 0, 65_535)[2:] for _ in range(65_535))
    iloc = b"\x00" * 6 + struct.pack(">H", 65_535) + items
    pitm, iinf = b"\x00" * 4 + b"\x00\x01", b"\x00" * 6
    boxes = b"".join(
        struct.pack(">I4s", len(data) + 8, kind) + data
        for kind, data in ((b"pitm", pitm), (b"iinf", iinf), (b"iloc", iloc), (b"iprp", b""))
    )
    meta = struct.pack(">I4sI", len(boxes) + 12, b"meta", 0) + boxes
    return struct.pack(">I4s4sI", 16, b"ftyp", b"heic", 0) + meta


if __name__ == "__main__":
    print(json.dumps(read_all(Path(sys.argv[1]), int(sys.argv[2]))))
