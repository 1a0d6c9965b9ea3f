"""What a job says to the log."""

from __future__ import annotations

from typing import Any, NamedTuple


class Answer(NamedTuple):
    """An event to append. ``apart`` tells answers to one asking entry from each other."""

    kind: str
    subject_id: str
    body: dict[str, Any]
    apart: tuple[str, ...] = ()
