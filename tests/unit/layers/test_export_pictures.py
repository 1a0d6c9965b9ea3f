"""A KMZ with pictures: the document first, each picture once, without what a camera adds."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from layers.export import pictures
from layers.export.pictures import stripped
from tests.exported import POINT, document, feature, written
from tests.pictures import exif, scene


def _jpeg(shade: int = 0, **more: Any) -> bytes:
    buffer = io.BytesIO()
    scene().rotate(shade).save(buffer, "JPEG", **more)
    return buffer.getvalue()


SHOTS = {"p1": _jpeg(1), "p2": _jpeg(2, exif=exif({0x010F: "Maker"}), comment=b"secret")}


def _kmz(tmp_path: Path, *rows: Any, opener: Any = SHOTS.get) -> tuple[Any, zipfile.ZipFile]:
    made = written(tmp_path, "kmz", *rows, pictures=opener)
    return made, zipfile.ZipFile(made.path)


def test_the_document_comes_first_and_its_pictures_open(tmp_path: Path) -> None:
    rows = [feature(POINT, "a", pictures=["p1", "p2"]), feature(POINT, "b", pictures=["p1"])]
    made, archive = _kmz(tmp_path, *rows)
    with archive:
        assert archive.namelist() == [
            "doc.kml",
            "files/icon.png",
            "files/0001.jpg",
            "files/0002.jpg",
        ]
        assert archive.testzip() is None
        for name in archive.namelist()[1:]:
            Image.open(io.BytesIO(archive.read(name))).load()
    text = document(made)
    assert text.count('src="files/0001.jpg"') == 2
    assert "<href>files/icon.png</href>" in text


def test_nothing_a_camera_wrote_rides_along(tmp_path: Path) -> None:
    _, archive = _kmz(tmp_path, feature(POINT, "a", pictures=["p2"]))
    with archive:
        bare = archive.read("files/0001.jpg")
    assert b"Exif" in SHOTS["p2"]
    assert b"Exif" not in bare
    assert b"secret" not in bare
    with Image.open(io.BytesIO(bare)) as small, Image.open(io.BytesIO(SHOTS["p2"])) as whole:
        assert not small.getexif()
        assert small.convert("RGB").tobytes() == whole.convert("RGB").tobytes()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_picture_looks_the_same_without_its_segments(mode: str) -> None:
    buffer = io.BytesIO()
    scene().convert(mode).save(buffer, "JPEG", exif=exif({0x010F: "x"}))
    bare = stripped(buffer.getvalue())
    assert bare is not None
    with Image.open(io.BytesIO(bare)) as small, Image.open(buffer) as whole:
        assert (small.mode, small.tobytes()) == (mode, whole.tobytes())


@pytest.mark.parametrize(
    "data",
    [
        None, b"", b"\xff\xd8", b"<svg onload=x>", _jpeg()[:500], b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe1\x00\x00\xff\xd9", b"\xff\xd8\xff\xe1\xff\xff\xff\xd9",
        _jpeg() + b"\x00" * 4_000_000,
    ],
)  # fmt: skip
def test_what_is_no_whole_picture_stays_out_and_is_said(tmp_path: Path, data: Any) -> None:
    rows = feature(POINT, "a", pictures=["odd", "p1"])
    made, archive = _kmz(tmp_path, rows, opener={**SHOTS, "odd": data}.get)
    with archive:
        assert [n for n in archive.namelist() if n.endswith(".jpg")] == ["files/0001.jpg"]
    assert any("odd" in note and "写真" in note for note in made.notes)


def test_number_and_bytes_are_limited_and_the_file_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MOST", 3), ("MOST_BYTES", 3 * len(SHOTS["p1"]) // 2)):
        monkeypatch.setattr(pictures, name, value)
        rows = [feature(POINT, f"{n}", pictures=[f"p{n}"]) for n in range(9)]
        made, archive = _kmz(tmp_path, *rows, opener=lambda _: SHOTS["p1"])
        with archive:
            held = [n for n in archive.namelist() if n.endswith(".jpg")]
        assert len(held) == (3 if name == "MOST" else 2)
        assert any("上限" in note for note in made.notes)
        assert "上限" in document(made)
        monkeypatch.undo()


def test_the_id_of_a_picture_names_no_file(tmp_path: Path) -> None:
    _, archive = _kmz(
        tmp_path, feature(POINT, "a", pictures=["../../etc/passwd"]), opener=lambda _: SHOTS["p1"]
    )
    with archive:
        assert "files/0001.jpg" in archive.namelist()
        assert not any("passwd" in name for name in archive.namelist())


def test_without_an_opener_there_are_words_only(tmp_path: Path) -> None:
    made = written(tmp_path, "kmz", feature(POINT, "a", pictures=["p1"]))
    assert "<img" not in document(made)
