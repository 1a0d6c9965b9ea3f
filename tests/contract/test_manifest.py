"""Real photos: every row of the manifest is read as an independent tool read it, or refused.

``expected_*`` come from the manifest. Where its note says that the values are raw, the
position must be missing, with a reason (the altitude row keeps its position).
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.clock import to_datetime
from dashboard.errors import BrokenMedia, EocError, TooLarge, UnsupportedMedia
from dashboard.media.photo import PhotoFacts, read_header
from dashboard.media.variants import render
from tests.conftest import SHARED

MEDIA = SHARED / "media"
NOT_PHOTOS = {"srt", "video_plain", "video_telemetry"}
ROUGHLY = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d) (\d\d):(\d\d):(\d\d(?:\.\d+)?)")

# file → (class, reason): damaged or too large by the note, or by what the tool said
REFUSED: dict[str, tuple[type[EocError], str]] = {
    "heic/200MP.heic": (TooLarge, "too_many_pixels"),
    "heic/truncated.heic": (BrokenMedia, "truncated"),
    "heic/empty.heic": (BrokenMedia, "empty"),
    "corrupt/truncated_jpeg.jpg": (BrokenMedia, "truncated"),
    "corrupt/exiv2-bug1247.jpg": (BrokenMedia, "truncated"),
    "corrupt/decompression_bomb.gif": (UnsupportedMedia, "unsupported_type"),
    "corrupt/17000x17000.avif": (TooLarge, "too_many_pixels"),
    "crafted/png_bomb_30000.png": (TooLarge, "too_many_pixels"),
    # no picture data follows its last header; position and time are still read and told
    "photo_gps/ultrahdr.jpg": (BrokenMedia, "truncated"),
}
NO_PLACE = {
    "bad_gps/buggy_panorama.jpg": "out_of_range",
    "bad_gps/image-2011.jpg": "zero_zero",
    "bad_gps/empty_gps.jpg": "malformed",
    "bad_gps/Issue_308.jpg": "zero_zero",
    "bad_gps/empty_gps_ifd.jpg": "no_coordinates",
    "bad_gps/exif_gps_typeerror.jpg": "malformed",
    "bad_gps/Nikon_D5000.jpg": "malformed",
    "corrupt/broken1.jpg": "malformed",
    "crafted/picker_zeroed_gps.jpg": "zero_zero",
    "crafted/no_ref_south.jpg": "missing_ref",
}
# a receiver without a fix, or with a malformed date, is not believed about the time
NOT_BY_SATELLITE = {"photo_gps/Apple_iPhone_6.jpg", "bad_gps/Issue_308.jpg", "corrupt/broken1.jpg"}
ODD = {
    "crafted/jpeg_zip_polyglot.jpg": "trailing_zip",
    "bad_gps/altitude.jpg": "altitude_absurd",
    "photo_gps/Apple_iPhone_6.jpg": "gps_date_malformed",
    "drone_photo/H20T_DJI_0001_R.JPG": "trailing_image",
}
UPRIGHT = {  # from the decoded pictures, looked at
    "heic/iphone_7.heic": (3024, 4032),
    "heic/iphone_15_pro.heic": (3024, 4032),
    "heic/IMG_2682.heic": (4032, 3024),
    "heic/IMG_5195.HEIC": (2566, 3313),
    "orientation/Landscape_1.jpg": (1800, 1200),
    "orientation/Landscape_3.jpg": (1800, 1200),
    "orientation/Landscape_6.jpg": (1800, 1200),
    "orientation/Landscape_8.jpg": (1800, 1200),
    "orientation/Portrait_5.jpg": (1200, 1800),
}


def rows() -> list[dict[str, str]]:
    manifest = MEDIA / "manifest.csv"
    if not manifest.exists():
        return []
    with manifest.open(newline="") as file:
        return [r for r in csv.DictReader(file) if r["file"].split("/")[0] not in NOT_PHOTOS]


ROWS = rows()
READABLE = [r for r in ROWS if r["file"] not in REFUSED or r["file"] == "photo_gps/ultrahdr.jpg"]
each = pytest.mark.parametrize("row", ROWS, ids=[r["file"] for r in ROWS])
each_readable = pytest.mark.parametrize("row", READABLE, ids=[r["file"] for r in READABLE])


def facts_of(row: dict[str, str]) -> dict[str, Any]:
    """Return what is known of a row's header, also when the file is refused as cut."""
    path = MEDIA / row["file"]
    try:
        return read_header(path, path.name).as_body()
    except EocError as error:
        return dict(error.detail["header"])


