"""Errors of the layers. The program above translates them; nothing here knows HTTP."""

from __future__ import annotations


class LayerError(ValueError):
    """Base of every error of this package."""


class BrokenGround(LayerError):  # noqa: N818 - the tree above says it is an error
    """The ground file does not hold what the map needs."""
