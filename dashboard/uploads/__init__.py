"""The door for bytes: tus 1.0.0. ``blueprint`` for the web process, ``sweeper`` for the worker."""

from __future__ import annotations

from dashboard.uploads.door import blueprint
from dashboard.uploads.sweep import sweeper

__all__ = ["blueprint", "sweeper"]
