"""Flask-Security over the people store: sessions, the signed-in user, the CSRF cookie.

Flask-Security's own pages are not registered: sign-in is ``signin.py``, so that every
blocking step runs off gevent's loop and every page is in the table of routes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, g
from flask_security import Security
from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import UserDatastore
from flask_wtf import CSRFProtect

from dashboard.config import Settings
from dashboard.people import People, Person
from dashboard.people.access import SESSION_HOURS
from dashboard.security.guard import CSRF_COOKIE, CSRF_HEADER

SESSION_COOKIE = "eoc_session"


class User(UserMixin):
    """A person as Flask-Security knows one."""

    fs_uniquifier = ""  # Flask-Security looks for it on the class
    active = False

    def __init__(self, person: Person) -> None:
        self.person = person
        self.fs_uniquifier, self.active = person.fs_uniquifier, person.active
        self.username, self.roles = person.login, []


class Role(RoleMixin):
    """Flask-Security asks for the class; our roles are per realm and live in Principal."""


class Accounts(UserDatastore):
    """Finds users for Flask-Security; changes go through ``people.roster``."""

    def __init__(self, people: People) -> None:
        super().__init__(User, Role)
        self.people = people

    def find_user(self, case_insensitive: bool = False, **by: Any) -> User | None:
        """Return a user: by ``fs_uniquifier`` only the one the guard let in."""
        person: Person | None = g.get("signed_in")
        if "fs_uniquifier" in by:
            same = person is not None and person.fs_uniquifier == by["fs_uniquifier"]
            return User(person) if same and person else None
        found = self.people.roster.by_login(str(by.get("username", "")))
        return User(found) if found else None

    def find_role(self, role: str) -> None:
        """Return nothing: roles are not Flask-Security's here."""
        return

    def put(self, model: Any) -> Any:
        """Keep nothing: rows are written by ``people.roster`` alone."""
        return model

    def commit(self) -> None:
        """Do nothing: see :meth:`put`."""


def install(app: Flask, people: People, settings: Settings) -> None:
    """Set up sessions, CSRF and Flask-Security on an application."""
    app.config.update(configuration(settings))
    app.config.setdefault("SECRET_KEY", settings.secret_key)
    CSRFProtect(app)
    Security(app, Accounts(people), register_blueprint=False)


def configuration(settings: Settings) -> dict[str, Any]:
    """Return the configuration of Flask, Flask-WTF and Flask-Security."""
    life = timedelta(hours=SESSION_HOURS)
    csrf_cookie = {"samesite": "Lax", "httponly": False, "secure": settings.secure, "path": "/"}
    return {
        "SESSION_COOKIE_NAME": SESSION_COOKIE,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": life,
        "WTF_CSRF_CHECK_DEFAULT": False,  # the guard checks, by the table
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: phones send hours later
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": "unused: argon2 salts each password",
        "SECURITY_CSRF_COOKIE_NAME": CSRF_COOKIE,
        "SECURITY_CSRF_COOKIE": {**csrf_cookie, "max_age": int(life.total_seconds())},
        "SECURITY_CSRF_HEADER": CSRF_HEADER,
        "SECURITY_CSRF_PROTECT_MECHANISMS": ["session"],
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_CLI_USERS_NAME": False,
        "SECURITY_CLI_ROLES_NAME": False,
    }
