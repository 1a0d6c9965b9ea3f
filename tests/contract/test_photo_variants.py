"""Pictures for screens: upright in all eight orientations, small, bare, and like the original."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from dashboard.errors import BrokenMedia, TooLarge
from dashboard.media.photo import read_header
from dashboard.media.variants import render, scaled
from tests.pictures import BIEI, FORMATS, encode, exif, photo, scene, ssim


def stored_as(upright: Image.Image, orientation: int) -> Image.Image:
    """Return the pixels a camera stores so that ``orientation`` shows ``upright``."""
    back = {6: 8, 8: 6}.get(orientation, orientation)
    turned = upright.copy()
    turned.getexif()[0x112] = back
    return ImageOps.exif_transpose(turned)


def as_bgr(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))[:, :, ::-1].copy()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
def test_eight_orientations_stand_upright(tmp_path, kind, orientation):
    upright = scene(400, 300)
    path = tmp_path / "photo"
    data = encode(stored_as(upright, orientation), kind, exif({0x112: orientation}))
    path.write_bytes(data)
    facts = read_header(path)
    assert (facts.width, facts.height) == (400, 300)
    ours = scaled(path, 400)
    assert ours.shape == (300, 400, 3)
    assert ssim(ours, as_bgr(upright)) > 0.95


@pytest.mark.parametrize("kind", FORMATS)
def test_variants_are_small_bare_and_of_the_told_size(tmp_path, kind):
    path = tmp_path / "photo"
    path.write_bytes(encode(scene(2000, 1500), kind, exif({0x112: 6, 0x10F: "secret"}, gps=BIEI)))
    variants = {v.name: v for v in render(path)}
    assert set(variants) == {"1600", "320"}
    for name, variant in variants.items():
        with Image.open(io.BytesIO(variant.data)) as image:
            assert image.size == (variant.width, variant.height)
            assert image.size == (int(name) * 3 // 4, int(name))
            assert not image.getexif()
            assert Image.MIME[image.format] == variant.content_type
        assert b"secret" not in variant.data
        assert variant.as_body()["size"] == len(variant.data)


def test_a_small_picture_is_not_blown_up(tmp_path):
    assert [(v.width, v.height) for v in render(photo(tmp_path))] == [(320, 240), (320, 240)]


@pytest.mark.parametrize("size", [(4032, 3024), (4608, 2592), (1024, 768)])
def test_the_fast_way_looks_like_pillows(tmp_path, size):
    path = tmp_path / "photo"
    path.write_bytes(encode(scene(*size), "jpeg", quality=92))
    for longest in (320, 512, 1600):
        with Image.open(path) as image:
            image.thumbnail((longest, longest))
            reference = as_bgr(image)
        ours = scaled(path, longest)
        assert abs(ours.shape[0] - reference.shape[0]) <= 1
        ours = cv2.resize(ours, reference.shape[1::-1])
        assert ssim(ours, reference) >= 0.95


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16", "CMYK"])
def test_every_mode_of_colour_gives_a_picture(tmp_path, mode):
    image = scene(640, 480)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) << 8)
    else:
        image = image.convert(mode)
    path = tmp_path / "photo"
    path.write_bytes(encode(image, "jpeg" if mode == "CMYK" else "png"))
    ours = scaled(path, 320)
    assert ours.shape == (240, 320, 3)
    assert 40 < ours.mean() < 215


def test_transparency_lies_on_white(tmp_path):
    path = tmp_path / "photo"
    path.write_bytes(encode(Image.new("RGBA", (400, 300), (0, 0, 0, 0)), "png"))
    assert scaled(path, 320).min() == 255


@pytest.mark.parametrize("kind", ["png", "avif"])  # the others show what they can, and so do we
def test_damaged_pixels_are_refused(tmp_path, kind):
    data = bytearray(encode(scene(640, 480), kind))
    start = len(data) // 3
    data[start : len(data) - 40] = b"\x55" * (len(data) - 40 - start)
    path = tmp_path / "photo"
    path.write_bytes(data)
    with pytest.raises(BrokenMedia) as caught:
        render(path)
    assert caught.value.detail["reason"] in ("damaged_pixels", "damaged_header", "truncated")


def test_a_decoder_never_sees_a_bomb(tmp_path, monkeypatch):
    path = photo(tmp_path, "png")
    data = bytearray(path.read_bytes())
    data[16:24] = (30000).to_bytes(4, "big") * 2
    path.write_bytes(data)
    monkeypatch.setattr(Image, "open", None)
    with pytest.raises(TooLarge):
        render(path)
