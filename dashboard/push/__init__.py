"""The push door: what the log brings goes out as parcels, by seq, to those who may see it.

``follow {incident_id, after}`` puts a client into the room of (incident, audience); the room's
parcels ``{incident_id, after, upto, changes}`` leave no gap. What a client misses it fetches
from ``/changes``: nothing is repeated here, and a reader that stops reading is cut.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refusal
from flask_socketio import Namespace, SocketIO
from prometheus_client import CollectorRegistry

from dashboard.config import Settings
from dashboard.errors import EocError, Forbidden
from dashboard.native import under_gevent
from dashboard.push.figures import Figures
from dashboard.push.rooms import Client, Room, Rooms, wanted
from dashboard.push.wire import LARGEST_MESSAGE_BYTES, Ready, backlog, door_class, emitted, give
from dashboard.realm import Realm

WINDOW_S = 0.010
WIDE_WINDOW_S = 0.050  # the loop lags: fewer, larger parcels
LAGGING_S = 0.025
BEAT_S = 2.0
TICK_S = 0.25
FEW_WAITING = 8  # not worth counting their bytes
MOST_WAITING = 64  # parcels a reader may leave unread beyond what the network holds
MOST_WAITING_BYTES = 1_000_000
POLITE_S = 1.0
AT_A_STRETCH = 100  # readers


class Push:
    """The sockets of this process. ``socketio`` is the Flask-SocketIO server."""

    def __init__(self, app: Flask, realms: Mapping[str, Realm], settings: Settings) -> None:
        self.app, self.figures, self.rooms = app, Figures(), Rooms()
        self._public = urlsplit(settings.public_url)
        self._clients: dict[str, Client] = {}
        self._moved: deque[tuple[str, str]] = deque()
        self._wake = threading.Event()
        self.socketio = SocketIO(
            app,
            async_mode="gevent" if under_gevent() else "threading",
            transports=["websocket"],
            cors_allowed_origins=self._may_open,
            manage_session=False,
            async_handlers=False,
            max_http_buffer_size=LARGEST_MESSAGE_BYTES,
            # without a list anybody may open "/", where nobody is asked who they are
            namespaces=[realm.namespace for realm in realms.values()],
        )
        self._eio = self.socketio.server.eio
        driver = self._eio._async
        self._eio._async = {**driver, "websocket": door_class(driver["websocket"])}
        for realm in realms.values():
            self.socketio.on_namespace(Followers(self, realm))
            realm.live.listeners.append(self._listener(realm))

    def pump(self, stopped: Callable[[], bool]) -> None:
        """Send parcels until ``stopped()``: at once when idle, else what a window gathered."""
        watch = threading.Thread(target=self.figures.watch, args=(stopped,), daemon=True)
        watch.start()
        while not stopped():
            self._wake.wait(TICK_S)
            self._wake.clear()
            self.send_new()
            time.sleep(WIDE_WINDOW_S if self.figures.late_s > LAGGING_S else WINDOW_S)
        watch.join()

    def send_new(self) -> None:
        """Send what moved, and an empty parcel to rooms that heard nothing for two seconds."""
        moved = {self._moved.popleft() for _ in range(len(self._moved))}
        for room in self.rooms.of(moved):
            self._send(room, even_empty=False)
        for room in self.rooms.silent(time.monotonic() - BEAT_S):
            self._send(room, even_empty=True)

    def cut(self, keys: frozenset[str]) -> None:
        """End the sockets of those who may no longer look; they get nothing more."""
        for client in [c for c in self._clients.values() if c.keys & keys]:
            self.rooms.leave(client)
            self.figures.cuts.labels("revoked").inc()
            self.socketio.server.disconnect(client.sid, namespace=client.realm.namespace)
            self.socketio.start_background_task(_close, client.reader)

    def register_metrics(self, registry: CollectorRegistry) -> None:
        """Show what push counts in a registry."""
        self.figures.register(registry)

    def enter(self, client: Client) -> None:
        """Note a client that was let in."""
        self._clients[client.sid] = client
        self.figures.clients.labels(client.realm.name).inc()

    def leave(self, sid: str) -> None:
        """Forget a client."""
        client = self._clients.pop(sid, None)
        if client is not None:
            self.rooms.leave(client)
            self.figures.clients.labels(client.realm.name).dec()

    def follow(self, sid: str, given: tuple[Any, ...]) -> dict[str, Any]:
        """Put a client into a room; return ``{ok, upto}``, the seq its board stands at.

        Raises:
            Malformed: what was sent is not ``{incident_id, after}``.
            NotFound: no such incident in this realm.
        """
        incident_id, _ = wanted(given)
        client = self._clients.get(sid)
        if client is None:
            raise Forbidden("This socket was cut; connect again.")
        self.rooms.join(client, incident_id)
        return {"ok": True, "upto": client.realm.live.board(incident_id).upto}

    def client(self, realm: Realm, sid: str, auth: Any) -> Client:
        """Return a client for a handshake.

        Raises:
            Unauthenticated: no valid session or token.
            Forbidden: from another origin, or nothing to see in this realm.
        """
        principal = self.app.extensions["eoc_socket_door"].authenticate(auth, request.environ)
        audience = principal.audience(realm.name)
        if audience is None:
            raise Forbidden(f"{principal.name} has no role in the {realm.name} realm.")
        eio_sid = self.socketio.server.manager.eio_sid_from_sid(sid, realm.namespace)
        return Client(sid, self._eio.sockets[eio_sid], realm, audience, principal.keys)

    def _send(self, room: Room, *, even_empty: bool) -> None:
        for body in room.parcels(even_empty=even_empty):
            packet = emitted(room.realm.namespace, "parcel", body)
            readers = self._offer_all(room, packet)
            self.figures.parcels.labels(room.realm.name).inc()
            self.figures.bytes.labels(room.realm.name).inc(readers * len(packet.frame))

    def _offer_all(self, room: Room, packet: Ready) -> int:
        readers = 0
        for index, client in enumerate(list(room.clients), 1):
            if client.room is room:
                readers += self._offer(client, packet)
            if index % AT_A_STRETCH == 0:
                time.sleep(0)  # a thousand sends in a row would hold up everything else
        return readers

    def _offer(self, client: Client, packet: Ready) -> bool:
        reader = client.reader
        if reader.closed:
            return False
        if reader.queue.qsize() >= FEW_WAITING and _stalled(reader):
            self.rooms.leave(client)
            self.figures.cuts.labels("stalled").inc()
            reader.line.hang_up()
            return False
        give(reader, packet)
        return True

    def _listener(self, realm: Realm) -> Callable[[Any], None]:
        def heard(moved: Any) -> None:
            self._moved.extend((realm.name, incident_id) for incident_id in moved.changed)
            self._wake.set()

        return heard

    def _may_open(self, origin: str, environ: Mapping[str, Any]) -> bool:
        parts = urlsplit(origin)
        same = parts.netloc == environ.get("HTTP_HOST")
        return same or (parts.scheme, parts.netloc) == (self._public.scheme, self._public.netloc)


class Followers(Namespace):
    """The namespace of one realm: who comes, what they follow."""

    def __init__(self, push: Push, realm: Realm) -> None:
        super().__init__(realm.namespace)
        self.push, self.realm = push, realm

    def on_connect(self, auth: Any = None) -> None:
        """Let a client in, or refuse it with the one error shape."""
        try:
            self.push.enter(self.push.client(self.realm, request.sid, auth))  # type: ignore[attr-defined]
        except EocError as error:
            raise Refusal(error.code, {"error": error.shape()}) from None

    def on_disconnect(self, reason: str = "") -> None:
        """Forget a client."""
        self.push.leave(request.sid)  # type: ignore[attr-defined]

    def on_follow(self, *given: Any) -> dict[str, Any]:
        """Answer ``follow``: ``{ok, upto}`` or ``{error}``."""
        try:
            return self.push.follow(request.sid, given)  # type: ignore[attr-defined]
        except EocError as error:
            return {"error": error.shape()}


def _stalled(reader: Any) -> bool:
    count, size = backlog(reader)
    return count >= MOST_WAITING or size >= MOST_WAITING_BYTES


def _close(reader: Any) -> None:
    """Close a transport politely; a peer that does not read is not waited for."""
    reader.close(wait=False)
    time.sleep(POLITE_S)
    reader.line.hang_up()
