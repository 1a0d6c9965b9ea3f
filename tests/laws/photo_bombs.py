"""Law ``bombs``, at the header reader itself: files made to cost seconds or gigabytes are refused from a few bytes.

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


def run() -> dict[str, Any]:
    """Read every bomb once; return the figures.

    Returns:
        bombs, taken (names let in: none when the law holds), slowest_ms, slowest,
        memory_mb (growth of the largest resident size).
    """
    with tempfile.TemporaryDirectory(prefix="eoc-bombs-") as folder:
        for name, data in bombs().items():
            (Path(folder) / name).write_bytes(data)
        with (Path(folder) / "sparse.jpg").open("wb") as file:
            file.write(encode(scene(), "jpeg"))
            file.truncate(200_000_000)
        command = [sys.executable, "-m", "tests.laws.photo_bombs", folder]
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


def read_all(folder: Path) -> dict[str, Any]:
    """Read the header of every file; return the figures of :func:`run`."""
    from dashboard.errors import EocError
    from dashboard.media.photo import read_header

    Path("/proc/self/clear_refs").write_text("5")  # the peak of the imports is not the bombs'
    before, taken, times = _peak_mb(), [], {}
    for path in sorted(folder.iterdir()):
        start = time.perf_counter()
        try:
            read_header(path, path.name)
            taken.append(path.name)
        except EocError:
            times[path.name] = (time.perf_counter() - start) * 1000
    slowest = max(times, key=lambda name: times[name])
    return {
        "bombs": len(times) + len(taken),
        "taken": taken,
        "slowest_ms": round(times[slowest], 1),
        "slowest": slowest,
        "memory_mb": round(_peak_mb() - before, 1),
    }


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
    print(json.dumps(read_all(Path(sys.argv[1]))))
