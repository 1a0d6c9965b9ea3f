"""Who sends, for the one way in: the person signed in, seen as a sender of events."""

from __future__ import annotations

from dashboard.commands import Sender
from dashboard.people import People
from dashboard.principal import Principal


def sender_of(who: Principal, realm: str, people: People) -> Sender:
    """Return a person or program as the sender that ``submit`` checks."""
    door = "token" if who.token_id else "device" if not who.session_id else "web"
    device = who.device_id
    return Sender(
        roles=who.roles(realm),
        source=door,
        person_id=who.person_id,
        device_id=device,
        team=who.team,
        speaks_for=lambda person, us: bool(device) and people.enrolled(person, str(device), us),
    )
