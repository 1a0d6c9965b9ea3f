"""What a file shows beside its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from layers.export.pictures import Opener
from layers.export.styles import Style


@dataclass(frozen=True, slots=True)
class Looks:
    """Layer → its style, and where the pictures come from; formats without either ignore them."""

    styles: Mapping[str, Style] = field(default_factory=dict)
    pictures: Opener | None = None
