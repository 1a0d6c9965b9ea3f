"""Run by Alembic inside the transaction that ``dashboard.migrations.upgrade`` opened."""

from __future__ import annotations

from alembic import context

attributes = context.config.attributes
context.configure(connection=attributes["connection"], version_table_schema=attributes["schema"])
context.run_migrations()
