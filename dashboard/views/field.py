"""The phone page of the crews: plain HTML and our bundle, no Dash."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Flask, Response, make_response, render_template

from dashboard import locale
from dashboard.people import People
from dashboard.principal import ADMIN, COMMANDER, CONTROLLER, DESK, FIELD, Principal, require
from dashboard.realm import DRILL, Realm
from dashboard.views.page import as_script, keep_language, language, page_data

ROLES = (FIELD, DESK, COMMANDER, ADMIN, CONTROLLER)


def register(app: Flask, realms: Mapping[str, Realm], people: People, version: str) -> None:
    """Add ``/field`` of every realm; ``version`` changes with the bundle's content."""
    for realm in realms.values():
        pages = Blueprint(f"field_{realm.name}", __name__, url_prefix=realm.prefix or None)
        view = partial(show, realm, people, version)
        pages.add_url_rule("/field", "show", view, methods=["GET"])
        app.register_blueprint(pages)


def show(realm: Realm, people: People, version: str) -> Response:
    """Answer the page of one realm to whoever may report in it."""
    who = require(realm.name, *ROLES)
    lang = language()
    page = render_template(
        "field.html",
        lang=lang,
        realm=realm,
        drill=realm.name == DRILL,
        title=_title(realm, lang),
        name=who.name,
        team=_team_name(people, who),
        version=version,
        w=partial(locale.words, lang),
        told=as_script(page_data(who, realm, lang)),
    )
    return keep_language(make_response(page))


def _title(realm: Realm, lang: str) -> str:
    mark = f"【{locale.words(lang, 'shell.drill')}】" if realm.name == DRILL else ""
    return mark + locale.words(lang, "field.title")


def _team_name(people: People, who: Principal) -> str | None:
    names = {team["id"]: team["name"] for team in people.teams()}
    return names.get(who.team) if who.team else None
