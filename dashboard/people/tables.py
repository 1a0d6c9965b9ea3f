"""Tables of the people store. Times are microseconds UTC; secrets lie here as hashes only."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()
# SQLite numbers rows itself only for INTEGER; PostgreSQL needs 64 bits
Number = BigInteger().with_variant(Integer, "sqlite")

teams = Table(
    "teams",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

persons = Table(
    "persons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("department", Text, nullable=False, default=""),
    Column("section", Text, nullable=False, default=""),
    Column("team_id", ForeignKey("teams.id")),
    Column("password_hash", Text),
    Column("active", Boolean, nullable=False, default=True),
    Column("fs_uniquifier", Text, nullable=False, unique=True),
    Column("created_us", BigInteger, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    Column("person_id", ForeignKey("persons.id"), primary_key=True),
    Column("realm", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("scope", Text),
    Column("expires_us", BigInteger),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # browser: by cookie · loan: by Bearer token
    Column("label", Text, nullable=False),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("epoch", Integer, nullable=False, default=0),
    Column("revoked_us", BigInteger),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("from_us", BigInteger, nullable=False),
    Column("to_us", BigInteger),
    Index("enrolments_by_device", "device_id", "person_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, index=True),
    Column("device_id", ForeignKey("devices.id")),
    Column("opened_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("address", Text, nullable=False, default=""),
    Column("agent", Text, nullable=False, default=""),
    Column("revoked_us", BigInteger),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("person_id", ForeignKey("persons.id"), nullable=False),
    Column("realm", Text, nullable=False),
    Column("roles", Text, nullable=False),  # separated by blanks
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger),
    Column("revoked_us", BigInteger),
)

revocations = Table(
    "revocations",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("attempts_by_key", "key", "at_us"),
)

signals = Table(
    "signals",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("person_id", Text),
    Column("realm", Text),
    Column("address", Text, nullable=False, default=""),
    Column("target", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default="{}"),
    sqlite_autoincrement=True,
)
