"""Which ground a picture shows: the view of a camera cut with the ground below it.

A net of rays through the picture is cast on the ground and its meshes joined. What lies in the
shade of a ridge is left out, to the width of a finest mesh (1/256 of the picture).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import BrokenCamera
from layers.schema import LonLat
from layers.terrain.camera import Camera, altitude_above_sea, directions
from layers.terrain.model import Ground, Plane, Terrain
from layers.terrain.net import Ints, Net
from layers.terrain.rays import Eye, place_of

Meshes = NDArray[np.object_]  # shapely Polygons
FARTHEST_M = 5000.0
SAME_M = 2.0  # a mesh is hidden if something stands this much, or 1 %, before it
SEAM_M = 2.0
SIMPLE_M = 0.1


@dataclass(frozen=True, slots=True)
class Footprint:
    """The ground that a picture shows (写っている範囲).

    ``polygon`` is a shapely Polygon or MultiPolygon in lon, lat (EPSG:4326), None if no ground
    is seen; ``centre`` the place in the middle of the picture and ``range_m`` the way there,
    None if that is sky or unknown. ``horizon``: part of the picture shows nothing within the
    range, and the polygon ends there or at the crest before it. ``partial``: somewhere the
    elevation is missing, and what is seen there is not in the polygon. ``assumptions`` are
    sentences to be shown with it.
    """

    polygon: Any | None
    centre: LonLat | None
    range_m: float | None
    horizon: bool
    partial: bool
    assumptions: tuple[str, ...]


def footprint(camera: Camera, ground: Ground, max_range_m: float = FARTHEST_M) -> Footprint:
    """Return the ground that a camera sees within ``max_range_m`` metres of it.

    Raises:
        BrokenCamera: it is under the ground.
        NoTerrain: its altitude counts from ground that is not known.
        BrokenTiles: an elevation tile on the way is damaged.
    """
    height_m = altitude_above_sea(camera, ground)
    eye = Eye(camera.lon, camera.lat, height_m, ground, max_range_m)
    _check_above(eye)
    net = Net(camera, eye)
    even, broken = net.weave()
    meshes = [_meshes(net, even), _in_sight(eye, _meshes(net, broken))]
    axis = directions(camera, [0.0], [0.0])
    (range_m,) = eye.cast(axis).range_m
    seen = bool(np.isfinite(range_m))
    return Footprint(
        polygon=_joined(eye, np.concatenate(meshes)),
        centre=place_of(eye, axis[0], range_m) if seen else None,
        range_m=float(range_m) if seen else None,
        horizon=bool(net.sky.any()),
        partial=bool(net.blind.any()),
        assumptions=_assumptions(camera, eye, net),
    )


def _check_above(eye: Eye) -> None:
    (ground_m,) = eye.ground.heights([(eye.lon, eye.lat)])
    if eye.height_m <= ground_m:
        raise BrokenCamera(
            f"カメラの高さ 海抜{eye.height_m:.1f} m は、そこの地面の標高 {ground_m:.1f} m より"
            "上にありません。高度が何からの高さかを確かめてください。"
        )


def _meshes(net: Net, knots: Ints) -> Meshes:
    """Return meshes of knots (n, 4, 2) as polygons in metres east and north of the eye."""
    four = net.ground_m[knots[..., 0], knots[..., 1]]
    found = [mesh[np.isfinite(mesh[:, 0])] for mesh in four]
    # on broken ground four corners may cross: their hull never does
    hulls = shapely.convex_hull([shapely.MultiPoint(mesh) for mesh in found if len(mesh) > 2])
    return np.asarray([hull for hull in hulls if hull.area > 0], dtype=object)


def _in_sight(eye: Eye, meshes: Meshes) -> Meshes:
    """Return the meshes whose middle the eye sees: those between a ridge and beyond it drop out."""
    if not len(meshes):
        return meshes
    middle = shapely.get_coordinates(shapely.centroid(meshes))
    rise = eye.ground.heights(eye.place(middle)) - eye.height_m
    way = np.column_stack([middle, rise])
    length = np.linalg.norm(way, axis=1)
    known = np.isfinite(length)
    met = eye.cast(way[known] / length[known, None])
    hidden = met.range_m < length[known] - np.maximum(SAME_M, 0.01 * length[known])
    clear: Meshes = meshes[known][~hidden & ~met.blind]
    return clear


def _joined(eye: Eye, meshes: Meshes) -> Any | None:
    if not len(meshes):
        return None
    # where wide meshes meet narrow ones hairlines stay open: they are closed, nothing grows
    whole = shapely.union_all(meshes).buffer(SEAM_M, join_style="mitre")
    whole = shapely.simplify(whole.buffer(-SEAM_M, join_style="mitre"), SIMPLE_M)
    return shapely.transform(whole, eye.place)


_COUNTS_FROM = {
    "sea": "高度は海抜とみなした（衛星測位の楕円体高であれば、その分ずれる）",
    "takeoff": "高度は離陸地点の地面の標高に相対高度を足した",
    "ground": "高度はカメラの真下の地面からの高さとみなした",
}


def _assumptions(camera: Camera, eye: Eye, net: Net) -> tuple[str, ...]:
    said = [
        f"{_COUNTS_FROM[camera.above]}：海抜{eye.height_m:.0f} m。",
        _of_ground(eye.ground),
        "カメラの向きは真北と水平を基準にした値とみなし、レンズのゆがみは考えていない。",
        f"見通しは{eye.max_range_m:.0f} mまでとし、地球の丸みは考えていない。",
    ]
    if net.sky.any():
        said.append("写真には空、または見通しの限りより遠い所が写っている。")
    if net.blind.any():
        said.append("標高データの無い所があり、そこに写っている範囲は含まれていない。")
    return tuple(said)


def _of_ground(ground: Ground) -> str:
    if isinstance(ground, Plane):
        return f"地面は標高{ground.height_m:.0f} mの平らな面とみなした（起伏は入っていない）。"
    if isinstance(ground, Terrain):
        return f"地面は標高タイル（ズーム{ground.zoom}）による。樹木や建物の陰は考えていない。"
    return "地面は与えられた標高による。"
