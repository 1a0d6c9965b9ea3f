"""A net of rays through a picture, woven closer where the ground breaks off.

The picture is cut into meshes. Where the ground behind one lies at very different distances, or
in the sky, the mesh is cut in four, so silhouettes of ridges are found with few rays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layers.terrain.camera import Camera, directions
from layers.terrain.model import Floats
from layers.terrain.rays import Eye

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
ROWS, COLUMNS = 32, 16  # meshes at first; the eye looks aslant, so distance runs with the rows
FINEST = 8  # a mesh is halved until it is one part in so many
EVEN = 1.15  # corners are on the same piece of ground if they are no farther apart than this
HALVINGS = 7  # of a finest mesh, to find the edge of what is seen: 0.001 degrees


class Net:
    """Knots ``(row, column)`` from the lower left, and where their rays met the ground.

    ``ground_m`` is metres east and north of the eye, (rows, columns, 2), NaN where nothing was
    met or no ray was cast.
    """

    def __init__(self, camera: Camera, eye: Eye) -> None:
        self._camera, self._eye = camera, eye
        self.shape = (ROWS * FINEST + 1, COLUMNS * FINEST + 1)
        self.range_m = np.full(self.shape, np.nan)
        self.ground_m = np.full((*self.shape, 2), np.nan)
        self.cast = np.zeros(self.shape, dtype=bool)
        self.blind = np.zeros(self.shape, dtype=bool)

    @property
    def sky(self) -> Bools:
        """Which rays met nothing within the range, over known ground."""
        empty: Bools = self.cast & np.isnan(self.range_m) & ~self.blind
        return empty

    def weave(self) -> tuple[Ints, Ints]:
        """Cast the rays; return even meshes and broken ones as knots (n, 4, 2).

        An even mesh lies on one piece of ground. A broken one is a finest mesh that does not:
        its knots in the sky were moved to the last ground seen beside them.
        """
        row, column = np.mgrid[0:ROWS, 0:COLUMNS] * FINEST
        corner, size = np.column_stack([row.ravel(), column.ravel()]), FINEST
        even = []
        while True:
            knots = _knots(corner, size)
            self._look(knots.reshape(-1, 2))
            range_m = self.range_m[knots[..., 0], knots[..., 1]]
            met = np.isfinite(range_m)
            flat = met.all(axis=1)
            flat[flat] = range_m[flat].max(axis=1) <= EVEN * range_m[flat].min(axis=1)
            even.append(knots[flat])
            broken = met.any(axis=1) & ~flat
            if size == 1 or not broken.any():
                break
            size //= 2
            corner = (corner[broken, None] + size * _CORNERS).reshape(-1, 2)
        self._move_to_edges()
        return np.concatenate(even), knots[broken]

    def _look(self, knots: Ints) -> None:
        """Cast the rays of knots (n, 2) that were not cast yet."""
        new = np.zeros(self.shape, dtype=bool)
        new[knots[:, 0], knots[:, 1]] = True
        row, column = np.nonzero(new & ~self.cast)
        rays = self._rays(row, column)
        met = self._eye.cast(rays)
        self.cast[row, column] = True
        self.blind[row, column] = met.blind
        self.range_m[row, column] = met.range_m
        self.ground_m[row, column] = rays[:, :2] * met.range_m[:, None]

    def _move_to_edges(self) -> None:
        """Halve the way from each knot that met nothing to one beside it that did."""
        missed, beside = self._edges()
        seen, lost = beside.astype(float), missed.astype(float)
        edge = self.ground_m[beside[:, 0], beside[:, 1]]
        for _ in range(HALVINGS):
            middle = (seen + lost) / 2
            rays = self._rays(middle[:, 0], middle[:, 1])
            range_m = self._eye.cast(rays).range_m
            hit = np.isfinite(range_m)
            edge[hit] = rays[hit, :2] * range_m[hit, None]
            seen[hit], lost[~hit] = middle[hit], middle[~hit]
        self.ground_m[missed[:, 0], missed[:, 1]] = edge

    def _edges(self) -> tuple[Ints, Ints]:
        """Return knots (n, 2) that met nothing, and for each one right beside it that did."""
        seen = np.pad(np.isfinite(self.range_m), 1)
        partner = np.full((*self.shape, 2), -1)
        knot = np.moveaxis(np.indices(self.shape), 0, -1)
        # the last one wins: below before beside, as the sky is mostly above the ground
        for step in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            there = seen[
                1 + step[0] : 1 + step[0] + self.shape[0], 1 + step[1] : 1 + step[1] + self.shape[1]
            ]
            partner[there] = knot[there] + step
        found = self.cast & np.isnan(self.range_m) & (partner[..., 0] >= 0)
        return knot[found], partner[found]

    def _rays(self, row: Floats | Ints, column: Floats | Ints) -> Floats:
        upward = 2 * row / (self.shape[0] - 1) - 1
        across = 2 * column / (self.shape[1] - 1) - 1
        return directions(self._camera, across, upward)


_CORNERS = np.array([(0, 0), (0, 1), (1, 1), (1, 0)])


def _knots(corner: Ints, size: int) -> Ints:
    """Return the four knots (n, 4, 2) of meshes by their lower left one."""
    knots: Ints = corner[:, None] + size * _CORNERS
    return knots
