"""A camera in the air: where it is, where it looks, how wide, and how high above the sea.

Angles are those of a gimbal that knows the earth (DJI ``Gimbal*Degree``): yaw clockwise from
true north, pitch up from the horizon (-90 looks straight down), roll to the right. They are not
added to the angles of the aircraft.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from layers.errors import BrokenCamera, NoTerrain
from layers.schema import LonLat
from layers.terrain.model import Floats, Ground

Above = Literal["sea", "takeoff", "ground"]
WIDEST_DEG = 170.0  # a flat picture cannot show more; fish-eyes are another projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Position in degrees (EPSG:4326), altitude in metres ``above`` something, angles in degrees.

    ``takeoff`` is needed where the altitude counts from there (DJI ``RelativeAltitude``).
    ``hfov_deg`` and ``vfov_deg`` are the whole width and height of the picture.

    Raises:
        BrokenCamera: a number is missing or cannot be true.
    """

    lon: float
    lat: float
    altitude_m: float
    above: Above
    yaw_deg: float
    pitch_deg: float
    hfov_deg: float
    vfov_deg: float
    roll_deg: float = 0.0
    takeoff: LonLat | None = None

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            value = getattr(self, name)
            if not math.isfinite(value) or abs(value) > most:
                raise BrokenCamera(
                    f"カメラの {name} が {value} です。±{most:g} の中の数にしてください。"
                )
        if min(self.hfov_deg, self.vfov_deg) <= 0:
            raise BrokenCamera(f"画角が {self.hfov_deg}×{self.vfov_deg} 度では何も写りません。")
        if self.above not in _ABOVE:
            raise BrokenCamera(
                f"高度の基準 {self.above!r} は使えません。使えるのは {list(_ABOVE)}。"
            )
        if self.above == "takeoff" and self.takeoff is None:
            raise BrokenCamera("高度が離陸地点からの値です。離陸地点の位置（takeoff）が要ります。")


_MOST = {
    "lon": 180.0, "lat": 85.0, "altitude_m": 20_000.0, "yaw_deg": 720.0, "pitch_deg": 180.0,
    "roll_deg": 360.0, "hfov_deg": WIDEST_DEG, "vfov_deg": WIDEST_DEG,
}  # fmt: skip


def fov_from_diagonal(diagonal_deg: float, aspect: float) -> tuple[float, float]:
    """Return the horizontal and vertical view in degrees; makers' "FOV" is the diagonal.

    ``aspect`` is width / height of the picture that was taken: a video of 16:9 out of a sensor
    of 4:3 is cropped, and its diagonal is not that of the data sheet.
    """
    half = math.tan(math.radians(diagonal_deg) / 2)
    height = half / math.hypot(aspect, 1)
    return _whole(height * aspect), _whole(height)


def fov_from_sensor(focal_mm: float, width_mm: float, height_mm: float) -> tuple[float, float]:
    """Return the horizontal and vertical view in degrees: ``2 atan(w / 2f)``, all in mm.

    With a focal length "in 35 mm" the sensor is 36 x 24.
    """
    return _whole(width_mm / 2 / focal_mm), _whole(height_mm / 2 / focal_mm)


def altitude_above_sea(camera: Camera, ground: Ground) -> float:
    """Return the camera's height in metres above the sea, whatever it counts from.

    Raises:
        NoTerrain: the ground it counts from is not known.
    """
    return camera.altitude_m + _ABOVE[camera.above](camera, ground)


def directions(camera: Camera, across: ArrayLike, upward: ArrayLike) -> Floats:
    """Return unit vectors (n, 3), east, north, up, through places of the picture.

    ``across`` goes from -1 (left edge) to 1, ``upward`` from -1 (lower edge) to 1, (n,) each.
    """
    forward, right, up = _axes(camera)
    wide = np.asarray(across, dtype=float) * math.tan(math.radians(camera.hfov_deg) / 2)
    high = np.asarray(upward, dtype=float) * math.tan(math.radians(camera.vfov_deg) / 2)
    ray = forward + wide[:, None] * right + high[:, None] * up
    unit: Floats = ray / np.linalg.norm(ray, axis=1, keepdims=True)
    return unit


def _axes(camera: Camera) -> tuple[Floats, Floats, Floats]:
    """Return forward, right and up of the picture in east, north, up."""
    yaw, pitch = math.radians(camera.yaw_deg), math.radians(camera.pitch_deg)
    roll = math.radians(camera.roll_deg)
    forward = np.array(
        [math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), math.sin(pitch)]
    )
    level = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
    above = np.cross(level, forward)
    right = level * math.cos(roll) - above * math.sin(roll)
    return forward, right, np.cross(right, forward)


def _whole(half_tangent: float) -> float:
    return math.degrees(2 * math.atan(half_tangent))


def _takeoff_m(camera: Camera, ground: Ground) -> float:
    return _known(ground, camera.takeoff or (camera.lon, camera.lat), "離陸地点")


def _ground_m(camera: Camera, ground: Ground) -> float:
    return _known(ground, (camera.lon, camera.lat), "カメラの真下")


def _known(ground: Ground, place: LonLat, what: str) -> float:
    (height,) = ground.heights([place])
    if np.isnan(height):
        raise NoTerrain(f"{what}（{place[0]}, {place[1]}）の標高が分からず、高度を決められません。")
    return float(height)


_ABOVE = {"sea": lambda camera, ground: 0.0, "takeoff": _takeoff_m, "ground": _ground_m}
