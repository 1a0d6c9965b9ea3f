"""Backup of log, people and media into a folder, and the way back onto an empty machine.

The folder has one shape whatever the stores are: ``real.db`` and ``drill.db`` (logs in SQLite,
chain included), ``people.db``, ``media/<realm>/…`` and ``manifest.json``, which is written last
and whole. So a backup of PostgreSQL can be restored into SQLite, and the other way.
"""

from __future__ import annotations

from dashboard.backup.keep import Backup
from dashboard.backup.restore import Restored, restore

__all__ = ["Backup", "Restored", "restore"]
