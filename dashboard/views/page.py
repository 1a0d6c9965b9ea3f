"""What every page tells the browser modules, and in which language."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, request
from markupsafe import Markup

from dashboard import locale
from dashboard.principal import Principal
from dashboard.realm import Realm

YEAR_S = 365 * 24 * 3600


def language() -> str:
    """Return the language asked for by ``?lang=``, else by the cookie, else Japanese."""
    asked = request.args.get("lang", "")
    return asked if asked in locale.LANGUAGES else locale.chosen(request.cookies)


def keep_language(response: Response) -> Response:
    """Remember a language that was asked for by ``?lang=``."""
    asked = request.args.get("lang", "")
    if asked in locale.LANGUAGES:
        response.set_cookie(locale.COOKIE, asked, max_age=YEAR_S, samesite="Lax")
    return response


def incident_id(realm: Realm, search: str | None = None) -> str | None:
    """Return the incident asked for by ``?incident=``, else the newest open one, else None.

    ``search`` is the page's query string where the request is a callback's.
    """
    asked = request.args if search is None else dict(parse_qsl(search.lstrip("?")))
    boards = realm.live.opened()
    ids = [board.incident_id for board in boards]
    wanted = asked.get("incident")
    if wanted in ids:
        return wanted
    features = [board.feature(board.incident_id) for board in boards]
    going_on = [f["id"] for f in features if f and not f["properties"].get("ended_at")]
    return next(iter(going_on + ids), None)


def page_data(who: Principal, realm: Realm, lang: str) -> dict[str, Any]:
    """Return what goes into the script tag ``#eoc``: prefix, realm, words, me, incident."""
    return {
        "prefix": realm.prefix,
        "realm": realm.name,
        "lang": lang,
        "words": dict(locale.catalogue(lang)),
        "incidentId": incident_id(realm),
        "me": {
            "person_id": who.person_id,
            "name": who.name,
            "team": who.team,
            "roles": sorted(who.roles(realm.name)),
        },
    }


def as_script(data: dict[str, Any]) -> Markup:
    """Return data as JSON that cannot end the script tag it stands in."""
    return Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704
