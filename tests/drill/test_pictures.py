"""The drawn pictures: same key same bytes, a readable header, and never taken for real."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from dashboard.bodies import CATEGORIES
from dashboard.ingest import pictures
from dashboard.ingest.pictures import SCENES, Picture, draw_picture, words_for

TAKEN = datetime(2026, 8, 23, 20, 15, 30, tzinfo=UTC)


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(draw_picture(picture)))


def degrees(dms: tuple[float, float, float]) -> float:
    return float(dms[0]) + float(dms[1]) / 60 + float(dms[2]) / 3600


def test_the_header_gives_position_time_zone_direction_and_says_sample() -> None:
    exif = opened(Picture("river", "a", TAKEN, "", 142.464812, 43.583219, 135.5)).getexif()
    gps, taken = exif.get_ifd(ExifTags.IFD.GPSInfo), exif.get_ifd(ExifTags.IFD.Exif)
    assert abs(degrees(gps[ExifTags.GPS.GPSLongitude]) - 142.464812) < 1e-6
    assert abs(degrees(gps[ExifTags.GPS.GPSLatitude]) - 43.583219) < 1e-6
    assert (gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLongitudeRef]) == ("N", "E")
    assert float(gps[ExifTags.GPS.GPSImgDirection]) == 135.5
    assert gps[ExifTags.GPS.GPSImgDirectionRef] == "T"
    assert taken[ExifTags.Base.DateTimeOriginal] == "2026:08:24 05:15:30"
    assert taken[ExifTags.Base.OffsetTimeOriginal] == "+09:00"
    assert exif[ExifTags.Base.Make] == "SAMPLE"


def test_a_picture_without_position_has_no_gps_block() -> None:
    exif = opened(Picture("tree", "a", TAKEN)).getexif()
    assert exif.get_ifd(ExifTags.IFD.GPSInfo) == {}


def test_the_same_key_gives_the_same_bytes_and_another_key_another_picture() -> None:
    first = draw_picture(Picture("flooding", "run/1", TAKEN))
    assert draw_picture(Picture("flooding", "run/1", TAKEN)) == first
    assert draw_picture(Picture("flooding", "run/2", TAKEN)) != first


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_is_a_full_picture_of_many_colours(scene: str) -> None:
    picture = opened(Picture(scene, "x", TAKEN))
    assert (picture.format, picture.size) == ("JPEG", (1600, 1200))
    small = np.asarray(picture.resize((80, 60)))
    assert len(np.unique(small.reshape(-1, 3) // 16, axis=0)) > 20


def test_every_category_can_be_drawn() -> None:
    assert set(CATEGORIES) <= set(SCENES)


def stamped(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The words of a picture on a machine without any Japanese font."""
    pictures.japanese_font.cache_clear()
    monkeypatch.setattr(pictures, "FONTS", ("/nowhere/font.ttc",))
    words = words_for(Picture("river", "x", TAKEN, "美瑛橋から上流"))
    draw_picture(Picture("river", "x", TAKEN, "美瑛橋から上流"))
    pictures.japanese_font.cache_clear()
    return words


def test_without_a_japanese_font_the_marks_are_latin(monkeypatch: pytest.MonkeyPatch) -> None:
    stamp, caption = stamped(monkeypatch)
    assert stamp == "SAMPLE"
    assert caption.isascii()


@pytest.mark.skipif(
    not any(Path(f).exists() for f in pictures.FONTS), reason="no Japanese font installed"
)
def test_with_a_japanese_font_the_marks_are_japanese() -> None:
    stamp, caption = words_for(Picture("river", "x", TAKEN, "美瑛橋から上流"))
    assert stamp == "サンプル"
    assert caption.endswith("美瑛橋から上流")
