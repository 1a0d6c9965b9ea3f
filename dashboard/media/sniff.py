"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

from pathlib import PurePath

from dashboard.media.refusals import refuse

JPEG, PNG, WEBP, HEIC, AVIF = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/heic",
    "image/avif",
)
HEAD_BYTES = 256  # enough for every signature below, compatible brands included

AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"}

# what people send by mistake, so that the refusal can name it
OTHERS = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"<svg", "SVG"),
    (b"\x1aE\xdf\xa3", "MKV"),
)

EXTENSIONS = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif", "mpo"), JPEG),
    "png": PNG,
    "webp": WEBP,
    **dict.fromkeys(("heic", "heif", "hif"), HEIC),
    "avif": AVIF,
    "gif": "image/gif",
    "bmp": "image/bmp",
    **dict.fromkeys(("tif", "tiff", "dng"), "image/tiff"),
    "svg": "image/svg+xml",
    **dict.fromkeys(("htm", "html"), "text/html"),
    **dict.fromkeys(("txt", "csv"), "text/plain"),
    **dict.fromkeys(("mp4", "mov", "m4v"), "video/mp4"),
    "pdf": "application/pdf",
    "zip": "application/zip",
}


def sniff(head: bytes) -> str:
    """Return the content type of a file's first bytes.

    Raises:
        BrokenMedia: nothing in it.
        UnsupportedMedia: not one of the five picture types.
    """
    if not head:
        raise refuse("empty")
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    raise _other(head)


def check_extension(filename: str, content_type: str) -> None:
    """Refuse a name whose extension says another type than the bytes do.

    A name without an extension, or with one we do not know, says nothing and passes.
    """
    extension = PurePath(filename).suffix.lower().lstrip(".")
    said = EXTENSIONS.get(extension)
    if said is not None and said != content_type:
        raise refuse("wrong_extension", value=f".{extension}", found=content_type)


def _by_brand(head: bytes) -> str:
    length = int.from_bytes(head[:4], "big")
    brands = {head[8:12], *(head[i : i + 4] for i in range(16, min(length, len(head)) - 3, 4))}
    if brands & AVIF_BRANDS:
        return AVIF
    if brands & HEIC_BRANDS:
        return HEIC
    raise refuse("unsupported_type", value="動画", found=head[8:12].decode("ascii", "replace"))


def _other(head: bytes) -> Exception:
    for signature, name in OTHERS:
        if head.startswith(signature):
            return refuse("unsupported_type", value=name)
    return refuse("not_a_picture")
