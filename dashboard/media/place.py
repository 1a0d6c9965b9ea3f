"""Where a photo was taken and which way it looks: EXIF and drone XMP to checked values."""

from __future__ import annotations

import math
import re

from dashboard.media.tiff import Tags, Value, number, text

DEFAULT_UNCERTAINTY_M = 20.0  # a phone in the open; the tag that says it is rare
METRES_PER_DOP = 5.0
LOWEST_M, HIGHEST_M = -500.0, 20_000.0
GIMBAL_YAW = re.compile(rb"GimbalYawDegree(?:=\"|>)\s*([+-]?\d{1,4}(?:\.\d{1,6})?)\s*[\"<]")

Position = dict[str, object]


def read_place(tags: Tags) -> tuple[Position | None, str | None, tuple[str, ...]]:
    """Return (place, reason, oddities): a place in degrees EPSG:4326, or why there is none.

    Reasons: no_gps, no_coordinates, missing_ref, malformed, out_of_range, zero_zero.
    """
    if tags.gps is None:
        return None, "no_gps", ()
    if not tags.gps:
        return None, "malformed" if "gps_ifd_unreadable" in tags.odd else "no_coordinates", ()
    lon = _degrees(tags.gps, "lon", "EW", 180)
    lat = _degrees(tags.gps, "lat", "NS", 90)
    for value in (lat, lon):
        if isinstance(value, str):
            return None, value, ()
    if abs(float(lat)) < 1e-9 and abs(float(lon)) < 1e-9:
        return None, "zero_zero", ()  # pickers and receivers without a fix leave 0,0
    altitude_m, odd = _altitude(tags.gps)
    place: Position = {"lon": lon, "lat": lat, "method": "exif"}
    place["uncertainty_m"] = _uncertainty(tags.gps)
    place["altitude_m"] = altitude_m
    return place, None, odd


def read_direction(tags: Tags, xmp: bytes) -> tuple[float | None, str | None]:
    """Return (degrees clockwise 0–360, 'true' or 'magnetic'); the drone's gimbal goes first."""
    if yaw := GIMBAL_YAW.search(xmp):
        return round(float(yaw[1]) % 360, 4), "true"
    gps = tags.gps or {}
    degrees = number(gps.get("direction"))
    if not (math.isfinite(degrees) and 0 <= degrees <= 360):
        return None, None
    reference = text(gps.get("direction_ref")).upper()
    return round(degrees, 4), "magnetic" if reference == "M" else "true"


def _degrees(gps: dict[str, Value], axis: str, letters: str, limit: int) -> float | str:
    """Return signed degrees, or the reason why there are none."""
    value, reference = gps.get(axis), text(gps.get(f"{axis}_ref")).upper()
    if value is None:
        return "no_coordinates"
    if not isinstance(value, tuple) or not 1 <= len(value) <= 3:
        return "malformed"
    if not all(math.isfinite(part) and part >= 0 for part in value):
        return "malformed"
    if reference not in set(letters):
        return "missing_ref"
    degrees = math.fsum(part / (1, 60, 3600)[i] for i, part in enumerate(value))
    if degrees > limit:
        return "out_of_range"
    return round(-degrees if reference in "SW" else degrees, 8)


def _altitude(gps: dict[str, Value]) -> tuple[float | None, tuple[str, ...]]:
    metres = number(gps.get("altitude"))
    if not math.isfinite(metres):
        return None, ()
    if number(gps.get("altitude_ref")) == 1:
        metres = -metres
    if not LOWEST_M <= metres <= HIGHEST_M:
        return None, ("altitude_absurd",)
    return round(metres, 3), ()


def _uncertainty(gps: dict[str, Value]) -> float:
    error_m, dop = number(gps.get("error_m")), number(gps.get("dop"))
    if math.isfinite(error_m) and 0 < error_m <= 100_000:
        return round(error_m, 1)
    if math.isfinite(dop) and 0 < dop <= 100:
        return round(dop * METRES_PER_DOP, 1)
    return DEFAULT_UNCERTAINTY_M
