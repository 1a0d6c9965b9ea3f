"""The log: entries, their bodies, erasures, and the triggers that keep it append-only."""

from __future__ import annotations

from alembic import op

revision = "log_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE event (
  seq {bigint} PRIMARY KEY, id TEXT NOT NULL UNIQUE, incident_id TEXT NOT NULL,
  kind TEXT NOT NULL, v {int} NOT NULL, subject_id TEXT NOT NULL, about_id TEXT,
  occurred_us {bigint} NOT NULL, sent_us {bigint} NOT NULL, recorded_us {bigint} NOT NULL,
  person_id TEXT, device_id TEXT, source TEXT NOT NULL,
  sameness {bytes} NOT NULL, body_hash {bytes} NOT NULL, hash {bytes} NOT NULL){strict};
CREATE INDEX event_incident ON event (incident_id, seq);
CREATE INDEX event_subject ON event (subject_id, seq);
CREATE INDEX event_about ON event (about_id, seq) WHERE about_id IS NOT NULL;
CREATE TABLE event_body (seq {bigint} PRIMARY KEY, body TEXT NOT NULL){strict};
CREATE TABLE erasure (seq {bigint} PRIMARY KEY){strict}
"""

# OR REPLACE does not fire DELETE triggers, so an INSERT itself must refuse to replace.
SQLITE_INSERT = """
CREATE TRIGGER event_insert BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT ifnull(max(seq), 0) + 1 FROM event)
  OR EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the log is append-only: only the next seq, with a new id'); END
---
CREATE TRIGGER event_body_insert BEFORE INSERT ON event_body
WHEN EXISTS (SELECT 1 FROM event_body WHERE seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM erasure WHERE seq = NEW.seq)
  OR NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the log is append-only: a body is written once'); END
---
CREATE TRIGGER erasure_insert BEFORE INSERT ON erasure
WHEN EXISTS (SELECT 1 FROM erasure WHERE seq = NEW.seq)
  OR NOT EXISTS (SELECT 1 FROM event WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the log is append-only: an erasure is written once'); END
---
CREATE TRIGGER erasure_erases AFTER INSERT ON erasure
BEGIN DELETE FROM event_body WHERE seq = NEW.seq; END
---
CREATE TRIGGER event_body_delete BEFORE DELETE ON event_body
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'the log is append-only: eoc erase takes a body out'); END
"""
SQLITE_REFUSE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the log is append-only: no {verb} of {table}'); END
"""

POSTGRES = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
  MESSAGE = 'the log is append-only: no ' || TG_OP || ' of ' || TG_TABLE_NAME; END $$
---
CREATE FUNCTION event_next() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM event) THEN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
      MESSAGE = 'the log is append-only: only the next seq';
  END IF;
  RETURN NEW;
END $$
---
CREATE FUNCTION body_once() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM erasure WHERE seq = NEW.seq) THEN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
      MESSAGE = 'the log is append-only: a body is written once';
  END IF;
  RETURN NEW;
END $$
---
CREATE FUNCTION body_erased() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM erasure WHERE seq = OLD.seq) THEN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
      MESSAGE = 'the log is append-only: eoc erase takes a body out';
  END IF;
  RETURN OLD;
END $$
---
CREATE FUNCTION erase_body() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN DELETE FROM event_body WHERE seq = NEW.seq; RETURN NULL; END $$
---
CREATE TRIGGER event_insert BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_next()
---
CREATE TRIGGER body_insert BEFORE INSERT ON event_body FOR EACH ROW EXECUTE FUNCTION body_once()
---
CREATE TRIGGER body_delete BEFORE DELETE ON event_body FOR EACH ROW EXECUTE FUNCTION body_erased()
---
CREATE TRIGGER erasure_insert AFTER INSERT ON erasure FOR EACH ROW EXECUTE FUNCTION erase_body()
---
ALTER TABLE event_body ADD FOREIGN KEY (seq) REFERENCES event (seq)
---
ALTER TABLE erasure ADD FOREIGN KEY (seq) REFERENCES event (seq)
"""
POSTGRES_ROW = (
    "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH ROW "
    "EXECUTE FUNCTION refuse()"
)
POSTGRES_TRUNCATE = (
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse()"
)

TABLE_NAMES = ("event", "event_body", "erasure")
REFUSALS = (
    ("event", "UPDATE"),
    ("event", "DELETE"),
    ("event_body", "UPDATE"),
    ("erasure", "UPDATE"),
    ("erasure", "DELETE"),
)
SQLITE_TYPES = {"bigint": "INTEGER", "int": "INTEGER", "bytes": "BLOB", "strict": " STRICT"}
POSTGRES_TYPES = {"bigint": "BIGINT", "int": "INTEGER", "bytes": "BYTEA", "strict": ""}


def upgrade() -> None:
    """Create the tables of an empty store."""
    bind = op.get_bind()
    sqlite = bind.dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgres():
        bind.exec_driver_sql(statement)


def _sqlite() -> list[str]:
    refuse = [SQLITE_REFUSE.format(table=table, verb=verb) for table, verb in REFUSALS]
    tables = TABLES.format_map(SQLITE_TYPES).split(";")
    return [*tables, *SQLITE_INSERT.split("---"), *refuse]


def _postgres() -> list[str]:
    refuse = [POSTGRES_ROW.format(table=table, verb=verb) for table, verb in REFUSALS]
    truncate = [POSTGRES_TRUNCATE.format(table=table) for table in TABLE_NAMES]
    tables = TABLES.format_map(POSTGRES_TYPES).split(";")
    return [*tables, *POSTGRES.split("---"), *refuse, *truncate]
