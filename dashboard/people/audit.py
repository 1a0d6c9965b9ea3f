"""The audit: who signed in, saw, exported, failed. Only ever grows; never pushed."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import insert, select

from dashboard.clock import Clock, iso
from dashboard.people import tables as t
from dashboard.people.store import Store


class Audit:
    """Append-only notes; triggers of the store refuse change and removal."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def note(
        self,
        action: str,
        person_id: str | None = None,
        *,
        realm: str | None = None,
        address: str = "",
        target: str = "",
        **detail: Any,
    ) -> None:
        """Write one line: an action such as ``signin.failed``, by whom and on what."""
        row = {
            "at_us": self._clock.now_us(), "action": action, "person_id": person_id,
            "realm": realm, "address": address[:64], "target": target[:300],
            "detail": json.dumps(detail, ensure_ascii=False)[:2000],
        }  # fmt: skip
        self._store.write(lambda c: c.execute(insert(t.audit).values(**row)))

    def read(self, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Return lines after an id, oldest first, with ``at`` in ISO 8601."""
        query = select(t.audit).where(t.audit.c.id > after).order_by(t.audit.c.id).limit(limit)
        rows = self._store.read(lambda c: [dict(row._mapping) for row in c.execute(query)])
        return [{"at": iso(r.pop("at_us")), **r, "detail": json.loads(r["detail"])} for r in rows]
