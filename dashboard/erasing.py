"""``eoc erase``: the one way a body leaves the log. The entry, its hash and the erasure stay."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from dashboard.bodies import Erased
from dashboard.clock import Clock
from dashboard.errors import NotFound, Refused
from dashboard.events import Event, canonical, uuid7
from dashboard.log import Appended, Draft, Log
from dashboard.media.store import MediaStore

STAY = {
    "body.erased": "the record of an erasure stays",
    "incident.opened": "without it the incident cannot be found",
    # they name no person, but the file of a layer that other entries rest on
    "isolation.computed": "it is computed from closures; erase the closure",
    "lahar_clock.started": "it only names the table it runs by",
    "lahar_clock.computed": "it is computed from the town's table",
}
SHA256 = re.compile(r"[0-9a-f]{64}")


class Erasure(NamedTuple):
    """The entry that records it, and the files taken out."""

    seq: int
    files: tuple[str, ...]


def erase(
    log: Log, media: MediaStore | None, seq: int, *, by: str, reason: str, clock: Clock
) -> Erasure:
    """Record the erasure of an entry's body, take it out, and with ``media`` its files too.

    Raises:
        NotFound: no such entry.
        Refused: the body is gone already, or of a kind that must stay.
    """
    event = _entry(log, seq)
    recorded = _record(log, event, by, reason, clock.now_us())
    named = SHA256.findall(canonical(event.body).decode()) if media else []
    files = tuple(dict.fromkeys(h for h in named if media and media.has(h)))
    # the record comes first: a body that is gone without a word would look like tampering
    log.erase(seq)
    if media is not None:
        for sha256 in files:
            media.remove(sha256)
    return Erasure(recorded, files)


def _entry(log: Log, seq: int) -> Event:
    found = log.read(seq - 1, upto=seq) if seq > 0 else []
    if not found:
        raise NotFound(f"The log has no entry {seq}.", seq=seq)
    if found[0].body is None:
        raise Refused(f"The body of entry {seq} is erased already.", seq=seq)
    if found[0].kind in STAY:
        raise Refused(f"Entry {seq} is {found[0].kind}: {STAY[found[0].kind]}.", seq=seq)
    return found[0]


def _record(log: Log, event: Event, by: str, reason: str, now_us: int) -> int:
    id_, body = uuid7(), Erased(seq=event.seq, reason=reason).model_dump()
    draft = Draft(
        id=id_,
        incident_id=event.incident_id,
        kind="body.erased",
        v=1,
        subject_id=f"entry:{event.seq}",
        about_id=None,
        occurred_us=now_us,
        sent_us=now_us,
        person_id=by,
        device_id=None,
        source="cli",
        body=body,
        sameness=hashlib.sha256(canonical([id_, body])).digest(),
    )
    [outcome] = log.append([draft], now_us)
    if not isinstance(outcome, Appended):
        raise outcome
    return outcome.seq
