"""Sign in by name and password, and sign out."""

from __future__ import annotations

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, session
from flask_security.utils import login_user, logout_user
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response as AnyResponse
from wtforms import ValidationError

from dashboard import locale
from dashboard.config import Settings
from dashboard.people import People, Person
from dashboard.people.demo import demo_logins
from dashboard.people.persons import normal_login
from dashboard.principal import current_principal
from dashboard.security.accounts import User
from dashboard.security.guard import CSRF_FIELD, from_here
from dashboard.security.pages import home_of, language, refused_page, safe_next, words

DEVICE_COOKIE = "eoc_device"
YEAR_S = 365 * 24 * 3600
TRIES_BY_NAME, TRIES_BY_ADDRESS = 5, 60  # in five minutes; a whole town hall is one address


def blueprint(people: People, settings: Settings) -> Blueprint:
    """Return ``/login``, ``/logout`` and the way home."""
    door = Blueprint(
        "signin",
        __name__,
        template_folder="../templates",
        static_folder="static",
        static_url_path="/login/static",
    )
    signin = SignIn(people, settings)
    door.add_url_rule("/login", "show", signin.show, methods=["GET"])
    door.add_url_rule("/login", "enter", signin.enter, methods=["POST"])
    door.add_url_rule("/logout", "leave", signin.leave, methods=["POST"])
    door.add_url_rule("/favicon.ico", "icon", lambda: door.send_static_file("favicon.svg"))
    for path in ("/", "/drill/"):
        door.add_url_rule(path, f"home{path}", home, methods=["GET"])
    return door


class SignIn:
    """The views of sign-in."""

    def __init__(self, people: People, settings: Settings) -> None:
        self.people, self.settings = people, settings

    def show(self) -> Response:
        """Show the form."""
        return self._page()

    def enter(self) -> AnyResponse:
        """Sign in, or show the form again saying why not."""
        try:
            validate_csrf(request.form.get(CSRF_FIELD))
        except ValidationError:
            return self._page("stale", 400)
        login, address = normal_login(request.form.get("name", ""))[:64], request.remote_addr or "?"
        by_name, by_address = f"{address}|{login}", address
        limits = ((by_name, TRIES_BY_NAME), (by_address, TRIES_BY_ADDRESS))
        if wait_s := self.people.attempts.take(limits):
            return self._page("too_many", 429, wait_s)
        person = self.people.roster.check_password(login, request.form.get("password", ""))
        if person is None:
            self.people.audit.note("signin.failed", address=address, target=login)
            return self._page("wrong", 401)
        self.people.attempts.forgive(by_name, by_address)
        return self._welcome(person, address)

    def leave(self) -> AnyResponse:
        """Sign out: the session ends here and in every other tab and socket."""
        who = current_principal()
        if who.session_id:
            self.people.access.close_session(who.session_id)
        if who.device_id:
            self.people.devices.leave(who.device_id)
        self.people.audit.note("signout", who.person_id, address=request.remote_addr or "")
        logout_user()
        session.pop("sid", None)
        return redirect("/login", 303)

    def _welcome(self, person: Person, address: str) -> AnyResponse:
        # a session begun by somebody else must not become this person's
        session.clear()
        g.pop(CSRF_FIELD, None)
        device_id, new_cookie = self._device()
        self.people.devices.enrol(device_id, person.id)
        agent = request.headers.get("User-Agent", "")
        session["sid"] = self.people.access.open_session(person, device_id, address, agent)
        session.permanent = True
        login_user(User(person), remember=False, authn_via=["password"])
        self.people.audit.note("signin.ok", person.id, address=address)
        response = redirect(safe_next(request.form.get("next")) or "/", 303)
        if new_cookie:
            response.set_cookie(
                DEVICE_COOKIE, new_cookie, max_age=YEAR_S, httponly=True,
                samesite="Lax", secure=self.settings.secure,
            )  # fmt: skip
        return response

    def _device(self) -> tuple[str, str | None]:
        """Return (device id, secret of a new cookie or None) of this browser."""
        known = request.cookies.get(DEVICE_COOKIE)
        device_id = self.people.devices.by_cookie(known) if known else None
        if device_id:
            return device_id, None
        agent = request.headers.get("User-Agent", "")[:100]
        return self.people.devices.add(agent, kind="browser")

    def _page(self, problem: str = "", status: int = 200, wait_s: int = 0) -> Response:
        lang = language()
        # shown to this machine alone: a demo may listen on a network
        demo = demo_logins(self.settings) if self.settings.demo and from_here() else []
        page = render_template(
            "login.html", lang=lang, w=words(lang), problem=problem, wait_s=wait_s, demo=demo,
            name=request.form.get("name", ""), demo_mode=self.settings.demo,
            next=safe_next(request.values.get("next")) or "",
        )  # fmt: skip
        response = make_response(page, status)
        response.headers["Cache-Control"] = "no-store"
        if wait_s:
            response.headers["Retry-After"] = str(wait_s)
        if request.args.get("lang") == lang:
            response.set_cookie(locale.COOKIE, lang, max_age=YEAR_S, samesite="Lax")
        return response


def home() -> AnyResponse:
    """Go to the page where this person starts."""
    who = current_principal()
    where = home_of(who)
    return redirect(where) if where else refused_page(who)
