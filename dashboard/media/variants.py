"""Pictures for screens: small, upright, re-encoded, so that nothing of the original rides along.

Runs in workers only. The header's caps bound the memory: 64 million pixels are 192 MB.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dashboard.media import sniff
from dashboard.media.photo import PhotoFacts, read_header
from dashboard.media.refusals import check_pixels, refuse

Pixels = NDArray[np.uint8]  # (height, width, 3), blue green red

SIZES = (1600, 320)  # longest side in pixels, largest first: each is made from the one before
QUALITY = 80
# JPEG, by measurement at 1600 px: 16 ms and 320 kB; WebP 104–247 ms and 180–230 kB
TYPE = "image/jpeg"

REDUCED = {
    8: cv2.IMREAD_REDUCED_COLOR_8,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    1: cv2.IMREAD_COLOR,
}
PILLOW_FORMATS = {
    sniff.JPEG: "JPEG",
    sniff.PNG: "PNG",
    sniff.WEBP: "WEBP",
    sniff.AVIF: "AVIF",
}
REDUCIBLE = {"L", "LA", "RGB", "RGBA", "CMYK"}
TURN: dict[int, Callable[[Any], Any]] = {
    1: lambda p: p,
    2: lambda p: cv2.flip(p, 1),
    3: lambda p: cv2.rotate(p, cv2.ROTATE_180),
    4: lambda p: cv2.flip(p, 0),
    5: cv2.transpose,
    6: lambda p: cv2.rotate(p, cv2.ROTATE_90_CLOCKWISE),
    7: lambda p: cv2.flip(cv2.transpose(p), -1),
    8: lambda p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE),
}
DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    OverflowError,
    RuntimeError,
    MemoryError,
    cv2.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One picture for screens; ``name`` is its longest side in pixels."""

    name: str
    content_type: str
    width: int
    height: int
    data: bytes

    def as_body(self) -> dict[str, Any]:
        """Return the entry of ``photo.rendered``."""
        return {
            "name": self.name,
            "content_type": self.content_type,
            "width": self.width,
            "height": self.height,
            "size": len(self.data),
        }


def render(path: Path, sizes: tuple[int, ...] = SIZES) -> list[Variant]:
    """Return the variants of the picture at ``path``; never larger than the picture itself.

    Raises:
        BrokenMedia, UnsupportedMedia, TooLarge: header or pixels cannot be used.
    """
    pixels, variants = None, []
    for size in sorted(sizes, reverse=True):
        pixels = scaled(path, size) if pixels is None else _shrink(pixels, size)
        variants.append(_encode(pixels, str(size)))
    return variants


def scaled(path: Path, longest: int) -> Pixels:
    """Return the upright picture with its longest side at most ``longest`` pixels.

    Raises:
        BrokenMedia, UnsupportedMedia, TooLarge: header or pixels cannot be used.
    """
    facts = read_header(path)
    try:
        decoded = _decode(path, facts, longest)
    except DECODER_ERRORS as error:
        raise refuse("damaged_pixels", value=type(error).__name__) from error
    upright: Pixels = TURN[facts.turn](_shrink(decoded, longest))
    return upright


def _decode(path: Path, facts: PhotoFacts, longest: int) -> Pixels:
    if facts.content_type == sniff.JPEG and facts.components != 4:
        return _decode_jpeg(path, facts, longest)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a worker has nobody to show a decoder's doubts to
        return _decode_other(path, facts, longest)


def _decode_jpeg(path: Path, facts: PhotoFacts, longest: int) -> Pixels:
    """Decode at 1/8, 1/4 or 1/2 where that is still large enough: 3 × faster than in full."""
    side = max(facts.width, facts.height)
    factor = next((f for f in (8, 4, 2) if side // f >= longest), 1)
    pixels = cv2.imread(str(path), REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise refuse("damaged_pixels", value="jpeg")
    return np.asarray(pixels, dtype=np.uint8)


def _decode_other(path: Path, facts: PhotoFacts, longest: int) -> Pixels:
    with _open(path, facts.content_type) as image:
        check_pixels(*image.size)  # the decoder may see more than the header said
        if facts.content_type == sniff.JPEG:
            image.draft(None, (longest, longest))
        image = _reduced(image, longest)
        return np.ascontiguousarray(np.asarray(_flat(image))[:, :, ::-1])


def _open(path: Path, content_type: str) -> Image.Image:
    if content_type == sniff.HEIC:
        from pillow_heif import HeifImageFile

        heif: Image.Image = HeifImageFile(path)  # type: ignore[no-untyped-call]
        return heif
    return Image.open(path, formats=[PILLOW_FORMATS[content_type]])


def _reduced(image: Image.Image, longest: int) -> Image.Image:
    """Return the picture by a whole factor smaller: the steps after it then need little memory."""
    factor = max(image.size) // longest
    return image.reduce(factor) if factor > 1 and image.mode in REDUCIBLE else image


def _flat(image: Image.Image) -> Image.Image:
    """Return RGB: 16-bit grey scaled down, transparency laid on white."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        front = image.convert("RGBA")
        ground = Image.new("RGBA", front.size, "white")
        return Image.alpha_composite(ground, front).convert("RGB")
    return image.convert("RGB")


def _shrink(pixels: Pixels, longest: int) -> Pixels:
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # between 1 and 1/2 two neighbours are enough; below, every pixel must count
    way = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, size, interpolation=way), dtype=np.uint8)


def _encode(pixels: Pixels, name: str) -> Variant:
    settings = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    done, data = cv2.imencode(".jpg", pixels, settings)
    if not done:
        raise refuse("damaged_pixels", value=f"{pixels.shape}")
    height, width = pixels.shape[:2]
    return Variant(name, TYPE, width, height, data.tobytes())
