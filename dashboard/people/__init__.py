"""People, devices, tokens, audit and signals: one store for both realms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.config import Settings


class People:
    """The people store of this process."""

    def teams(self) -> list[dict[str, Any]]:
        """Return ``[{id, name}]`` of every team, by name."""
        raise NotImplementedError

    def person(self, person_id: str) -> Any:
        """Return one person or None."""
        raise NotImplementedError

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Return display names by person id; an unknown id is left out."""
        raise NotImplementedError


def open_people(settings: Settings) -> People:
    """Open (and on first use create) the people store of these settings."""
    raise NotImplementedError
