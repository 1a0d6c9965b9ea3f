"""A log's place as one word, so that a test can hand it to a process of its own."""

from __future__ import annotations

from pathlib import Path

from dashboard.log.group_commit import MAX_DRAFTS
from dashboard.log.postgres import PostgresLog
from dashboard.log.sqlite import SqliteLog


def open_place(place: str, max_drafts: int = MAX_DRAFTS) -> SqliteLog | PostgresLog:
    """Open ``/path/to/file.db`` or ``postgresql://…#schema``."""
    if place.startswith("postgresql://"):
        url, _, schema = place.rpartition("#")
        return PostgresLog(url, schema, max_drafts)
    return SqliteLog(Path(place), max_drafts)
