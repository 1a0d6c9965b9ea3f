"""The pages of Dash: guarded callbacks, one catalogue, no address of another host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g

from dashboard import bundle, locale
from dashboard.app import create_app
from dashboard.config import load
from dashboard.errors import Forbidden
from dashboard.principal import Principal
from dashboard.views.pages import PAGES, create_dash
from dashboard.views.parts import Screen, callback

VIEWS = Path(bundle.__file__).parent.parent / "views"
KEY = re.compile(r"""\bt\(['"]([a-z_]+\.[a-z_.]+)['"]|words\(lang, "([a-z_]+\.[a-z_.]+)\"""")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    settings = load({"EOC_STATE_DIR": str(tmp_path / "var"), "EOC_SECRET_KEY": "s" * 40})
    made = create_app(settings)
    yield made
    made.extensions["eoc"].stop()


@pytest.fixture
def screen(app: Flask) -> Screen:
    """A Dash application of the drill, beside those of the running one."""
    eoc = app.extensions["eoc"]
    other = Flask("other")
    return create_dash(
        other, eoc.realms["drill"], eoc.settings, people=eoc.people, version="test"
    )  # fmt: skip


def test_every_callback_names_its_roles(screen: Screen) -> None:
    assert screen.callback_map
    assert set(screen.callback_map) == set(screen.guards)
    assert all(screen.guards.values())


def test_a_callback_without_roles_cannot_be_registered(screen: Screen) -> None:
    with pytest.raises(ValueError, match="roles"):
        callback(screen, roles=())


def test_a_callback_refuses_roles_of_the_other_realm(screen: Screen) -> None:
    from dash import Input, Output

    @callback(screen, Output("a", "children"), Input("b", "value"), roles=("desk",))
    def read(value: str) -> str:
        return value

    real_only = Principal("p", "本部事務局1", {"real": frozenset({"desk"})})
    with screen.server.test_request_context("/"):
        g.principal = real_only
        with pytest.raises(Forbidden):
            read("x")


def test_every_page_is_in_both_realms(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert {f"{prefix}/{name}" for prefix in ("", "/drill") for name in PAGES} <= rules


def test_every_word_of_the_screens_is_in_both_languages() -> None:
    sources = [*bundle.SOURCES.rglob("*.js"), *VIEWS.glob("*.py")]
    used = {
        key for path in sources for pair in KEY.findall(path.read_text()) for key in pair if key
    }
    assert len(used) > 100
    for lang in locale.LANGUAGES:
        assert sorted(used - set(locale.catalogue(lang))) == []


def test_both_languages_have_the_same_keys() -> None:
    ja, en = (set(locale.catalogue(lang)) for lang in ("ja", "en"))
    assert ja ^ en == set()
