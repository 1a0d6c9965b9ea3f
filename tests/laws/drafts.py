"""Drafts for laws and tests of the log."""

from __future__ import annotations

import hashlib
from typing import Any

from dashboard.events import canonical, uuid7
from dashboard.log import Draft


def draft(words: str = "冠水", **changed: Any) -> Draft:
    """Return a draft of a report with new id; ``changed`` overrides its fields."""
    fields: dict[str, Any] = {
        "id": uuid7(),
        "incident_id": "incident-1",
        "kind": "report.received",
        "v": 1,
        "subject_id": "report-1",
        "about_id": None,
        "occurred_us": 1_471_900_000_000_000,
        "sent_us": 1_471_900_001_000_000,
        "person_id": "person-1",
        "device_id": None,
        "source": "test",
        "body": {"text": words},
        **changed,
    }
    same = hashlib.sha256(canonical([fields["id"], fields["body"]])).digest()
    return Draft(**{"sameness": same, **fields})


def decision(seen: int, **changed: Any) -> Draft:
    """Return a decision on report-1 by somebody who had ``seen`` on screen."""
    fixed = {"kind": "report.triaged", "seen": seen, "decided_on": "report-1"}
    return draft(**{**fixed, "body": {"seen": seen, "priority": "high"}, **changed})
