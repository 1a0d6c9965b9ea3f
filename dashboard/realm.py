"""A realm: the real disaster or the drill. Everything takes one; it is never a flag."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.clock import Clock, SystemClock
from dashboard.log import Log

REAL, DRILL = "real", "drill"
PREFIXES = {REAL: "", DRILL: "/drill"}


@dataclass(slots=True)
class Realm:
    """One log, one media folder, one set of rooms and browser names.

    ``live`` holds the boards of this process; ``create_app`` puts it in.
    """

    name: str
    log: Log
    folder: Path
    clock: Clock = field(default_factory=SystemClock)
    live: Any = None
    media: Any = None

    @property
    def prefix(self) -> str:
        """The beginning of every address of this realm: empty, or ``/drill``."""
        return PREFIXES[self.name]

    @property
    def namespace(self) -> str:
        """The Socket.IO namespace of this realm."""
        return f"{self.prefix}/live"
