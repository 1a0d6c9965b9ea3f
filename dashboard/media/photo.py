"""What the header of a photo says, for the door that takes it in: no pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.clock import iso
from dashboard.media import header, sniff, tiff
from dashboard.media.moment import read_moment
from dashboard.media.place import Position, read_direction, read_place
from dashboard.media.refusals import refuse

SIDEWAYS = {5, 6, 7, 8}


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """Facts of one photo. Width and height in pixels as seen upright.

    ``place``: {lon, lat (EPSG:4326), method 'exif', uncertainty_m, altitude_m | None} or
    None with ``no_place_reason``. ``orientation`` 1–8 as EXIF says; ``turn`` 1–8 is what
    our decoder leaves to be done. ``components``: channels as stored. ``taken_us``:
    microseconds UTC.
    """

    content_type: str
    width: int
    height: int
    orientation: int
    turn: int
    components: int
    place: Position | None
    no_place_reason: str | None
    direction_deg: float | None
    direction_ref: str | None
    taken_us: int | None
    taken_zone: str | None
    maker: str | None
    model: str | None
    odd: tuple[str, ...]

    @property
    def taken_at(self) -> str | None:
        """ISO 8601 UTC with ``Z``, or None."""
        return None if self.taken_us is None else iso(self.taken_us)

    def as_body(self) -> dict[str, Any]:
        """Return the fields of ``photo.received`` that come from the header."""
        return {
            "content_type": self.content_type,
            "width": self.width,
            "height": self.height,
            "orientation": self.orientation,
            "place": self.place,
            "no_place_reason": self.no_place_reason,
            "direction_deg": self.direction_deg,
            "direction_ref": self.direction_ref,
            "taken_at": self.taken_at,
            "taken_zone": self.taken_zone,
            "maker": self.maker,
            "model": self.model,
            "odd": list(self.odd),
        }


def read_header(path: Path, filename: str = "", default_zone: str = "Asia/Tokyo") -> PhotoFacts:
    """Return what the header of the picture at ``path`` says.

    ``filename`` is the sender's; its extension must not contradict the bytes. Broken EXIF
    never raises: it is "no position" or "no time" with a reason.

    Raises:
        BrokenMedia, UnsupportedMedia, TooLarge: the file is refused; ``detail.reason`` says
            why. Of a truncated picture ``detail.header`` still tells place and time.
    """
    head = header.read(path)
    sniff.check_extension(filename, head.content_type)
    facts = _facts(head, tiff.read(head.exif), default_zone)
    if head.cut:
        raise refuse("truncated", value=path.stat().st_size, header=facts.as_body())
    return facts


def _facts(head: header.Header, tags: tiff.Tags, default_zone: str) -> PhotoFacts:
    orientation = _orientation(tags)
    upright = orientation if head.turned is None else head.turned
    by_decoder = head.content_type == sniff.HEIC and head.turned is not None
    size = (head.height, head.width) if upright in SIDEWAYS else (head.width, head.height)
    place, reason, place_odd = read_place(tags)
    direction_deg, direction_ref = read_direction(tags, head.xmp)
    taken_us, taken_zone, time_odd = read_moment(tags, default_zone, fixed=place is not None)
    return PhotoFacts(
        content_type=head.content_type,
        width=size[0],
        height=size[1],
        orientation=orientation,
        turn=1 if by_decoder else upright,  # libheif turns by the container, Pillow never
        components=head.components,
        place=place,
        no_place_reason=reason,
        direction_deg=direction_deg,
        direction_ref=direction_ref,
        taken_us=taken_us,
        taken_zone=taken_zone,
        maker=tiff.text(tags.main.get("maker")) or None,
        model=tiff.text(tags.main.get("model")) or None,
        odd=(*head.odd, *tags.odd, *place_odd, *time_odd),
    )


def _orientation(tags: tiff.Tags) -> int:
    said = tiff.number(tags.main.get("orientation"))
    return int(said) if said in range(1, 9) else 1
