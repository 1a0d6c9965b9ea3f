"""The words of all bodies: pydantic types and models that refuse unknown keys.

Positions are WGS84 longitude and latitude in degrees (EPSG:4326), heights in metres.
No body holds a person's name: only ``person_id`` of the people store.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

CATEGORIES = {
    "sediment": "土砂流出",
    "flooding": "冠水",
    "river": "河川増水・越水",
    "road": "道路損壊",
    "bridge": "橋りょう",
    "slope": "法面崩壊",
    "tree": "倒木",
    "power": "停電",
    "water": "断水",
    "building": "建物",
    "snow": "吹雪・吹きだまり・立ち往生",
    "people": "人",
    "other": "その他",
    "normal": "異常なし",
}
Category = Literal[
    "sediment", "flooding", "river", "road", "bridge", "slope", "tree",
    "power", "water", "building", "snow", "people", "other", "normal",
]  # fmt: skip
Certainty = Literal["unverified", "verified", "false_report"]
Handling = Literal["open", "in_progress", "monitoring", "handed_over", "no_action", "done"]
Priority = Literal["urgent", "high", "medium", "low"]
Means = Literal["app", "phone", "radio", "in_person", "line_works", "fax"]
PlaceMethod = Literal["exif", "device", "paired", "typed", "pinned", "telemetry", "estimated"]
ClosureKind = Literal["full", "alternating", "large_vehicles", "caution"]


def _no_surrogates(text: str) -> str:
    text.encode()  # a lone surrogate cannot be stored: ValueError here names the field
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    return text


Text = Annotated[str, AfterValidator(_no_surrogates)]
Line = Annotated[Text, Field(max_length=200)]
Words = Annotated[Text, Field(max_length=2000)]
Seen = Annotated[int, Field(ge=0, strict=True)]
SubjectId = Annotated[str, Field(pattern=r"^[0-9A-Za-z:_.-]{1,100}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Degrees = Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]


class Body(BaseModel):
    """Base of every body: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Decision(Body):
    """``seen``: the last seq of the subject that the decider had on screen."""

    seen: Seen
    reason: Words | None = None


class Place(Body):
    """A position with how it is known and how far it may be off (metres)."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    method: PlaceMethod
    uncertainty_m: float = Field(ge=0, le=1_000_000, allow_inf_nan=False)
    altitude_m: float | None = Field(default=None, ge=-500, le=20_000, allow_inf_nan=False)
    direction_deg: Degrees | None = None
    direction_ref: Literal["true", "magnetic"] | None = None
    age_s: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class Ended(Decision):
    """Ends, lifts, withdraws, retracts or disbands the subject."""


def is_position(p: Any) -> bool:
    """Tell whether a value is a GeoJSON position [lon, lat] within range."""
    return (
        isinstance(p, (list, tuple))
        and len(p) >= 2
        and all(isinstance(n, (int, float)) and math.isfinite(n) for n in p[:2])
        and -180 <= p[0] <= 180
        and -90 <= p[1] <= 90
    )
