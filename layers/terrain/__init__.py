"""The shape of the ground: heights, relief, and what a camera above it sees.

``Terrain(tiles)`` reads elevation tiles through any callable ``(z, x, y) -> PNG or None``;
``footprint(camera, ground)`` says which ground a picture shows. Needs numpy and Pillow, no web.
"""

from __future__ import annotations

from layers.terrain.camera import Camera, altitude_above_sea, fov_from_diagonal, fov_from_sensor
from layers.terrain.dem import decode
from layers.terrain.footprint import Footprint, footprint
from layers.terrain.model import Ground, Plane, Profile, Terrain
from layers.terrain.shade import hillshade, hillshade_tile, slopes

__all__ = [
    "Camera",
    "Footprint",
    "Ground",
    "Plane",
    "Profile",
    "Terrain",
    "altitude_above_sea",
    "decode",
    "footprint",
    "fov_from_diagonal",
    "fov_from_sensor",
    "hillshade",
    "hillshade_tile",
    "slopes",
]
