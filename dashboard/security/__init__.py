"""Sign-in, roles and headers. Other doors import from ``dashboard.principal`` instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from dashboard.config import Settings
from dashboard.people import People
from dashboard.principal import Principal, current_principal, require

__all__ = ["Principal", "authenticate_socket", "current_principal", "init_security", "require"]


def init_security(app: Flask, people: People, settings: Settings) -> None:
    """Guard every request of ``app``; adds ``/login`` and ``/logout``."""
    raise NotImplementedError


def authenticate_socket(auth: Any, environ: Mapping[str, Any]) -> Principal:
    """Return who opens a socket.

    Raises:
        Unauthenticated: no valid session cookie or token.
        Forbidden: the page comes from another origin.
    """
    raise NotImplementedError
