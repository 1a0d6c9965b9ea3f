"""Names that a format can hold: of fields, of layers, of files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from layers.export.cells import clean_text

LONGEST = 60  # characters; a shapefile would take 10, but nobody asked for one
ODD = re.compile(r"[\s\"'`;\\/:*?<>|\[\]{}]+")
NUMBER = re.compile(r"^[-+]?[\d.][\d.eE+-]*$")
# what SQLite and GeoPackage keep for themselves
RESERVED = ("sqlite_", "gpkg_", "rtree_", "layer_styles")


def plain(name: str, otherwise: str) -> str:
    """Return a name without spaces, quotes and what file systems refuse, cut to 60."""
    return ODD.sub("_", clean_text(name)).strip("_.")[:LONGEST] or otherwise


def field_names(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return given name → name in the file: plain, and no two alike in any case of letters.

    A bare number gets a ``_``: GDAL takes a CSV file with one in its first line for one
    without headings.
    """
    used = {name.casefold() for name in taken}
    return {name: _free(NUMBER.sub(r"_\g<0>", plain(name, "field")), used) for name in names}


def layer_name(*parts: str) -> str:
    """Return the name of a table or layer."""
    name = "_".join(filter(None, (plain(part, "") for part in parts))) or "layer"
    return f"_{name}" if name.casefold().startswith(RESERVED) else name


def layer_names(keys: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Return key → name of its layer, no two alike in any case of letters."""
    used: set[str] = set()
    return {key: _free(layer_name(*key), used) for key in keys}


def _free(name: str, used: set[str]) -> str:
    free, number = name, 1
    while free.casefold() in used:
        number += 1
        free = f"{name}_{number}"
    used.add(free.casefold())
    return free
