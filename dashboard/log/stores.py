"""Open the log of a realm where the settings say it lies."""

from __future__ import annotations

from typing import TypeAlias

from dashboard.config import Settings
from dashboard.errors import Misconfigured
from dashboard.log.postgres import PostgresLog
from dashboard.log.sqlite import SqliteLog

StoredLog: TypeAlias = SqliteLog | PostgresLog


def open_log(settings: Settings, realm_name: str) -> StoredLog:
    """Return the log of a realm, its tables made or brought up to date.

    An empty ``EOC_DATABASE_URL`` means the file ``<EOC_STATE_DIR>/<realm>.db``; otherwise the
    schema named like the realm.

    Raises:
        Misconfigured: an address that is neither empty nor PostgreSQL.
    """
    url = settings.database_url
    if not url:
        return SqliteLog(settings.state_dir / f"{realm_name}.db")
    if not url.startswith(("postgresql://", "postgres://")):
        raise Misconfigured(
            f"EOC_DATABASE_URL begins with {url.partition('://')[0]!r}; it must be empty "
            "(SQLite) or postgresql://…",
            name="EOC_DATABASE_URL",
        )
    return PostgresLog(url, realm_name)
