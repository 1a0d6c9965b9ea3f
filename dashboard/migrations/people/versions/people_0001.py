"""People: persons, roles, teams, devices, sessions, tokens, audit, attempts, signals."""

from __future__ import annotations

from alembic import op

revision = "people_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE teams (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE persons (
  id TEXT NOT NULL PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  department TEXT NOT NULL, section TEXT NOT NULL, team_id TEXT REFERENCES teams (id),
  password_hash TEXT, active BOOLEAN NOT NULL, fs_uniquifier TEXT NOT NULL UNIQUE,
  created_us BIGINT NOT NULL);
CREATE TABLE roles (
  person_id TEXT NOT NULL REFERENCES persons (id), realm TEXT NOT NULL, role TEXT NOT NULL,
  scope TEXT, expires_us BIGINT, PRIMARY KEY (person_id, realm, role));
CREATE TABLE devices (
  id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, revoked_us BIGINT);
CREATE TABLE enrolments (
  {number}, device_id TEXT NOT NULL REFERENCES devices (id),
  person_id TEXT NOT NULL REFERENCES persons (id), from_us BIGINT NOT NULL, to_us BIGINT);
CREATE INDEX enrolments_by_device ON enrolments (device_id, person_id);
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY, person_id TEXT NOT NULL REFERENCES persons (id),
  device_id TEXT REFERENCES devices (id), opened_us BIGINT NOT NULL, expires_us BIGINT NOT NULL,
  address TEXT NOT NULL, agent TEXT NOT NULL, revoked_us BIGINT);
CREATE INDEX ix_sessions_person_id ON sessions (person_id);
CREATE TABLE tokens (
  id TEXT NOT NULL PRIMARY KEY, secret_hash TEXT NOT NULL UNIQUE, label TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES persons (id), realm TEXT NOT NULL, roles TEXT NOT NULL,
  created_us BIGINT NOT NULL, expires_us BIGINT, revoked_us BIGINT);
CREATE TABLE revocations ({number}, key TEXT NOT NULL, at_us BIGINT NOT NULL);
CREATE TABLE attempts ({number}, key TEXT NOT NULL, at_us BIGINT NOT NULL);
CREATE INDEX attempts_by_key ON attempts (key, at_us);
CREATE TABLE signals (
  realm TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, at_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL, PRIMARY KEY (realm, key));
CREATE TABLE audit (
  {number}, at_us BIGINT NOT NULL, action TEXT NOT NULL, person_id TEXT, realm TEXT,
  address TEXT NOT NULL, target TEXT NOT NULL, detail TEXT NOT NULL)
"""
NUMBER = {
    "sqlite": "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
    "postgresql": "id BIGSERIAL PRIMARY KEY",
}

# OR REPLACE does not fire DELETE triggers everywhere: the INSERT itself refuses to replace
SQLITE = """
CREATE TRIGGER audit_insert BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
---
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
---
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""
POSTGRES = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
  MESSAGE = 'the audit is append-only: no ' || TG_OP; END $$
---
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_refuse()
---
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_refuse()
"""


def upgrade() -> None:
    """Create the tables of an empty store."""
    bind = op.get_bind()
    tables = TABLES.format(number=NUMBER[bind.dialect.name]).split(";")
    triggers = (SQLITE if bind.dialect.name == "sqlite" else POSTGRES).split("---")
    for statement in [*tables, *triggers]:
        bind.exec_driver_sql(statement)
