"""Pictures the tests draw themselves, in every accepted format, with EXIF of their choice."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
from PIL import Image

FORMATS = ("jpeg", "png", "webp", "heic", "avif")
GPS, EXIF = 0x8825, 0x8769
BIEI = {1: "N", 2: (43.0, 35.0, 18.0), 3: "E", 4: (142.0, 28.0, 1.2)}  # 43.588333, 142.467


def scene(width: int = 320, height: int = 240) -> Image.Image:
    """Return a picture whose four corners differ, so that a turn or a mirror shows."""
    ramp = np.zeros((height, width, 3), np.uint8)
    ramp[..., 0] = np.linspace(0, 255, width, dtype=np.uint8)[None, :]
    ramp[..., 1] = np.linspace(0, 255, height, dtype=np.uint8)[:, None]
    cv2.circle(ramp, (width // 4, height // 3), height // 6, (255, 255, 255), -1)
    cv2.putText(ramp, "biei", (width // 3, height // 2), 0, height / 120, (40, 40, 255), 2)
    return Image.fromarray(ramp)


def exif(
    main: dict[int, Any] | None = None,
    taken: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None,
) -> bytes:
    """Return an EXIF packet with its ``Exif`` prefix; an absent part is left out."""
    packet = Image.Exif()
    for tag, value in (main or {}).items():
        packet[tag] = value
    for part, values in ((EXIF, taken), (GPS, gps)):
        if values is not None:
            packet.get_ifd(part).update(values)
    return packet.tobytes()


def encode(image: Image.Image, kind: str, packet: bytes = b"", **settings: Any) -> bytes:
    """Return the bytes of a picture in one of FORMATS."""
    out = io.BytesIO()
    extra = {"exif": packet} if packet else {}
    if kind == "heic":
        heif = pillow_heif.from_pillow(image)
        heif.info["exif"] = packet or None
        heif.save(out, quality=settings.get("quality", 90))
    else:
        image.save(out, kind.upper(), **extra, **settings)
    return out.getvalue()


def photo(folder: Path, kind: str = "jpeg", packet: bytes = b"", **settings: Any) -> Path:
    """Write a small picture and return its path."""
    path = folder / f"photo.{kind}"
    path.write_bytes(encode(scene(), kind, packet, **settings))
    return path


def ssim(ours: np.ndarray, reference: np.ndarray) -> float:
    """Return the mean structural similarity (0–1) of two pictures of one size, on luma."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_BGR2GRAY).astype(np.float64) for p in (ours, reference))

    def mean(p: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(p, (11, 11), 1.5)

    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mx * my + c1) * (2 * cov + c2)
    return float((top / ((mx * mx + my * my + c1) * (vx + vy + c2))).mean())
