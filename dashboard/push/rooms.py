"""Rooms: who follows which incident with which sight, and up to where they were told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from dashboard.errors import EocError, Malformed
from dashboard.realm import Realm

LARGEST_PARCEL = 500  # changes
LONGEST_ID = 100
LARGEST_SEQ = 2**53 - 1  # what a browser can hold exactly

RoomKey = tuple[str, str, str]


@dataclass(slots=True, eq=False)
class Client:
    """One reader in one namespace; ``reader`` is its Engine.IO socket."""

    sid: str
    reader: Any
    realm: Realm
    audience: str
    keys: frozenset[str]
    room: Room | None = None


@dataclass(slots=True, eq=False)
class Room:
    """The readers of one incident with one sight; ``upto`` is where their last parcel ended."""

    realm: Realm
    incident_id: str
    audience: str
    upto: int
    sent_s: float = field(default_factory=time.monotonic)
    clients: set[Client] = field(default_factory=set)

    def parcels(self, *, even_empty: bool) -> Iterator[bytes]:
        """Yield the JSON of what is new; each begins where the one before ended."""
        live, more = self.realm.live, True
        while more:
            found = live.changes(self.incident_id, self.audience, self.upto, LARGEST_PARCEL)
            more = found.pop("more")
            if found["changes"] or even_empty:
                self.upto, self.sent_s = found["upto"], time.monotonic()
                yield orjson.dumps({"incident_id": self.incident_id, **found})
            even_empty = False


class Rooms:
    """All rooms of this process."""

    def __init__(self) -> None:
        self._rooms: dict[RoomKey, Room] = {}

    def join(self, client: Client, incident_id: str) -> Room:
        """Put a client into a room, out of the one it was in.

        Raises:
            NotFound: no such incident in its realm.
        """
        board = client.realm.live.board(incident_id)
        self.leave(client)
        key = (client.realm.name, incident_id, client.audience)
        room = self._rooms.get(key)
        if room is None:
            room = Room(client.realm, incident_id, client.audience, board.upto)
            self._rooms[key] = room
        room.clients.add(client)
        client.room = room
        return room

    def leave(self, client: Client) -> None:
        """Take a client out of its room; an empty room is forgotten."""
        room, client.room = client.room, None
        if room is None:
            return
        room.clients.discard(client)
        if not room.clients:
            self._rooms.pop((room.realm.name, room.incident_id, room.audience), None)

    def of(self, moved: set[tuple[str, str]]) -> list[Room]:
        """Return the rooms of some (realm name, incident id)."""
        return [
            r for (realm, incident, _), r in list(self._rooms.items()) if (realm, incident) in moved
        ]

    def silent(self, since_s: float) -> list[Room]:
        """Return the rooms that got no parcel since a moment of the monotonic clock."""
        return [room for room in list(self._rooms.values()) if room.sent_s <= since_s]


def wanted(given: tuple[Any, ...]) -> tuple[str, int]:
    """Return (incident_id, after) of what a client sent with ``follow``.

    Raises:
        Malformed: not one object, or a key missing, of the wrong type or out of range.
    """
    body = given[0] if len(given) == 1 else None
    if not isinstance(body, dict):
        raise Malformed("follow takes one object {incident_id, after}.", field=None, value=None)
    incident_id, after = body.get("incident_id"), body.get("after", 0)
    if not isinstance(incident_id, str) or not 0 < len(incident_id) <= LONGEST_ID:
        raise _bad("incident_id", incident_id, f"a text of 1 to {LONGEST_ID} characters")
    if type(after) is not int or not 0 <= after <= LARGEST_SEQ:
        raise _bad("after", after, "a seq, a whole number from 0")
    return incident_id, after


def _bad(name: str, value: Any, want: str) -> EocError:
    shown = repr(value)[:40]
    return Malformed(f"{name} is {shown}; it must be {want}.", field=name, value=shown)
