"""Coordinates in any notation: read in one way, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.notation import parse_degrees, parse_lonlat

LAT, LON = 43 + 35 / 60 + 18 / 3600, 142 + 28 / 60 + 1.5 / 3600
NEAR = 1e-9


@pytest.mark.parametrize(
    "text",
    [
        "43度35分18秒", "43°35′18.0″", "４３度３５分１８秒", "43°35'18\"", "43゜35’18”",
        "43º35′18″",
        "北緯43度35分18秒", "北緯４３度３５分１８．０秒", "N43°35′18″", "43°35′18″N", "43-35-18",
        "43:35:18.0", "緯度 43:35:18", "43 度 35 分 18 秒", "Ｎ４３−３５−１８", "43°35'18''",
        "43°35.3′", "lat=43.588333333333", "43.588333333333°", "+43.588333333333",
        "43.588333333333度",
    ],
)  # fmt: skip
def test_a_latitude_is_read_in_every_notation(text):
    assert parse_degrees(text) == pytest.approx(LAT, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "", "美瑛町", "4335.3", "433518", "4335", "43度60分", "43度35分60秒", "43.5度35分", "-43N",
        "S+43", "N142.4", "北緯91度", "181", "N43E", "北緯43S", "43,5883", "nan", "inf",
        "1e2", "43-35",
        "--43",
        "43°35'18\"142", "=43", "43" * 200, "４３．５．３",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_or_none_is_not_read(text):
    assert parse_degrees(text) is None


def test_south_and_west_are_negative():
    assert parse_degrees("南緯35度") == -35
    assert parse_degrees("58.5W") == -58.5
    assert parse_degrees("-35.5") == -35.5
    assert parse_degrees("−35.5") == -35.5  # U+2212, as word processors write it


@pytest.mark.parametrize(
    "text",
    [
        "43.588333333333, 142.467083333333",
        "142.467083333333 43.588333333333",
        "(43.588333333333,142.467083333333)",
        "geo:43.588333333333,142.467083333333",
        "北緯43度35分18秒、東経142度28分1.5秒",
        "東経142度28分1.5秒 北緯43度35分18秒",
        "北緯43度35分18秒東経142度28分1.5秒",
        "N43°35′18″ E142°28′1.5″",
        "43°35'18\"N142°28'1.5\"E",
        "43°35′18″ 142°28′1.5″",
        "緯度：４３．５８８３３３３３３３３３　経度：１４２．４６７０８３３３３３３３",
        "lat=43.588333333333 lon=142.467083333333",
        "43-35-18 142-28-01.5",
        "43-35-18/142-28-01.5",
    ],
)
def test_a_pair_is_read_in_either_order(text):
    assert parse_lonlat(text) == pytest.approx((LON, LAT), abs=NEAR)


def test_minutes_are_not_taken_for_the_seconds_of_the_neighbour():
    assert parse_lonlat("43°35' 142°28'") == pytest.approx((142 + 28 / 60, 43 + 35 / 60))
    assert parse_lonlat("43°35'142°28'") == pytest.approx((142 + 28 / 60, 43 + 35 / 60))


@pytest.mark.parametrize(
    "text",
    [
        "", "43.5", "43.58142", "12.5, 45.5", "N43.5 N142.4", "N43.5, 42.5N", "43.5 142.4 7",
        "43.5,,142.4", "0,0", "200, 43", "142.4 143.2", "45°", "道道966号",
    ],
)  # fmt: skip
def test_a_doubtful_pair_is_not_read(text):
    assert parse_lonlat(text) is None


def test_a_hemisphere_on_one_of_the_two_decides_both():
    assert parse_lonlat("12.5N, 45.5") == (45.5, 12.5)
    assert parse_lonlat("45.5, 12.5N") == (45.5, 12.5)
    assert parse_lonlat("43.5, 東経142.4") == (142.4, 43.5)


def test_outside_japan_the_range_of_the_earth_decides():
    assert parse_lonlat("-33.9, 151.2") == (151.2, -33.9)
    assert parse_lonlat("-122.4 37.7") == (-122.4, 37.7)


WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
SECONDS = st.integers(0, 180 * 36000)  # tenths of a second of arc


@given(
    SECONDS, st.sampled_from(["{}度{}分{}秒", "{}°{}′{}″", "{}-{}-{}", "{}:{}:{}"]), st.booleans()
)
def test_degrees_written_are_degrees_read(tenths, form, wide):
    minutes, rest = divmod(tenths, 600)
    text = form.format(minutes // 60, minutes % 60, f"{rest / 10:.1f}")
    value = parse_degrees(text.translate(WIDE) if wide else text)
    assert value == pytest.approx(tenths / 36000, abs=1e-9)


@given(
    st.floats(20, 46), st.floats(122, 154), st.booleans(), st.sampled_from([", ", " ", "/", ";"])
)
def test_in_japan_the_order_of_a_pair_does_not_matter(lat, lon, swapped, gap):
    written = [f"{lat:.7f}", f"{lon:.7f}"]
    found = parse_lonlat(gap.join(reversed(written) if swapped else written))
    assert found == pytest.approx((lon, lat), abs=1e-7)


@given(st.text(max_size=150))
def test_any_text_is_a_position_on_earth_or_none(text):
    degrees, pair = parse_degrees(text), parse_lonlat(text)
    assert degrees is None or abs(degrees) <= 180
    assert pair is None or (abs(pair[0]) <= 180 and abs(pair[1]) <= 90)


@given(st.text(alphabet="0123456789.-+°度'分\"秒NSEW北緯東経, ：", max_size=60))
def test_text_made_of_our_own_signs_is_a_position_on_earth_or_none(text):
    degrees, pair = parse_degrees(text), parse_lonlat(text)
    assert degrees is None or abs(degrees) <= 180
    assert pair is None or (abs(pair[0]) <= 180 and abs(pair[1]) <= 90)
