"""Grid square codes: known codes, round trips, refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.mesh import DIGITS, bounds, code_of, level

TOWN_HALL = (142.4670597, 43.5883298)


def test_tokyo_station_lies_in_the_square_of_the_standards_example() -> None:
    # 東京駅 139.767E 35.681N: 第1次 5339, 第2次 533946, 第3次 53394611
    assert code_of((139.7671, 35.6812)) == "53394611"


def test_the_sizes_are_those_of_the_standard() -> None:
    seconds = {4: (2400, 3600), 6: (300, 450), 8: (30, 45), 9: (15, 22.5),
               10: (7.5, 11.25), 11: (3.75, 5.625)}  # fmt: skip
    for digits, (height, width) in seconds.items():
        code = "65420357143"[:digits]
        west, south, east, north = bounds(code)
        assert ((north - south) * 3600, (east - west) * 3600) == pytest.approx((height, width))


def test_quarters_are_counted_from_the_south_west() -> None:
    west, south, east, north = bounds("65420357")
    corners = {q: bounds(f"65420357{q}")[:2] for q in "1234"}
    middle = ((west + east) / 2, (south + north) / 2)
    assert corners["1"] == pytest.approx((west, south))
    assert corners["2"] == pytest.approx((middle[0], south))
    assert corners["3"] == pytest.approx((west, middle[1]))
    assert corners["4"] == pytest.approx(middle)


def test_hyphens_and_full_width_digits_are_read() -> None:
    assert bounds("6542-03-57") == bounds("６５４２０３５７") == bounds(" 65420357 ")
    assert level("6542-03-57") == 3


@given(st.floats(122, 153.999), st.floats(20, 45.999), st.sampled_from(list(DIGITS)))
def test_a_point_lies_in_its_square_and_a_corner_in_its_own(lon, lat, depth) -> None:
    code = code_of((lon, lat), depth)
    west, south, east, north = bounds(code)
    assert west - 1e-8 <= lon < east + 1e-8
    assert south - 1e-8 <= lat < north + 1e-8
    assert code_of((west, south), depth) == code
    assert (len(code), level(code)) == (DIGITS[depth], depth)
    assert code_of((lon, lat), 6).startswith(code)


def test_every_corner_falls_into_its_own_square_in_spite_of_rounding() -> None:
    # 30723/960 and 100 + 14082/640 are a hair below the corner when multiplied back
    for north, east in ((30723, 14400), (30730, 14082), (30731, 14084)):
        corner = (100 + east / 640, north / 960)
        assert bounds(code_of(corner, 6))[:2] == pytest.approx(corner, abs=1e-9)


@pytest.mark.parametrize(
    "code",
    ["", "654", "65420", "6542035", "65428057", "654203570", "654203575", "9942", "6599",
     "65420357a", "654203571434", "=6542", "6" * 10_000, "६५४२"],
)  # fmt: skip
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(LayerError):
        bounds(code)


def test_points_outside_japan_and_unknown_levels_are_refused() -> None:
    for lonlat in ((43.58, 142.46), (0.0, 0.0), (float("nan"), 40.0)):
        with pytest.raises(LayerError):
            code_of(lonlat)
    with pytest.raises(LayerError, match="Level"):
        code_of(TOWN_HALL, 9)
