"""Bench ``exif``: photos/s with position and time read, ours against a resident exiftool.

Real photos where the shared test input is there, drawn ones elsewhere. Every position and
time is compared: one disagreement fails the row whatever the speed.
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.clock import to_us
from dashboard.errors import EocError
from dashboard.media.photo import PhotoFacts, read_header
from tests.conftest import SHARED
from tests.pictures import BIEI, encode, exif, scene

NAME, UNIT, BAR = "exif", "photos/s", "≥ 5 × resident exiftool, 0 disagreements"
ROUNDS, WANTED_RATIO = 5, 5.0
FOLDERS = ("photo_gps", "heic", "bad_gps", "drone_photo", "orientation")
ASKED = (
    "-Composite:GPSLatitude", "-Composite:GPSLongitude", "-Composite:GPSDateTime",
    "-ExifIFD:DateTimeOriginal", "-ExifIFD:CreateDate", "-ExifIFD:OffsetTimeOriginal",
    "-ExifIFD:OffsetTime", "-ExifIFD:OffsetTimeDigitized",
)  # fmt: skip
WHEN = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d+)?Z?$")


class Resident:
    """One exiftool that stays open: its start is not measured."""

    def __init__(self) -> None:
        command = ["exiftool", "-stay_open", "True", "-@", "-"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def read(self, path: Path) -> dict[str, Any]:
        """Return the tags asked for, as numbers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        lines = ("-j", "-n", *ASKED, str(path), "-execute", "")
        self.process.stdin.write("\n".join(lines).encode())
        self.process.stdin.flush()
        answer = b""
        while not answer.endswith(b"{ready}\n"):
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"exiftool ended while reading {path.name}")
            answer += line
        found: dict[str, Any] = json.loads(answer.removesuffix(b"{ready}\n"))[0]
        return found

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"-stay_open\nFalse\n")
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def run() -> dict[str, Any]:
    """Return ours, reference (photos/s, medians of interleaved rounds), ratio, pass, note."""
    if shutil.which("exiftool") is None:
        return _row(0.0, 0.0, ["exiftool is not installed (libimage-exiftool-perl)"], 0)
    with tempfile.TemporaryDirectory(prefix="eoc-exif-") as folder:
        photos = _photos(Path(folder))
        resident = Resident()
        try:
            wrong = [p.name for p in photos if not _agree(read_header(p), resident.read(p))]
            rounds = [
                (_rate(read_header, photos), _rate(resident.read, photos)) for _ in range(ROUNDS)
            ]
        finally:
            resident.close()
    ours, reference = (statistics.median(side) for side in zip(*rounds, strict=True))
    return _row(ours, reference, wrong, len(photos))


def _row(ours: float, reference: float, wrong: list[str], count: int) -> dict[str, Any]:
    ratio = ours / reference if reference else 0.0
    return {
        "ours": round(ours, 1),
        "reference": round(reference, 1),
        "ratio": round(ratio, 2),
        "pass": not wrong and ratio >= WANTED_RATIO,
        "note": f"{count} photos, {len(wrong)} disagreements {wrong or ''}".strip(),
    }


def _rate(read: Any, photos: list[Path]) -> float:
    start = time.perf_counter()
    for path in photos:
        read(path)
    return len(photos) / (time.perf_counter() - start)


def _photos(folder: Path) -> list[Path]:
    """Return real photos that are taken in, or twenty drawn ones of 12 million pixels."""
    real = [p for name in FOLDERS for p in sorted((SHARED / "media" / name).glob("*")) if _taken(p)]
    if real:
        return real
    data = encode(scene(4000, 3000), "jpeg", exif(taken={0x9003: "2016:08:23 05:40:00"}, gps=BIEI))
    drawn = [folder / f"{n}.jpg" for n in range(20)]
    for path in drawn:
        path.write_bytes(data)
    return drawn


def _taken(path: Path) -> bool:
    try:
        read_header(path)
    except EocError:
        return False
    return True


def _agree(facts: PhotoFacts, tags: dict[str, Any]) -> bool:
    place = _position(tags)
    if (place is None) != (facts.place is None):
        return False
    if place and facts.place:
        pairs = zip(place, (facts.place["lon"], facts.place["lat"]), strict=True)
        if any(abs(float(a) - float(str(b))) > 1e-5 for a, b in pairs):
            return False
    taken = _time(tags, fixed=place is not None)
    if taken is None or facts.taken_us is None:
        return taken is None and facts.taken_us is None
    return abs(to_us(taken) - facts.taken_us) < 1_000_000


def _position(tags: dict[str, Any]) -> tuple[float, float] | None:
    """Return (lon, lat) by exiftool, with our rule that 0,0 and out of range are none."""
    lon, lat = tags.get("GPSLongitude"), tags.get("GPSLatitude")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        return None
    within = abs(lon) <= 180 and abs(lat) <= 90
    return (lon, lat) if within and (lon, lat) != (0, 0) else None


def _time(tags: dict[str, Any], fixed: bool) -> datetime | None:
    """Return the moment by exiftool's values and our rule: offset, satellites, Asia/Tokyo."""
    local = _parse(tags.get("DateTimeOriginal")) or _parse(tags.get("CreateDate"))
    names = ("OffsetTimeOriginal", "OffsetTimeDigitized", "OffsetTime")
    offset = next((tags[n] for n in names if n in tags), None)
    if local and offset:
        return datetime.fromisoformat(f"{local.isoformat()}{offset}")
    satellite = _parse(tags.get("GPSDateTime"))
    if satellite and fixed:
        return satellite.replace(tzinfo=UTC)
    return local.replace(tzinfo=ZoneInfo("Asia/Tokyo")) if local else None


def _parse(text: Any) -> datetime | None:
    found = WHEN.match(str(text))
    if found is None:
        return None
    return datetime(*(int(part) for part in found.groups())) + timedelta()  # noqa: DTZ001
