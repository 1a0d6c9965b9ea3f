"""Elevation tiles are numbers: decoded exactly, or refused."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from layers.errors import BrokenTiles
from layers.terrain import decode
from tests.unit.layers.elevation import encode, png

FLAT = encode(np.full((256, 256), 251.37))


def of_pixel(r: int, g: int, b: int) -> float:
    return float(decode(png(np.full((256, 256, 3), (r, g, b), np.uint8)))[7, 9])


@pytest.mark.parametrize(
    ("rgb", "metres"),
    [
        ((0, 0, 0), 0.0),
        ((0, 0, 1), 0.01),
        ((255, 255, 255), -0.01),
        ((127, 255, 255), 83886.07),
        ((128, 0, 1), -83886.07),
        ((3, 43, 119), 2077.35),
    ],
)
def test_a_pixel_is_hundredths_of_a_metre(rgb: tuple[int, int, int], metres: float) -> None:
    assert of_pixel(*rgb) == metres


def test_two_to_the_23rd_is_no_data_and_no_height() -> None:
    assert np.isnan(of_pixel(128, 0, 0))


@settings(deadline=None)
@given(st.integers(-(2**23) + 1, 2**23 - 1))
def test_every_height_comes_back_exactly(hundredths: int) -> None:
    x = hundredths % 2**24
    assert of_pixel(x >> 16, x >> 8 & 255, x & 255) == hundredths / 100


def test_a_transparent_pixel_is_no_data() -> None:
    pixels = np.full((256, 256, 4), (0, 4, 0, 255), np.uint8)
    pixels[3, 5, 3] = 0
    height = decode(png(pixels))
    assert np.isnan(height[3, 5])
    assert height[5, 3] == 10.24


def test_the_colour_named_transparent_is_no_data() -> None:
    pixels = np.full((256, 256, 3), (0, 4, 0), np.uint8)
    pixels[0, 0] = (1, 2, 3)
    assert np.isnan(decode(png(pixels, transparency=(1, 2, 3)))[0, 0])


def test_a_colour_profile_and_a_gamma_change_nothing() -> None:
    gamma = chunk(b"gAMA", struct.pack(">I", 45455))
    profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(b"no profile at all"))
    spoiled = FLAT[:33] + gamma + profile + FLAT[33:]
    assert (decode(spoiled) == 251.37).all()


def test_north_is_up_and_west_is_left() -> None:
    height = np.zeros((256, 256))
    height[0, 255] = 12.5
    assert decode(encode(height))[0, 255] == 12.5


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def header(**other: int) -> bytes:
    of = {"width": 256, "height": 256, "depth": 8, "colour": 2} | other
    packed = struct.pack(">IIBBBBB", *of.values(), 0, 0, 0)
    return FLAT[:8] + chunk(b"IHDR", packed) + FLAT[33:]


def palette() -> bytes:
    out = io.BytesIO()
    Image.new("P", (256, 256)).save(out, "PNG")
    return out.getvalue()


REFUSED = {
    "nothing at all": (b"", "not a PNG"),
    "a page of the provider": (b"<!DOCTYPE html><title>404</title>", "not a PNG"),
    "more than a megabyte": (FLAT + b"\0" * (1 << 20), "at most"),
    "512 pixels": (png(np.zeros((512, 512, 3), np.uint8)), "512 x 512"),
    "a bomb's header": (header(width=60000, height=60000), "60000 x 60000"),
    "a palette": (palette(), "a palette"),
    "grey": (png(np.zeros((256, 256), np.uint8)), "grey"),
    "16 bits": (header(depth=16), "of 16 bits"),
    "a second header": (FLAT[:33] + FLAT[8:33] + FLAT[33:], "one IHDR"),
    "no header": (FLAT[:8] + FLAT[33:], "one IHDR"),
    "a short header": (FLAT[:8] + chunk(b"IHDR", b"\0\0\1\0") + FLAT[33:], "not 13"),
    "a cut in the pixels": (FLAT[:60], "ends early"),
    "no end": (FLAT[:-12], "ends early"),
    "a flipped bit": (FLAT[:50] + bytes([FLAT[50] ^ 4]) + FLAT[51:], "check sum"),
    "pixels that stop": (
        FLAT[:33] + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b""),
        "cannot be read",
    ),
    "no pixels": (FLAT[:33] + chunk(b"IEND", b""), "cannot be read"),
    "pixels that are not packed": (
        FLAT[:33] + chunk(b"IDAT", b"\0" * 300) + chunk(b"IEND", b""),
        "cannot be read",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_an_elevation_tile_is_refused_in_words(what: str) -> None:
    tile, words = REFUSED[what]
    with pytest.raises(BrokenTiles, match=words):
        decode(tile)


@settings(deadline=None)
@given(st.integers(0, len(FLAT) - 1))
def test_a_tile_cut_anywhere_is_refused(at: int) -> None:
    with pytest.raises(BrokenTiles):
        decode(FLAT[:at])


@settings(deadline=None)
@given(st.integers(0, len(FLAT) * 8 - 1))
def test_no_flipped_bit_gives_another_height(bit: int) -> None:
    spoiled = bytearray(FLAT)
    spoiled[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BrokenTiles):
        decode(bytes(spoiled))
