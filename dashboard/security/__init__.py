"""Sign-in, roles and headers. Other doors read ``dashboard.principal``, never this door.

``routes`` the table of who may ask for what · ``guard`` before every request · ``accounts``
Flask-Security over the people store · ``signin`` pages · ``sockets`` handshake, revocation.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.config import Settings
from dashboard.people import People
from dashboard.people.demo import ensure_demo
from dashboard.principal import Principal, current_principal, require
from dashboard.security import accounts, guard, headers, signin
from dashboard.security.sockets import RevocationWatch, SocketDoor, authenticate_socket

__all__ = [
    "Principal", "RevocationWatch", "authenticate_socket",
    "current_principal", "init_security", "require",
]  # fmt: skip


def init_security(app: Flask, people: People, settings: Settings) -> None:
    """Guard every request of ``app``; adds ``/login``, ``/logout`` and the way home.

    In the demo its logins are made (``people.demo``). Call it before anything else hangs a
    ``before_request`` that asks who it is.
    """
    if settings.demo:
        ensure_demo(people, settings)
    app.config["EOC_PROXIES"] = settings.proxies
    if settings.proxies:
        trusted = dict.fromkeys(("x_for", "x_proto", "x_host"), settings.proxies)
        app.wsgi_app = ProxyFix(app.wsgi_app, **trusted)  # type: ignore[method-assign]
    headers.install(app, settings)
    guard.install(app, people)
    accounts.install(app, people, settings)
    app.register_blueprint(signin.blueprint(people, settings))
    app.extensions["eoc_socket_door"] = SocketDoor(app, people, settings)
