"""Positions out of EXIF: right, or none with the reason; broken values never raise."""

from __future__ import annotations

import math
import struct

import pytest

from dashboard.media import tiff
from dashboard.media.photo import read_header
from dashboard.media.place import read_direction, read_place
from tests.pictures import BIEI, FORMATS, exif, photo

NAN = math.nan


def gps(**changes):
    """Return tags of a good position with some of them changed; None takes one out."""
    good = {"lat_ref": "N", "lat": (43.0, 35.0, 18.0), "lon_ref": "E", "lon": (142.0, 28.0, 1.2)}
    return tiff.Tags(gps={k: v for k, v in (good | changes).items() if v is not None})


@pytest.mark.parametrize("kind", FORMATS)
def test_a_position_is_read_from_every_format(tmp_path, kind):
    facts = read_header(photo(tmp_path, kind, exif(gps=BIEI | {5: b"\x00", 6: 251.5})))
    assert facts.place == {
        "lon": pytest.approx(142.467, abs=1e-7),
        "lat": pytest.approx(43.588333, abs=1e-6),
        "method": "exif",
        "uncertainty_m": 20.0,
        "altitude_m": 251.5,
    }
    assert facts.no_place_reason is None
    assert (facts.width, facts.height) == (320, 240)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lat": (0.0, 0.0, 0.0), "lon": (0.0, 0.0, 0.0)}, "zero_zero"),
        ({"lat": (213.0, 38.0, 24.0)}, "out_of_range"),
        ({"lon": (180.0, 0.0, 0.1)}, "out_of_range"),
        ({"lat_ref": None}, "missing_ref"),
        ({"lon_ref": "\x00"}, "missing_ref"),
        ({"lon_ref": "N"}, "missing_ref"),
        ({"lat": None}, "no_coordinates"),
        ({"lat": (43.0, NAN, 0.0)}, "malformed"),
        ({"lat": (43.0, -5.0, 0.0)}, "malformed"),
        ({"lat": "43 35 18"}, "malformed"),
        ({"lat": (43.0, 35.0, 18.0, 1.0)}, "malformed"),
    ],
)
def test_a_position_that_cannot_be_is_none_with_its_reason(changes, reason):
    assert read_place(gps(**changes))[:2] == (None, reason)


def test_a_photo_without_gps_says_so(tmp_path):
    assert read_header(photo(tmp_path)).no_place_reason == "no_gps"
    assert read_header(photo(tmp_path, packet=exif(gps={}))).no_place_reason in (
        "no_gps",
        "no_coordinates",
    )


@pytest.mark.parametrize(
    ("letters", "lat", "lon"), [("NE", 43.5, 142.25), ("SW", -43.5, -142.25), ("se", -43.5, 142.25)]
)
def test_references_give_the_sign(letters, lat, lon):
    place, _, _ = read_place(
        gps(lat=(43.5,), lon=(142.0, 15.0), lat_ref=letters[0], lon_ref=letters[1] + "\x00")
    )
    assert (place["lat"], place["lon"]) == (lat, lon)


@pytest.mark.parametrize(
    ("metres", "ref", "expected", "odd"),
    [
        (8.5, b"\x01", -8.5, ()),
        (8.5, (1.0,), -8.5, ()),
        (2077.0, None, 2077.0, ()),
        (4294967284.0, b"\x00", None, ("altitude_absurd",)),
        (NAN, b"\x00", None, ()),
    ],
)
def test_an_absurd_altitude_is_dropped_and_the_position_stays(metres, ref, expected, odd):
    place, reason, marks = read_place(gps(altitude=(metres,), altitude_ref=ref))
    assert (place["altitude_m"], reason, marks) == (expected, None, odd)


@pytest.mark.parametrize(
    ("changes", "metres"),
    [
        ({}, 20.0),
        ({"error_m": (14.28,)}, 14.3),
        ({"dop": (4.6,)}, 23.0),
        ({"error_m": (0.0,)}, 20.0),
    ],
)
def test_every_position_says_how_far_it_may_be_off(changes, metres):
    place, _, _ = read_place(gps(**changes))
    assert (place["method"], place["uncertainty_m"]) == ("exif", metres)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"direction": (56.0,), "direction_ref": "M"}, (56.0, "magnetic")),
        ({"direction": (101.3113,), "direction_ref": "T"}, (101.3113, "true")),
        ({"direction": (360.0,)}, (360.0, "true")),
        ({"direction": (361.0,), "direction_ref": "T"}, (None, None)),
        ({"direction": (NAN,), "direction_ref": "T"}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_a_direction_keeps_its_reference(changes, expected):
    assert read_direction(gps(**changes), b"") == expected


@pytest.mark.parametrize(
    "xmp",
    [
        b'<x drone-dji:GimbalYawDegree="-127.10" drone-dji:FlightYawDegree="-97.00"/>',
        b"<drone-dji:GimbalYawDegree>-127.1</drone-dji:GimbalYawDegree>",
    ],
)
def test_the_gimbal_of_a_drone_says_the_direction(xmp):
    assert read_direction(gps(direction=(10.0,)), xmp) == (232.9, "true")
    assert read_direction(gps(), b'GimbalYawDegree="999999999999"') == (None, None)


def test_a_zero_denominator_is_no_position():
    packet = struct.pack(
        "<2sHIH HHII I H HHII HHII HHII HHII I 6I",
        *(b"II", 42, 8, 1, tiff.GPS_IFD, 4, 1, 26, 0),
        *(4, 1, 2, 2, 0x4E, 2, 5, 3, 80, 3, 2, 2, 0x45, 4, 5, 3, 80, 0),
        *(43, 1, 35, 0, 18, 1),
    )
    tags = tiff.read(packet)
    assert tags.gps is not None
    assert math.isnan(tags.gps["lat"][1])
    assert read_place(tags)[:2] == (None, "malformed")


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_cut_or_scrambled_packet_never_raises(cut):
    packet = exif({0x10F: "Maker"}, {0x9003: "2016:08:23 05:40:00"}, BIEI).removeprefix(
        b"Exif\x00\x00"
    )
    for broken in (packet[:cut], packet[:cut] + b"\xff" * 40 + packet[cut + 40 :]):
        place, reason, _ = read_place(tiff.read(broken))
        assert (place is None) == (reason is not None)


def test_markup_in_tags_stays_text_of_bounded_length(tmp_path):
    facts = read_header(
        photo(tmp_path, packet=exif({0x10F: "<b>x</b>", 0x110: "m" * 5000 + "\r\n\x1b[0m"}))
    )
    assert facts.maker == "<b>x</b>"
    assert facts.model is None or len(facts.model) <= 200