def test_the_manifest_is_here_and_every_special_row_is_in_it(shared: Path) -> None:
    names = {row["file"] for row in ROWS}
    assert len(names) >= 50
    assert {*REFUSED, *NO_PLACE, *ODD, *UPRIGHT, *NOT_BY_SATELLITE} <= names


@each
def test_hostile_files_are_refused_and_all_others_taken(row: dict[str, str]) -> None:
    path = MEDIA / row["file"]
    expected = REFUSED.get(row["file"])
    if expected is None:
        assert isinstance(read_header(path, path.name), PhotoFacts)
        return
    with pytest.raises(EocError) as caught:
        read_header(path, path.name)
    assert (type(caught.value), caught.value.detail["reason"]) == expected


@each_readable
def test_positions_are_as_the_manifest_says(row: dict[str, str]) -> None:
    facts, place = facts_of(row), facts_of(row)["place"]
    raw = row["file"] in NO_PLACE or not (row["expected_lat"] and row["expected_lon"])
    if raw:
        assert place is None
        assert facts["no_place_reason"] == NO_PLACE.get(row["file"], "no_gps")
        return
    assert place["lat"] == pytest.approx(float(row["expected_lat"]), abs=1e-5)
    assert place["lon"] == pytest.approx(float(row["expected_lon"]), abs=1e-5)
    assert place["method"] == "exif"
    assert place["uncertainty_m"] > 0
    metres = re.match(r"-?[\d.]+", row["expected_alt"])
    if metres and row["file"] != "bad_gps/altitude.jpg":
        assert place["altitude_m"] == pytest.approx(float(metres[0]), abs=0.01)


@each_readable
def test_times_are_as_the_manifest_says(row: dict[str, str]) -> None:
    expected, source = expected_time(row)
    facts = facts_of(row)
    assert facts["taken_zone"] == source
    if expected is None:
        assert facts["taken_at"] is None
        return
    taken = datetime.fromisoformat(facts["taken_at"])
    assert abs(taken - expected) < timedelta(seconds=1)


@each_readable
def test_directions_are_as_the_manifest_says(row: dict[str, str]) -> None:
    facts, said = facts_of(row), row["expected_direction"]
    gimbal = re.match(r"gimbal yaw (-?[\d.]+)", said)
    degrees = re.match(r"([\d.]+)(?: \(([TM])\))?$", said)
    if gimbal:
        expected: tuple[Any, Any] = (float(gimbal[1]) % 360, "true")
    elif degrees:
        expected = (float(degrees[1]), "magnetic" if degrees[2] == "M" else "true")
    else:
        expected = (None, None)
    assert (facts["direction_deg"], facts["direction_ref"]) == (
        pytest.approx(expected[0], abs=1e-3) if said else None,
        expected[1],
    )


@each_readable
def test_orientations_and_oddities_are_as_the_manifest_says(row: dict[str, str]) -> None:
    facts = facts_of(row)
    assert facts["orientation"] == int((row["orientation"] or "1").split()[0])
    if row["file"] in UPRIGHT:
        assert (facts["width"], facts["height"]) == UPRIGHT[row["file"]]
    if row["file"] in ODD:
        assert ODD[row["file"]] in facts["odd"]


@pytest.mark.parametrize("file", sorted(UPRIGHT))
def test_variants_of_turned_photos_stand_as_they_should(shared: Path, file: str) -> None:
    (small,) = render(shared / "media" / file, sizes=(320,))
    width, height = UPRIGHT[file]
    assert (small.width > small.height) == (width > height)
    assert small.width / small.height == pytest.approx(width / height, rel=0.01)


def expected_time(row: dict[str, str]) -> tuple[datetime | None, str | None]:
    """Return the moment by our rule: offset, else satellites with a fix, else Asia/Tokyo."""
    camera, _, satellite = row["expected_datetime"].partition(" | GPS UTC ")
    local = parsed(camera)
    if local and row["expected_timezone"]:
        return datetime.fromisoformat(f"{local.isoformat()}{row['expected_timezone']}"), "offset"
    by_gps = None if row["file"] in NOT_BY_SATELLITE else parsed(satellite)
    if by_gps:
        return by_gps.replace(tzinfo=UTC), "gps"
    if local:
        return local.replace(tzinfo=ZoneInfo("Asia/Tokyo")), "default"
    return None, None


def parsed(text: str) -> datetime | None:
    found = ROUGHLY.match(text)
    if found is None:
        return None
    whole = [int(part) for part in found.groups()[:5]]
    return datetime(*whole) + timedelta(seconds=float(found[6]))  # noqa: DTZ001


def test_the_reader_of_expected_times_knows_the_manifests_forms() -> None:
    assert parsed("2020-06-23 15:17:15") == to_datetime(1592925435_000000).replace(tzinfo=None)
    assert parsed("") is None
