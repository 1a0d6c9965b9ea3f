"""The shape of the ground: heights, relief, and what a camera above it sees.

``Terrain(tiles)`` reads elevation tiles through any callable ``(z, x, y) -> PNG or None``;
``footprint(camera, ground)`` says which ground a picture shows. Needs numpy and Pillow, no web.
"""

from __future__ import annotations

from layers.terrain.dem import decode
from layers.terrain.model import Ground, Plane, Profile, Terrain
from layers.terrain.shade import hillshade, hillshade_tile, slopes

__all__ = [
    "Ground",
    "Plane",
    "Profile",
    "Terrain",
    "decode",
    "hillshade",
    "hillshade_tile",
    "slopes",
]
