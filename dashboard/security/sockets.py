"""Sockets: who opens one, and cutting those whose right has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, Request, current_app
from sqlalchemy.exc import SQLAlchemyError

from dashboard.config import Settings
from dashboard.errors import EocError, Forbidden, Unauthenticated
from dashboard.people import People
from dashboard.principal import Principal


class SocketDoor:
    """Authenticates Socket.IO handshakes, which no ``before_request`` sees."""

    def __init__(self, app: Flask, people: People, settings: Settings) -> None:
        self.app, self.people = app, people
        self.public = urlsplit(settings.public_url)

    def authenticate(self, auth: Any, environ: Mapping[str, Any]) -> Principal:
        """Return who opens a socket: by ``auth.token``, a Bearer header or the session cookie.

        Raises:
            Unauthenticated: no valid session or token.
            Forbidden: the page comes from another origin.
        """
        self._check_origin(environ)
        secret = _secret(auth, environ)
        principal = self.people.access.by_secret(secret) if secret else self._session(environ)
        if principal is None:
            raise Unauthenticated("The socket needs a session or a valid token; sign in again.")
        return principal

    def _session(self, environ: Mapping[str, Any]) -> Principal | None:
        opened = self.app.session_interface.open_session(self.app, Request(dict(environ)))
        sid = opened.get("sid") if opened else None
        found = self.people.access.by_session(str(sid)) if sid else None
        if opened is None or found is None or found[1].fs_uniquifier != opened.get("_user_id"):
            return None
        return found[0]

    def _check_origin(self, environ: Mapping[str, Any]) -> None:
        origin = environ.get("HTTP_ORIGIN")
        if origin is None:  # a program, not a page
            return
        parts = urlsplit(origin)
        ours = (parts.scheme, parts.netloc) == (self.public.scheme, self.public.netloc)
        if not ours and parts.netloc != environ.get("HTTP_HOST"):
            raise Forbidden(f"A page of {origin} may not open a socket here.", origin=origin)


def authenticate_socket(auth: Any, environ: Mapping[str, Any]) -> Principal:
    """Return who opens a socket on the current application.

    Raises:
        Unauthenticated: no valid session or token.
        Forbidden: the page comes from another origin.
    """
    door: SocketDoor = current_app.extensions["eoc_socket_door"]
    return door.authenticate(auth, environ)


class RevocationWatch:
    """Calls ``on_revoked(keys)`` within a second of a revocation or an expiry, in any process.

    ``keys`` is a frozenset such as ``{"person:…", "session:…"}``; compare with Principal.keys.
    """

    def __init__(
        self,
        people: People,
        on_revoked: Callable[[frozenset[str]], object],
        interval_s: float = 0.5,
    ) -> None:
        self.people, self.on_revoked, self.interval_s = people, on_revoked, interval_s
        self._epoch = people.revocations.epoch()
        self._looked_us = people.clock.now_us()

    def run(self, stopped: Callable[[], bool]) -> None:
        """Look until ``stopped()``; a store that fails is asked again."""
        while not stopped():
            try:
                self.look()
            except (EocError, SQLAlchemyError) as error:
                structlog.get_logger("security").error("revocation_watch", error=str(error))
            time.sleep(self.interval_s)

    def look(self) -> frozenset[str]:
        """Look once and tell; return the keys found."""
        now_us = self.people.clock.now_us()
        epoch, revoked = self.people.revocations.since(self._epoch)
        expired = self.people.revocations.expired(self._looked_us, now_us)
        keys = revoked | expired
        if keys:
            self.on_revoked(keys)
        self._epoch, self._looked_us = epoch, now_us
        return keys


def _secret(auth: Any, environ: Mapping[str, Any]) -> str | None:
    token = auth.get("token") if isinstance(auth, Mapping) else None
    if isinstance(token, str) and token:
        return token
    scheme, _, secret = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None
