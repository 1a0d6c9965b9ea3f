"""What is said of a camera: taken as said, or refused in words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import BrokenCamera
from layers.terrain import altitude_above_sea, fov_from_diagonal, fov_from_sensor
from tests.unit.layers.elevation import TOWN, camera, column_row, made


@pytest.mark.parametrize(
    ("said", "altitude_m"),
    [
        ({"above": "sea", "altitude_m": 350}, 350),
        ({"above": "ground", "altitude_m": 100}, 300),
        ({"above": "takeoff", "altitude_m": 100, "takeoff": (142.40, TOWN[1])}, 600),
    ],
)
def test_the_altitude_counts_from_what_is_said(said: dict[str, Any], altitude_m: float) -> None:
    west = column_row(142.45, TOWN[1])[0]
    stairs = made(lambda c, r: np.where(c < west, 500.0, 200.0))
    assert altitude_above_sea(camera(**said), stairs) == altitude_m


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"hfov_deg": 0.0}, "何も写りません"),
        ({"vfov_deg": 180.0}, "vfov_deg が 180"),
        ({"yaw_deg": math.nan}, "yaw_deg が nan"),
        ({"lat": 142.4, "lon": 43.5}, "lat が 142.4"),
        ({"altitude_m": math.inf}, "altitude_m が inf"),
        ({"above": "home"}, "基準 'home'"),
        ({"above": "takeoff"}, "takeoff"),
    ],
)
def test_numbers_that_cannot_be_true_are_refused(said: dict[str, Any], words: str) -> None:
    with pytest.raises(BrokenCamera, match=words):
        camera(**said)


def test_the_view_follows_from_focal_length_and_sensor() -> None:
    assert fov_from_sensor(8.8, 13.2, 8.8) == pytest.approx((73.74, 53.13), abs=0.01)
    assert fov_from_sensor(24, 36, 24) == pytest.approx((73.74, 53.13), abs=0.01)


@settings(deadline=None)
@given(st.floats(1, 170), st.floats(0.3, 3))
def test_a_diagonal_is_made_of_its_sides(diagonal: float, aspect: float) -> None:
    wide, high = (math.tan(math.radians(side) / 2) for side in fov_from_diagonal(diagonal, aspect))
    assert math.hypot(wide, high) == pytest.approx(math.tan(math.radians(diagonal) / 2))
    assert wide / high == pytest.approx(aspect)
