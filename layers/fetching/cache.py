"""What was fetched, by its address: one SQLite file, so that nothing is asked for twice.

A tile the provider does not have is remembered as missing. What is older than ``fresh_s`` is asked
for again, with the ETag and date it came with: an unchanged tile costs one line of an answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

DAY_S = 86_400.0
TABLE = """
CREATE TABLE IF NOT EXISTS kept (
  url TEXT PRIMARY KEY, body BLOB, etag TEXT NOT NULL, modified TEXT NOT NULL, at REAL NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer: ``body`` is None for what is missing there, ``at`` is when it came (Unix s)."""

    body: bytes | None
    etag: str = ""
    modified: str = ""
    at: float = 0.0

    def conditions(self) -> dict[str, str]:
        """Return the headers that ask only for what changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value and self.body is not None}


class Cache:
    """The store of answers in a folder; each is on disk before ``put`` returns."""

    def __init__(self, folder: Path, *, fresh_s: float = 30 * DAY_S) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._fresh_s = folder, fresh_s
        self._db = sqlite3.connect(folder / "tiles.sqlite", timeout=30, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(TABLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def get(self, url: str) -> Kept | None:
        """Return what is kept of an address, or None."""
        row = self._db.execute(
            "SELECT body, etag, modified, at FROM kept WHERE url = ?", (url,)
        ).fetchone()
        return Kept(*row) if row else None

    def fresh(self, kept: Kept, now: float) -> bool:
        """Tell whether it need not be asked for again."""
        return kept.at > now - self._fresh_s

    def put(self, url: str, body: bytes | None, headers: Mapping[str, str], now: float) -> None:
        """Keep an answer; None says that the provider has nothing there."""
        etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
        self._db.execute(
            "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)", (url, body, etag, modified, now)
        )

    def confirm(self, url: str, now: float) -> None:
        """Note that what is kept is still right."""
        self._db.execute("UPDATE kept SET at = ? WHERE url = ?", (now, url))
