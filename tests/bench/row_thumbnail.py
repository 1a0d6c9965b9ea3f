"""Bench ``thumbnail``: a 12-megapixel JPEG to 512 px upright, ours against Pillow's thumbnail().

Both read the file and give pixels. All eight orientations must stand upright and look like
Pillow's (SSIM), else the row fails whatever the speed.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageOps

from dashboard.media.variants import scaled
from tests.pictures import encode, exif, scene, ssim

NAME, UNIT = "thumbnail", "pictures/s"
BAR = "≥ 1.5 × Pillow thumbnail(), SSIM ≥ 0.95, 8/8 orientations"
ROUNDS, LONGEST = 21, 512  # a round is one picture each, so that a busy second hits both
WANTED_RATIO, WANTED_SSIM = 1.5, 0.95


def run() -> dict[str, Any]:
    """Return ours, reference (pictures/s, medians of interleaved rounds), ratio, pass, note."""
    with tempfile.TemporaryDirectory(prefix="eoc-thumbnail-") as folder:
        paths = _photos(Path(folder))
        alike = [_alike(path) for path in paths]
        rounds = [(_rate(_ours, paths[0]), _rate(_pillow, paths[0])) for _ in range(ROUNDS)]
    ours, reference = (statistics.median(side) for side in zip(*rounds, strict=True))
    upright = sum(value >= WANTED_SSIM for value in alike)
    return {
        "ours": round(ours, 1),
        "reference": round(reference, 1),
        "ratio": round(ours / reference, 2),
        "pass": upright == len(paths) and ours / reference >= WANTED_RATIO,
        "note": f"SSIM ≥ {min(alike):.3f}, {upright}/{len(paths)} orientations",
    }


def _photos(folder: Path) -> list[Path]:
    """Write one drawn photo of 4000 × 3000 in eight orientations; grain gives it a real size."""
    grain = np.random.default_rng(1).normal(0, 6, (3000, 4000, 3))
    pixels = np.clip(np.asarray(scene(4000, 3000)) + cv2.GaussianBlur(grain, (3, 3), 0.8), 0, 255)
    picture, paths = Image.fromarray(pixels.astype(np.uint8)), []
    for orientation in range(1, 9):
        paths.append(folder / f"{orientation}.jpg")
        paths[-1].write_bytes(encode(picture, "jpeg", exif({0x112: orientation}), quality=92))
    return paths


def _ours(path: Path) -> np.ndarray:
    return scaled(path, LONGEST)


def _pillow(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        image.thumbnail((LONGEST, LONGEST))
        return np.asarray(ImageOps.exif_transpose(image))


def _alike(path: Path) -> float:
    ours, reference = _ours(path), _pillow(path)[:, :, ::-1].copy()
    return ssim(ours, reference) if ours.shape == reference.shape else 0.0


def _rate(make: Callable[[Path], np.ndarray], path: Path) -> float:
    start = time.perf_counter()
    make(path)
    return 1 / (time.perf_counter() - start)
