"""The catalogue of layers: what the map can show, whose it is and how it looks.

The table is ``data/reference/catalog.toml``. A layer takes what it does not say itself from its
provider; what neither says has the default of :class:`Layer`. A key nobody knows is refused, so a
slip of the pen is found when the table is read and not by a layer that looks wrong on the wall.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from layers.errors import BrokenCatalog, NotThere
from layers.schema import NAME, Metadata

GROUPS = ("base", "hazard", "volcano", "reference", "analysis", "user")
ALLOWED = {
    "group": GROUPS,
    "kind": ("raster", "vector_tiles", "vector", "analysis"),
    "format": ("png", "jpg", "pbf", "geojson", "csv", "zip"),
    "shape": ("fill", "line", "point", "image"),
}
COLOR = re.compile(r"#[0-9a-f]{6}")
TILED = ("raster", "vector_tiles")
# what the map is told in the reader's language: key of the answer → stem of the field
SPOKEN = {"title": "title", "note": "note"}
TOLD = (
    "name", "group", "kind", "base", "order", "opacity", "visible", "min_zoom", "max_zoom",
    "max_native_zoom", "attribution", "attribution_url", "source", "licence", "date", "schematic",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """How features are drawn: widths and radius in pixels, colours ``#rrggbb``.

    ``dash`` is an SVG dash array, ``icon`` names a symbol of the map, ``label`` the property whose
    value is written beside a feature.
    """

    color: str = "#5a5f66"
    weight: float = 2.0
    dash: str = ""
    fill: str = ""
    fill_opacity: float = 1.0
    radius: float = 5.0
    icon: str = ""
    label: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON wants it."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


# what nobody described: an outline that is seen, an area that hides nothing below it
IMPORTED = Style("#7a3e9d", weight=2.5, fill="#7a3e9d", fill_opacity=0.15, radius=6.0)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One row of a legend; ``url`` is a picture and needs shape ``image``."""

    label_ja: str
    label_en: str
    shape: str
    color: str = ""
    url: str = ""

    def as_dict(self, lang: str) -> dict[str, Any]:
        """Return it as JSON wants it, in one language."""
        label = self.label_en if lang == "en" else self.label_ja
        return {"label": label, "color": self.color, "shape": self.shape, "url": self.url}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the provider allows when tiles are taken for use without a line."""

    may_bulk: bool = False
    max_tiles: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the layer control."""

    name: str
    title_ja: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. ``url`` is the official address (``{z}/{x}/{y}`` for tiles), empty if local.

    Of the ``base`` maps one is shown at a time. ``crs`` is the EPSG code of the data as provided.
    A ``hidden`` layer is no choice of the map: only analyses read it.
    """

    name: str
    title_ja: str
    title_en: str
    group: str
    kind: str
    format: str
    source: str
    source_url: str
    licence: str
    attribution: str
    attribution_url: str
    date: str
    order: int
    url: str = ""
    base: bool = False
    min_zoom: int = 0
    max_zoom: int = 20
    max_native_zoom: int = 20
    crs: int = 4326
    opacity: float = 1.0
    visible: bool = False
    hidden: bool = False
    schematic: bool = False
    note_ja: str = ""
    note_en: str = ""
    style: Style = field(default_factory=Style)
    legend: tuple[LegendEntry, ...] = ()
    terms: Terms = field(default_factory=Terms)

    @classmethod
    def of(cls, metadata: Metadata, *, order: int = 100) -> Self:
        """Return the layer of something a user imported; it belongs to the group ``user``."""
        return cls(
            name=metadata.name, title_ja=metadata.title_ja,
            title_en=metadata.title_en or metadata.title_ja, group="user", kind="vector",
            format="geojson", source=metadata.source, source_url="", licence=metadata.licence,
            attribution=metadata.attribution, attribution_url="", date=metadata.date, order=order,
            schematic=metadata.schematic, note_ja=metadata.note_ja, style=IMPORTED,
        )  # fmt: skip

    def as_dict(self, lang: str = "ja") -> dict[str, Any]:
        """Return what the map is told, in ``ja`` or ``en``; an empty English note is Japanese."""
        told: dict[str, Any] = {key: getattr(self, key) for key in TOLD}
        for key, stem in SPOKEN.items():
            told[key] = getattr(self, f"{stem}_{lang}") or getattr(self, f"{stem}_ja")
        told["style"] = self.style.as_dict()
        told["legend"] = [entry.as_dict(lang) for entry in self.legend]
        return told


@dataclass(frozen=True, slots=True)
class Catalog:
    """The groups and the layers, in the order in which they are drawn, the lowest first."""

    groups: tuple[Group, ...]
    layers: tuple[Layer, ...]

    def __getitem__(self, name: str) -> Layer:
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise NotThere(f"No layer {name!r} in the catalogue; see `eoc layers list`.")

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __contains__(self, name: object) -> bool:
        return any(layer.name == name for layer in self.layers)


def load(path: Path | None = None) -> Catalog:
    """Return the catalogue of a TOML file, by default the one that comes with the program.

    Raises:
        BrokenCatalog: naming the layer, the key and what is wrong with it.
    """
    given = path or files("data").joinpath("reference", "catalog.toml")
    try:
        document = tomllib.loads(given.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenCatalog(f"The catalogue is not TOML: {error}.", where=given.name) from None
    return parse(document)


def parse(document: Mapping[str, Any]) -> Catalog:
    """Return the catalogue of a parsed document with ``groups``, ``providers`` and ``layers``.

    Raises:
        BrokenCatalog: as :func:`load`.
    """
    for key in ("groups", "providers", "layers"):
        if not isinstance(document.get(key), dict):
            raise BrokenCatalog(f"The catalogue has no table [{key}].", where=key)
    found = tuple(
        _layer(name, table, document["providers"]) for name, table in document["layers"].items()
    )
    return Catalog(_groups(document["groups"]), tuple(sorted(found, key=lambda one: one.order)))


def _groups(tables: Mapping[str, Any]) -> tuple[Group, ...]:
    if set(tables) != set(GROUPS):
        raise BrokenCatalog(f"It must name exactly {GROUPS}, not {tuple(tables)}.", where="groups")
    return tuple(_made(Group, {**t, "name": n}, f"groups.{n}") for n, t in tables.items())


def _layer(name: str, table: Any, providers: Mapping[str, Any]) -> Layer:
    if not NAME.fullmatch(name):
        raise BrokenCatalog("A name is a-z, 0-9, _ and -, at most 64 signs.", where=repr(name))
    if not isinstance(table, dict):
        raise BrokenCatalog(f"It is {table!r}, not a table.", where=name)
    provider = providers.get(table.get("provider", ""))
    if not isinstance(provider, dict):
        raise BrokenCatalog(f"Provider {table.get('provider')!r} is unknown.", where=name)
    own = {key: value for key, value in table.items() if key != "provider"}
    crs = {"crs": 3857} if table.get("kind") in TILED else {}
    layer: Layer = _made(Layer, _nested({**crs, **provider, **own, "name": name}, name), name)
    _check(layer)
    return layer


def _nested(table: dict[str, Any], where: str) -> dict[str, Any]:
    made = dict(table)
    for key, cls in (("style", Style), ("terms", Terms)):
        if key in table:
            made[key] = _made(cls, table[key], f"{where}.{key}")
    if "legend" in table:
        made["legend"] = tuple(
            _made(LegendEntry, row, f"{where}.legend[{number}]")
            for number, row in enumerate(table["legend"])
        )
    return made


def _made(cls: Any, table: Any, where: str) -> Any:
    if not isinstance(table, dict):
        raise BrokenCatalog(f"It is {table!r}, not a table.", where=where)
    known = {one.name: one for one in fields(cls)}
    for key in table:
        if key not in known:
            raise BrokenCatalog(f"Key {key!r} is unknown; use one of {list(known)}.", where=where)
    for key, one in known.items():
        if key not in table and one.default is MISSING and one.default_factory is MISSING:
            raise BrokenCatalog(f"Key {key!r} is missing.", where=where)
    typed = {key: _typed(key, x, str(known[key].type), where) for key, x in table.items()}
    return cls(**typed)


TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,), "int": (int,), "float": (int, float), "bool": (bool,),
}  # fmt: skip


def _typed(key: str, value: Any, wanted: str, where: str) -> Any:
    types = TYPES.get(wanted)
    # True is an int for Python, and a zoom of True is a mistake
    if types and (not isinstance(value, types) or (wanted != "bool" and isinstance(value, bool))):
        raise BrokenCatalog(f"Key {key!r} has value {value!r}; it must be {wanted}.", where=where)
    if key in ALLOWED and value not in ALLOWED[key]:
        raise BrokenCatalog(f"Key {key!r} has value {value!r}; use {ALLOWED[key]}.", where=where)
    if key in ("color", "fill") and value and not COLOR.fullmatch(value):
        raise BrokenCatalog(f"Key {key!r} has value {value!r}; write #rrggbb.", where=where)
    return float(value) if wanted == "float" else value


def _check(layer: Layer) -> None:
    wrong = {
        "attribution": bool(layer.url) and not layer.attribution,
        "url": bool(layer.url) and not layer.url.startswith("https://"),
        "opacity": not 0 <= layer.opacity <= 1,
        "max_zoom": not 0 <= layer.min_zoom <= layer.max_zoom <= 24,
        "max_native_zoom": not layer.min_zoom <= layer.max_native_zoom <= 24,
        "base": layer.base and layer.group != "base",
        "legend": any(not (row.color or row.url) for row in layer.legend),
    }
    for key, bad in wrong.items():
        if bad:
            value = getattr(layer, key)
            raise BrokenCatalog(f"Key {key!r} cannot be {value!r} here.", where=layer.name)
