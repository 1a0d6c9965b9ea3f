"""When a photo was taken, in UTC, and where its zone comes from."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dashboard.clock import to_us
from dashboard.media.tiff import Tags, Value, text

WHEN = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")
DAY = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)$")
OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")
OFFSETS = ("offset_taken", "offset_digitized", "offset")
FIRST_YEAR = 1990  # cameras without a clock say 1970 or 1980

Moment = tuple[int | None, str | None, tuple[str, ...]]


def read_moment(tags: Tags, default_zone: str, fixed: bool) -> Moment:
    """Return (µs UTC, 'offset' | 'gps' | 'default', oddities); None when there is no time.

    ``fixed``: the receiver had a position; without a fix its clock is not believed.
    """
    local, odd = _local(tags.exif)
    if local is not None and (zone := _offset(tags.exif)) is not None:
        return to_us(local.replace(tzinfo=zone)), "offset", odd
    satellite, gps_odd = _satellite(tags.gps or {})
    odd += gps_odd
    if satellite is not None and fixed:
        return to_us(satellite), "gps", odd
    if local is None:
        return None, None, odd
    return to_us(local.replace(tzinfo=ZoneInfo(default_zone))), "default", odd


def _local(exif: dict[str, Value]) -> tuple[datetime | None, tuple[str, ...]]:
    """Return the camera's own time, without a zone."""
    for name in ("taken", "digitized"):
        said = text(exif.get(name))
        found = WHEN.match(said)
        if found is None:
            continue
        moment = _datetime([int(part) for part in found.groups()])
        if moment is not None:
            fraction = re.match(r"\d{1,6}", text(exif.get("subsecond")))
            micros = int(fraction[0].ljust(6, "0")) if fraction else 0
            return moment.replace(microsecond=micros), ()
    return None, ("time_malformed",) if text(exif.get("taken")) else ()


def _offset(exif: dict[str, Value]) -> timezone | None:
    for name in OFFSETS:
        said = text(exif.get(name))
        found = OFFSET.match(said)
        if said == "Z":
            return timezone(timedelta())
        if found and int(found[2]) <= 14 and int(found[3]) < 60:
            minutes = int(found[2]) * 60 + int(found[3])
            return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    return None


def _satellite(gps: dict[str, Value]) -> tuple[datetime | None, tuple[str, ...]]:
    """Return the receiver's UTC time, from its date and time of day."""
    said, clock = text(gps.get("date")), gps.get("time")
    found = DAY.match(said)
    if said and found is None:
        return None, ("gps_date_malformed",)
    if found is None or not isinstance(clock, tuple) or len(clock) != 3:
        return None, ()
    seconds = clock[0] * 3600 + clock[1] * 60 + clock[2]
    day = _datetime([int(part) for part in found.groups()])
    if day is None or not math.isfinite(seconds) or not 0 <= seconds <= 86_400:
        return None, ("gps_time_malformed",)
    return day.replace(tzinfo=UTC) + timedelta(seconds=seconds), ()


def _datetime(parts: list[int]) -> datetime | None:
    try:
        moment = datetime(*parts)  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None
    return moment if FIRST_YEAR <= moment.year < 9999 else None
