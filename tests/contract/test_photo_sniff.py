"""What is let in, by its bytes; what is refused, with a reason the sender can act on."""

from __future__ import annotations

import struct
import zlib

import pytest

from dashboard.bodies import PhotoReceived
from dashboard.errors import BrokenMedia, EocError, TooLarge, UnsupportedMedia
from dashboard.media import refusals
from dashboard.media.photo import read_header
from tests.pictures import BIEI, FORMATS, encode, exif, photo, scene

TYPES = {kind: f"image/{kind}" for kind in FORMATS}


def refused(path, filename=""):
    with pytest.raises(EocError) as caught:
        read_header(path, filename)
    return type(caught.value), caught.value.detail["reason"]


def written(folder, data):
    path = folder / "file"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", FORMATS)
def test_the_five_types_are_known_by_their_bytes(tmp_path, kind):
    facts = read_header(photo(tmp_path, kind, exif({0x10F: "Maker"}, gps=BIEI)), "")
    assert (facts.content_type, facts.width, facts.height) == (TYPES[kind], 320, 240)
    assert facts.maker == "Maker"
    assert facts.odd == ()


@pytest.mark.parametrize("kind", FORMATS)
def test_the_facts_are_a_body_of_photo_received(tmp_path, kind):
    facts = read_header(photo(tmp_path, kind, exif(gps=BIEI | {16: "T", 17: 90.0})))
    body = PhotoReceived.model_validate(
        facts.as_body() | {"sha256": "0" * 64, "size": 1, "filename": "a.jpg"}
    )
    assert body.place is not None
    assert (body.place.method, body.direction_deg) == ("exif", 90.0)


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        (b"", BrokenMedia, "empty"),
        ("美瑛川が増水しています".encode(), UnsupportedMedia, "not_a_picture"),
        (b"\x00" * 5000, UnsupportedMedia, "not_a_picture"),
        (b"GIF89a" + b"\x00" * 40, UnsupportedMedia, "unsupported_type"),
        (b"%PDF-1.7\n", UnsupportedMedia, "unsupported_type"),
        (b"<svg xmlns=''><script/></svg>", UnsupportedMedia, "unsupported_type"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40, UnsupportedMedia, "unsupported_type"),
        (b"\xff\xd8\xff", BrokenMedia, "truncated"),
        (b"\xff\xd8\xff\xda\x00\x02\xff\xd9", BrokenMedia, "damaged_header"),
    ],
)
def test_what_is_no_photo_is_refused_whatever_its_name(tmp_path, data, kind, reason):
    assert refused(written(tmp_path, data), "photo.jpg") == (kind, reason)


@pytest.mark.parametrize("name", ["photo.png", "PHOTO.HEIC", "a.b.gif", "写真.webp", "x.txt"])
def test_a_name_that_says_another_type_is_refused(tmp_path, name):
    assert refused(photo(tmp_path), name) == (UnsupportedMedia, "wrong_extension")


@pytest.mark.parametrize(
    "name", ["", "photo", "photo.jpg", "P.JPEG", "x.jfif", "a.unknown", "写真"]
)
def test_a_name_that_agrees_or_says_nothing_passes(tmp_path, name):
    assert read_header(photo(tmp_path), name).content_type == "image/jpeg"


@pytest.mark.parametrize("kind", FORMATS)
def test_every_beginning_of_a_photo_is_refused_as_cut(tmp_path, kind):
    whole = encode(scene(64, 48), kind, exif(gps=BIEI))
    for cut in sorted({*range(0, len(whole) - 1, 37), len(whole) - 1, len(whole) - 2}):
        path = written(tmp_path, whole[:cut])
        with pytest.raises((BrokenMedia, UnsupportedMedia)):
            read_header(path)


def test_a_cut_photo_still_tells_where_and_when(tmp_path):
    whole = encode(scene(), "jpeg", exif(gps=BIEI))
    with pytest.raises(BrokenMedia) as caught:
        read_header(written(tmp_path, whole[:-200]))
    assert caught.value.detail["header"]["place"]["lat"] == pytest.approx(43.588333, abs=1e-6)


@pytest.mark.parametrize(
    ("tail", "mark"),
    [
        (b"PK\x03\x04zip", "trailing_zip"),
        (b"\x00\x00\x00\x18ftypmp42", "trailing_video"),
        (b"\xff\xd8\xff\xe0picture", "trailing_image"),
        (b"<script>alert(1)</script>", "trailing_bytes"),
        (b"\x00" * 64, "trailing_padding"),
    ],
)
def test_a_tail_is_let_in_and_told(tmp_path, tail, mark):
    assert read_header(written(tmp_path, encode(scene(), "jpeg") + tail)).odd == (mark,)


@pytest.mark.parametrize("kind", ["png", "webp", "heic"])
def test_a_tail_is_told_of_other_types_too(tmp_path, kind):
    path = written(tmp_path, encode(scene(), kind) + b"-- tail --")
    assert read_header(path).odd == ("trailing_bytes",)


def png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00" * 99))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def test_the_cap_is_64_million_pixels(tmp_path):
    assert read_header(written(tmp_path, png_of(8000, 8000))).width == 8000
    assert refused(written(tmp_path, png_of(8000, 8001))) == (TooLarge, "too_many_pixels")
    assert refused(written(tmp_path, png_of(0, 5))) == (BrokenMedia, "damaged_header")


def test_the_cap_is_100_million_bytes(tmp_path):
    path = photo(tmp_path)
    with path.open("r+b") as file:
        file.truncate(refusals.MAX_BYTES + 1)
    assert refused(path) == (TooLarge, "too_many_bytes")


def test_stray_bytes_before_a_marker_are_stepped_over(tmp_path):
    whole = encode(scene(), "jpeg")
    at = whole.index(b"\xff\xdb")
    assert read_header(written(tmp_path, whole[:at] + b"?>" + whole[at:])).width == 320
