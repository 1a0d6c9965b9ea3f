"""The pages of sign-in: words from the catalogue, the way home, the page of refusal."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request

from dashboard import locale
from dashboard.principal import Principal
from dashboard.realm import PREFIXES
from dashboard.security.routes import ROUTES

# the first page of this list that the roles of a realm open
HOMES = ("/triage", "/wall", "/field", "/review")


def language() -> str:
    """Return ``ja``, or ``en`` when asked for by ``?lang=`` or its cookie."""
    asked = {locale.COOKIE: request.args["lang"]} if "lang" in request.args else {}
    return locale.chosen({**request.cookies, **asked})


def words(lang: str) -> dict[str, str]:
    """Return the words of the sign-in pages in a language, without ``signin.``."""
    found = locale.catalogue(lang).items()
    return {k.partition(".")[2]: v for k, v in found if k.startswith("signin.")}


def home_of(who: Principal) -> str | None:
    """Return the page a person starts on, the real disaster before the drill; None: nowhere."""
    pages = {row.path: row.roles for row in ROUTES}
    for realm, prefix in PREFIXES.items():
        for page in HOMES:
            if who.roles(realm) & pages[page] and _suits(who.roles(realm), page):
                return prefix + page
    return None


def safe_next(target: str | None) -> str | None:
    """Return an address of our own to go on to, or None: never another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(ord(ch) < 32 or ch == "\\" for ch in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def refused_page(who: Principal) -> Response:
    """Return the page that says this role may not see this page (403)."""
    lang = language()
    page = render_template(
        "refused.html", lang=lang, w=words(lang), name=who.name, home=home_of(who)
    )
    return make_response(page, 403)


def _suits(roles: frozenset[str], page: str) -> bool:
    # a crew may be let into more than its own page, but starts there
    return page != "/wall" or roles != frozenset({"field"})
