"""The gazetteer of the commands: the packaged ground and network, and the shelf of the town."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from dashboard.ground import PACKAGED
from layers.errors import LayerError
from layers.gazetteer import Gazetteer, gazetteer_of
from layers.ground import ground
from layers.importers.by_place import is_estimate
from layers.importers.report import printable
from layers.schema import Collection
from layers.shelf import Shelf


def gazetteer(folder: Path, *, estimates: bool = True) -> Gazetteer:
    """Return the names of the packaged layers and of a shelf, whose folder need not be there.

    Without ``estimates`` layers that were placed by name themselves are left out: an estimate
    must not confirm another. What cannot be read is named on standard error and left out.
    """
    layers = [ground(), *map(_packaged, PACKAGED.values()), *_shelved(folder)]
    book, left_out = gazetteer_of(one for one in layers if estimates or not is_estimate(one))
    for error in left_out:
        _say(error)
    return book


def _packaged(path: Path) -> Collection:
    found: Collection = json.loads(path.read_text(encoding="utf-8"))
    return found


def _shelved(folder: Path) -> Iterator[Collection]:
    shelf = Shelf(folder)
    for name in shelf.names():
        try:
            yield shelf.collection(shelf.get(name)[0])
        except LayerError as error:
            _say(error)


def _say(error: LayerError) -> None:
    click.echo(f"eoc: {printable(str(error))}", err=True)
