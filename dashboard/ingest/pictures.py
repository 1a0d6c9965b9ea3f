"""Sample photos that the program draws itself: JPEG with position, time and direction.

Every picture says サンプル in large letters (SAMPLE where no Japanese font is installed,
never empty boxes), so that nobody takes one for a photo of a disaster.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageDraw, ImageFont
from PIL.TiffImagePlugin import IFDRational

from dashboard.bodies import CATEGORIES
from dashboard.ingest.painting import HEIGHT, WIDTH
from dashboard.ingest.scenes import SCENES, paint

__all__ = ["SCENES", "Picture", "draw_picture", "exif_of"]

FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Bold.ttc",
    "/System/Library/Fonts/ヒラギノ角ゴシック W6.ttc",
)
JAPAN = ZoneInfo("Asia/Tokyo")
LABELS = CATEGORIES | {"volcano": "噴煙"}
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw and what its header says; lon, lat in degrees (EPSG:4326).

    ``key`` decides the picture: the same key and values give the same bytes.
    """

    scene: str
    key: str
    taken_at: datetime
    caption: str = ""
    lon: float | None = None
    lat: float | None = None
    direction_deg: float | None = None


def draw_picture(picture: Picture) -> bytes:
    """Return a JPEG of 1600 × 1200 pixels with EXIF; about a third of a second of work."""
    seed = int.from_bytes(hashlib.sha256(picture.key.encode()).digest()[:8], "big")
    image = paint(picture.scene, seed).finished()
    _mark(image, picture)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=84, exif=exif_of(picture))
    return out.getvalue()


@lru_cache
def japanese_font() -> Path | None:
    """Return a font file that holds Japanese, or None on a machine without one."""
    return next((path for name in FONTS if (path := Path(name)).exists()), None)


def words_for(picture: Picture) -> tuple[str, str]:
    """Return the stamp and the caption, in Latin letters where no Japanese font is."""
    if japanese_font() is None:
        return "SAMPLE", f"SAMPLE DRAWING: {picture.scene}"
    caption = picture.caption or LABELS[picture.scene]
    return "サンプル", f"サンプル（描いた絵）　{caption}"


def _font(size: int) -> Font:
    path = japanese_font()
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


def _mark(image: Image.Image, picture: Picture) -> None:
    stamp, caption = words_for(picture)
    veil = Image.new("L", (900, 300))
    pen = ImageDraw.Draw(veil)
    pen.text((450, 150), stamp, fill=105, font=_font(170), anchor="mm")
    veil = veil.rotate(18, expand=True)
    place = ((WIDTH - veil.width) // 2, int(HEIGHT * 0.16))
    image.paste((255, 255, 255), place, veil)
    band = Image.new("L", (WIDTH, 92), 150)
    image.paste((20, 24, 30), (0, HEIGHT - 92), band)
    pen = ImageDraw.Draw(image)
    # in the middle: thumbnails cut the sides off
    middle = (WIDTH // 2, HEIGHT - 46)
    pen.text(middle, caption, fill=(255, 255, 255), font=_font(44), anchor="mm")


def exif_of(picture: Picture) -> Image.Exif:
    """Return the header of a sample photo: maker SAMPLE, time with zone, position, direction."""
    local = picture.taken_at.astimezone(JAPAN)
    stamp = local.strftime("%Y:%m:%d %H:%M:%S")
    exif, base = Image.Exif(), ExifTags.Base
    # EXIF texts are ASCII: Japanese here would reach most readers as rubbish
    exif[base.Make], exif[base.Model] = "SAMPLE", "biei-eoc drawn picture"
    exif[base.Orientation], exif[base.DateTime] = 1, stamp
    exif[base.ImageDescription] = "SAMPLE, drawn by a program; not a photo"
    taken = exif.get_ifd(ExifTags.IFD.Exif)
    taken[base.DateTimeOriginal] = taken[base.DateTimeDigitized] = stamp
    taken[base.OffsetTimeOriginal] = taken[base.OffsetTimeDigitized] = "+09:00"
    if picture.lon is not None and picture.lat is not None:
        exif[ExifTags.IFD.GPSInfo] = _gps(picture.lon, picture.lat, picture.direction_deg)
    return exif


def _gps(lon: float, lat: float, direction_deg: float | None) -> dict[int, object]:
    gps = ExifTags.GPS
    found: dict[int, object] = {
        gps.GPSVersionID: b"\x02\x03\x00\x00",
        gps.GPSLatitudeRef: "N" if lat >= 0 else "S",
        gps.GPSLatitude: _dms(lat),
        gps.GPSLongitudeRef: "E" if lon >= 0 else "W",
        gps.GPSLongitude: _dms(lon),
        gps.GPSMapDatum: "WGS-84",
    }
    if direction_deg is not None:
        found[gps.GPSImgDirectionRef] = "T"
        found[gps.GPSImgDirection] = IFDRational(round(direction_deg * 100), 100)
    return found


def _dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes, seconds as EXIF wants them; exact to a tenth of a millimetre."""
    minutes, seconds = divmod(Fraction(str(abs(degrees))) * 3600, 60)
    whole, left = divmod(int(minutes), 60)
    return IFDRational(whole), IFDRational(left), IFDRational(round(seconds * 10_000), 10_000)
