"""Which ground a picture shows: the view of a camera cut with the ground below it.

A net of rays through the picture is cast on the ground; its meshes are kept where they are in
sight and joined. What lies in the shade of a ridge is left out, to the width of a mesh.
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
from layers.terrain.model import Floats, Ground, Plane, Terrain
from layers.terrain.rays import Eye, Met, place_of

COLUMNS, ROWS = 17, 33  # both odd: the middle of the picture is a knot of the net
FARTHEST_M = 5000.0
HALVINGS = 12  # of a mesh, to find the edge of what is seen: 0.001 degrees
SAME_M = 2.0  # a mesh is hidden if something stands this much, or 1 %, before it
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
    across, upward = _net()
    rays = directions(camera, across, upward)
    met = eye.cast(rays)
    knots = rays[:, :2] * met.range_m[:, None]
    edge = _edges(camera, eye, met, knots)
    middle = len(rays) // 2
    seen = bool(np.isfinite(met.range_m[middle]))
    return Footprint(
        polygon=_joined(eye, _in_sight(eye, _meshes(edge))),
        centre=place_of(eye, rays[middle], met.range_m[middle]) if seen else None,
        range_m=float(met.range_m[middle]) if seen else None,
        horizon=bool(met.sky.any()),
        partial=bool(met.blind.any()),
        assumptions=_assumptions(camera, eye, met),
    )


def _check_above(eye: Eye) -> None:
    (ground_m,) = eye.ground.heights([(eye.lon, eye.lat)])
    if eye.height_m <= ground_m:
        raise BrokenCamera(
            f"カメラの高さ 海抜{eye.height_m:.1f} m は、そこの地面の標高 {ground_m:.1f} m より"
            "上にありません。高度が何からの高さかを確かめてください。"
        )


def _net() -> tuple[Floats, Floats]:
    """Return the knots of the net in the picture, row after row from below."""
    upward, across = np.meshgrid(
        np.linspace(-1, 1, ROWS), np.linspace(-1, 1, COLUMNS), indexing="ij"
    )
    return across.ravel(), upward.ravel()


def _edges(camera: Camera, eye: Eye, met: Met, knots: Floats) -> Floats:
    """Return the knots with those that met nothing moved to the last ground seen beside them.

    Beside a knot that met nothing stands one that did; the way between them in the picture is
    halved until the crest, the end of the range or the end of the data is found.
    """
    missed, beside = _pairs(np.isfinite(met.range_m).reshape(ROWS, COLUMNS))
    across, upward = _net()
    seen = np.column_stack([across[beside], upward[beside]])
    lost = np.column_stack([across[missed], upward[missed]])
    moved = knots.copy()
    moved[missed] = knots[beside]
    for _ in range(HALVINGS):
        middle = (seen + lost) / 2
        rays = directions(camera, middle[:, 0], middle[:, 1])
        found = eye.cast(rays).range_m
        hit = np.isfinite(found)
        moved[missed[hit]] = rays[hit, :2] * found[hit, None]
        seen[hit], lost[~hit] = middle[hit], middle[~hit]
    return moved


def _pairs(seen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return indices of knots that met nothing, and for each of one beside it that did."""
    partner = np.full(seen.shape, -1)
    index = np.arange(seen.size).reshape(seen.shape)
    # the last one wins: above and below before left and right, as sky is mostly above ground
    for axis, step in ((1, 1), (1, -1), (0, -1), (0, 1)):
        near = np.roll(np.where(seen, index, -1), step, axis=axis)
        rim = [slice(None), slice(None)]
        rim[axis] = slice(0, 1) if step == 1 else slice(-1, None)
        near[tuple(rim)] = -1  # the picture does not go round
        partner = np.where(near >= 0, near, partner)
    missed = np.flatnonzero(~seen.ravel() & (partner.ravel() >= 0))
    return missed, partner.ravel()[missed]


def _meshes(knots: Floats) -> NDArray[np.object_]:
    """Return the meshes as polygons in metres east and north of the eye."""
    net = knots.reshape(ROWS, COLUMNS, 2)
    corners = np.stack([net[:-1, :-1], net[:-1, 1:], net[1:, 1:], net[1:, :-1]], axis=2)
    four = corners.reshape(-1, 4, 2)
    found = [mesh[np.isfinite(mesh[:, 0])] for mesh in four]
    # on broken ground four corners may cross: their hull never does
    hulls = shapely.convex_hull([shapely.MultiPoint(mesh) for mesh in found if len(mesh) > 2])
    return np.asarray([hull for hull in hulls if hull.area > 0], dtype=object)


def _in_sight(eye: Eye, meshes: NDArray[np.object_]) -> NDArray[np.object_]:
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
    clear: NDArray[np.object_] = meshes[known][~hidden & ~met.blind]
    return clear


def _joined(eye: Eye, meshes: NDArray[np.object_]) -> Any | None:
    if not len(meshes):
        return None
    whole = shapely.simplify(shapely.union_all(meshes), SIMPLE_M)
    return shapely.transform(whole, eye.place)


_COUNTS_FROM = {
    "sea": "高度は海抜とみなした（衛星測位の楕円体高であれば、その分ずれる）",
    "takeoff": "高度は離陸地点の地面の標高に相対高度を足した",
    "ground": "高度はカメラの真下の地面からの高さとみなした",
}


def _assumptions(camera: Camera, eye: Eye, met: Met) -> tuple[str, ...]:
    said = [
        f"{_COUNTS_FROM[camera.above]}：海抜{eye.height_m:.0f} m。",
        _of_ground(eye.ground),
        "カメラの向きは真北と水平を基準にした値とみなし、レンズのゆがみは考えていない。",
        f"見通しは{eye.max_range_m:.0f} mまでとし、地球の丸みは考えていない。",
    ]
    if met.sky.any():
        said.append("写真には空、または見通しの限りより遠い所が写っている。")
    if met.blind.any():
        said.append("標高データの無い所があり、そこに写っている範囲は含まれていない。")
    return tuple(said)


def _of_ground(ground: Ground) -> str:
    if isinstance(ground, Plane):
        return f"地面は標高{ground.height_m:.0f} mの平らな面とみなした（起伏は入っていない）。"
    if isinstance(ground, Terrain):
        return f"地面は標高タイル（ズーム{ground.zoom}）による。樹木や建物の陰は考えていない。"
    return "地面は与えられた標高による。"
