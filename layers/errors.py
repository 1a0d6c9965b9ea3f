"""Errors of the layers, as one tree. The program above translates them; nothing here knows HTTP.

LayerError
├── BrokenGround      the ground file does not hold what the map needs
├── BrokenCatalog     the catalogue of layers is wrong: which layer, which key
├── BrokenFile        a geodata file cannot be read: what and where
│   └── UnsafeFile    it is hostile: a bomb, a way out of its archive, more than the limit
├── UnknownCrs        no coordinate system can be told from the file; somebody must say it
├── BrokenTiles       a tile archive is damaged, or is not one
├── FetchFailed       a provider did not give what was asked for
├── BrokenNetwork     a line layer cannot serve as a road network
├── BrokenTable       a table entered by hand (lahar, km posts) does not hold together
├── NoTerrain         no height is known there
├── NotExportable     nothing to export, or not in the format asked for
├── BrokenCamera      what is said of a camera cannot be true
└── NotThere          no layer of this name or hash

Each message says what, which value, what to do; ``where`` names file, line or feature.
"""

from __future__ import annotations


class LayerError(ValueError):
    """Base of every error of this package."""

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where


class BrokenGround(LayerError):
    """The ground file does not hold what the map needs."""


class BrokenCatalog(LayerError):
    """The catalogue of layers is wrong."""


class BrokenFile(LayerError):
    """A geodata file cannot be read."""


class UnsafeFile(BrokenFile):
    """A geodata file is hostile: a bomb, a way out of its archive, more than the limit."""


class UnknownCrs(LayerError):
    """No coordinate system can be told from the file; ``candidates`` are EPSG codes that fit."""

    def __init__(self, message: str, *, where: str = "", candidates: tuple[int, ...] = ()) -> None:
        super().__init__(message, where=where)
        self.candidates = candidates


class BrokenTiles(LayerError):
    """A tile archive is damaged, or is not one."""


class FetchFailed(LayerError):
    """A provider did not give what was asked for."""


class BrokenNetwork(LayerError):
    """A line layer cannot serve as a road network."""


class BrokenTable(LayerError):
    """A table entered by hand does not hold together."""


class NoTerrain(LayerError):
    """No height is known there."""


class NotExportable(LayerError):
    """There is nothing to export, or it cannot be written in the format asked for."""


class BrokenCamera(LayerError):
    """What is said of a camera cannot be true."""


class NotThere(LayerError):
    """There is no layer of this name or hash."""
