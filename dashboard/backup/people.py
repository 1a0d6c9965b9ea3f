"""The people store as one SQLite file, from either database and into either."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from dashboard.backup.files import copy_whole, settle
from dashboard.config import Settings
from dashboard.people.store import Store, open_store
from dashboard.people.tables import metadata, persons

Rows = dict[str, list[dict[str, Any]]]
FILE = "people.db"


def copy_out(settings: Settings, folder: Path) -> None:
    """Write the people store into ``folder/people.db``, whole or not at all."""
    if settings.database_url:
        _copy_rows(settings, folder)
    else:
        _copy_file(settings.state_dir / FILE, folder / FILE)


def copy_in(settings: Settings, folder: Path) -> None:
    """Fill the empty people store of ``settings`` from ``folder/people.db``."""
    if not settings.database_url:
        for old in settings.state_dir.glob(f"{FILE}*"):
            old.unlink()
        _copy_file(folder / FILE, settings.state_dir / FILE)
        return
    with closing(_store(folder)) as source, closing(open_store(settings)) as target:
        rows = source.read(_rows)
        target.write(lambda c: _insert(c, rows))
        target.write(_number_on)


def is_empty(settings: Settings) -> bool:
    """Tell whether nobody is in the people store yet."""
    if not settings.database_url and not (settings.state_dir / FILE).exists():
        return True
    with closing(open_store(settings)) as store:
        return store.read(lambda c: c.execute(select(persons.c.id).limit(1)).first() is None)


class Changes:
    """Tells whether the people store changed since it was last asked."""

    def __init__(self, settings: Settings) -> None:
        self._path = None if settings.database_url else settings.state_dir / FILE
        self._connection: sqlite3.Connection | None = None
        self._version: int | None = None

    def __call__(self) -> bool:
        """Return True at first, then when another connection wrote; on PostgreSQL always."""
        if self._path is None:
            return True
        if not self._path.exists():
            return False
        self._connection = self._connection or sqlite3.connect(self._path)
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        changed = version != self._version
        self._version = version
        return changed

    def close(self) -> None:
        """Let the file go."""
        if self._connection is not None:
            self._connection.close()


def _copy_file(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(draft)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file, no companions
    settle(draft, target)


def _copy_rows(settings: Settings, folder: Path) -> None:
    with closing(open_store(settings)) as source:
        rows = source.read(_rows)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".people-") as fresh:
        with closing(_store(Path(fresh))) as target:
            target.write(lambda c: _insert(c, rows))
        _copy_file(Path(fresh) / FILE, Path(fresh) / "whole.db")
        copy_whole(Path(fresh) / "whole.db", folder / FILE)


def _store(folder: Path) -> Store:
    return open_store(replace(Settings(), state_dir=folder))


def _rows(connection: Connection) -> Rows:
    return {
        table.name: [dict(row._mapping) for row in connection.execute(select(table))]
        for table in metadata.sorted_tables
    }


def _insert(connection: Connection, rows: Rows) -> None:
    for table in metadata.sorted_tables:
        if rows[table.name]:
            connection.execute(insert(table), rows[table.name])


def _number_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were put in with their numbers."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        highest = connection.execute(select(func.max(column))).scalar()
        if highest is not None:
            sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)")
            connection.execute(
                sequence, {"table": table.name, "column": column.name, "highest": highest}
            )
