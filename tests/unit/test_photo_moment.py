"""When a photo was taken: the camera's offset, else the satellites, else the default zone."""

from __future__ import annotations

import math

import pytest

from dashboard.clock import iso
from dashboard.media.moment import read_moment
from dashboard.media.photo import read_header
from dashboard.media.tiff import Tags
from tests.pictures import BIEI, exif, photo

TAKEN = "2016:08:23 05:40:00"
SATELLITE = {"date": "2016:08:22", "time": (20.0, 40.0, 3.5)}


def moment(exif=None, gps=None, fixed=True, zone="Asia/Tokyo"):
    us, source, odd = read_moment(Tags(exif=exif or {}, gps=gps), zone, fixed)
    return (None if us is None else iso(us)), source, odd


def test_a_time_without_zone_is_read_in_the_towns_zone():
    assert moment({"taken": TAKEN}) == ("2016-08-22T20:40:00.000Z", "default", ())
    assert moment({"taken": TAKEN}, zone="UTC")[0] == "2016-08-23T05:40:00.000Z"


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ("+09:00", "2016-08-22T20:40:00.000Z"),
        ("-05:30", "2016-08-23T11:10:00.000Z"),
        ("+0300", "2016-08-23T02:40:00.000Z"),
        ("Z", "2016-08-23T05:40:00.000Z"),
    ],
)
def test_the_offset_of_the_camera_goes_first(offset, expected):
    for tag in ("offset_taken", "offset_digitized", "offset"):
        assert moment({"taken": TAKEN, tag: offset}, SATELLITE)[:2] == (expected, "offset")


@pytest.mark.parametrize("offset", ["", "+25:00", "+09:99", "JST", "   :  "])
def test_an_offset_that_cannot_be_is_no_offset(offset):
    assert moment({"taken": TAKEN, "offset": offset})[1] == "default"


def test_satellite_time_is_taken_when_the_camera_gives_no_zone():
    assert moment({"taken": TAKEN}, SATELLITE) == ("2016-08-22T20:40:03.500Z", "gps", ())
    assert moment({}, SATELLITE)[1] == "gps"


def test_a_receiver_without_a_fix_is_not_believed_about_time():
    assert moment({"taken": TAKEN}, SATELLITE, fixed=False)[1] == "default"


@pytest.mark.parametrize(
    ("gps", "mark"),
    [
        ({"date": "2014:09:259", "time": (13.0, 5.0, 12.0)}, "gps_date_malformed"),
        ({"date": "2014:13:40", "time": (13.0, 5.0, 12.0)}, "gps_time_malformed"),
        ({"date": "2016:08:22", "time": (math.nan, 0.0, 0.0)}, "gps_time_malformed"),
        ({"date": "2016:08:22", "time": (99.0, 0.0, 0.0)}, "gps_time_malformed"),
    ],
)
def test_a_broken_satellite_time_is_marked_and_the_camera_decides(gps, mark):
    assert moment({"taken": TAKEN}, gps)[1:] == ("default", (mark,))


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "2016:02:31 00:00:00", "yesterday"])
def test_a_time_that_cannot_be_is_none(taken):
    assert moment({"taken": taken}) == (None, None, ("time_malformed",))


def test_the_time_of_digitizing_stands_in():
    assert moment({"digitized": "2016-08-23T05:40:00", "subsecond": "25"})[0] == (
        "2016-08-22T20:40:00.250Z"
    )


def test_facts_carry_the_time_as_microseconds_and_as_text(tmp_path):
    packet = exif(taken={0x9003: TAKEN, 0x9011: "+09:00", 0x9291: "123456"}, gps=BIEI)
    facts = read_header(photo(tmp_path, packet=packet))
    assert facts.taken_us == 1471898400_123456
    assert facts.as_body()["taken_at"] == "2016-08-22T20:40:00.123Z"
    assert facts.taken_zone == "offset"
