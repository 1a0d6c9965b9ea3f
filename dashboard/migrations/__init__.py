"""Tables of the stores, brought up to date when a store is opened. Alembic, one line per store.

Alembic and SQLAlchemy take half a second to import, so they are imported only when the
version written in the store is not the newest one: a second start stays fast.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.errors import Misconfigured

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).parent
HEADS = {"log": "log_0001", "people": "people_0001"}
MIGRATION_LOCK = 0x0E0C  # advisory lock: two processes that start at once migrate one by one


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store lies: a SQLite file, or a schema of a PostgreSQL database."""

    url: str
    schema: str | None = None

    @classmethod
    def file(cls, path: Path) -> Place:
        """Return the place of a SQLite file."""
        return cls(f"sqlite:///{path.absolute()}")

    @classmethod
    def postgres(cls, url: str, schema: str) -> Place:
        """Return the place of a schema, for the driver psycopg 3."""
        return cls("postgresql+psycopg" + url[url.index("://") :], schema)


def upgrade(place: Place, store: str) -> None:
    """Create or bring up to date the tables of ``store`` (a key of HEADS). Safe to run at once."""
    if stored_version(place) == HEADS[store]:
        return
    from alembic import command

    engine = _engine(place)
    try:
        with engine.connect() as connection, connection.begin():
            _enter(connection, place)
            config = _config(store)
            config.attributes.update(connection=connection, schema=place.schema)
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def stored_version(place: Place) -> str | None:
    """Return the revision written in a store, or None while it has no tables.

    Raises:
        Misconfigured: PostgreSQL does not answer, or refuses the login.
    """
    if place.schema is None:
        return _sqlite_version(Path(place.url.removeprefix("sqlite:///")))
    return _postgres_version("postgresql" + place.url[place.url.index("://") :], place.schema)


def _sqlite_version(path: Path) -> str | None:
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as connection:
        found = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        if connection.execute(found).fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _postgres_version(url: str, schema: str) -> str | None:
    import psycopg
    from psycopg import errors, sql

    table = sql.Identifier(schema, "alembic_version")
    query = sql.SQL("SELECT version_num FROM {}").format(table)
    try:
        with psycopg.connect(url) as connection:
            row = connection.execute(query).fetchone()
    except errors.UndefinedTable:
        return None
    except psycopg.OperationalError as error:
        raise Misconfigured(f"EOC_DATABASE_URL: PostgreSQL does not answer: {error}") from error
    return str(row[0]) if row else None


def head(store: str) -> str | None:
    """Return the newest revision among the files of ``store``."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(store)).get_current_head()


def _config(store: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(FOLDER / store / "versions").replace("%", "%%"))
    return config


def _engine(place: Place) -> Engine:
    from sqlalchemy import NullPool, create_engine, event

    engine = create_engine(place.url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def by_hand(raw: Any, _record: Any) -> None:
            # the driver would commit before each CREATE: half a migration could stay behind
            raw.isolation_level = None
            raw.execute("PRAGMA journal_mode=WAL")

        @event.listens_for(engine, "begin")
        def lock_first(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _enter(connection: Connection, place: Place) -> None:
    if place.schema is not None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{place.schema}"')
        connection.exec_driver_sql(f'SET LOCAL search_path TO "{place.schema}"')
