"""Headers of every answer, whoever gave it."""

from __future__ import annotations

import pytest
from flask import Flask

from dashboard.config import load
from dashboard.security.headers import FIXED, csp, install

PATHS = ("/login", "/healthz", "/nothing", "/api/v1/me", "/login/static/signin.css", "/wall")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(browser, path):
    answer = browser().get(path)
    for name, value in FIXED.items():
        assert answer.headers[name] == value
    rules = _rules(answer.headers["Content-Security-Policy"])
    own, *hashes = rules["script-src"].split(" ")
    assert own == "'self'"
    assert all(h.startswith("'sha256-") for h in hashes)
    assert len(hashes) == len(set(hashes))
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert "unsafe-eval" not in str(rules)
    assert "Strict-Transport-Security" not in answer.headers


def test_only_the_hashes_of_our_own_scripts_are_added(app, browser):
    app.config["EOC_CSP_HASHES"] = ["'sha256-abc='"]
    rules = _rules(browser().get("/login").headers["Content-Security-Policy"])
    assert rules["script-src"] == "'self' 'sha256-abc='"


def test_a_tile_host_is_allowed_for_pictures_only():
    rules = _rules(csp("localhost:8050", [], "https://tiles.example"))
    assert rules["img-src"] == "'self' blob: data: https://tiles.example"
    assert "tiles.example" not in str({k: v for k, v in rules.items() if k != "img-src"})
    assert "wss://localhost:8050" in rules["connect-src"]


def test_tiles_of_providers_are_loaded_only_where_a_setting_allows_it(tmp_path):
    base = {"EOC_STATE_DIR": str(tmp_path), "EOC_SECRET_KEY": "s" * 40}
    closed, opened = (_rules(_policy({**base, "EOC_ONLINE_TILES": on})) for on in "01")
    assert closed["img-src"] == "'self' blob: data:"
    assert "https://cyberjapandata.gsi.go.jp" in opened["img-src"].split(" ")
    assert "https://disaportaldata.gsi.go.jp" in opened["img-src"].split(" ")
    assert opened["connect-src"] == closed["connect-src"]


def test_what_a_person_saw_stays_out_of_caches(browser, person):
    person("desk")
    here = browser()
    here.sign_in("desk-real")
    assert here.get("/api/v1/me").headers["Cache-Control"] == "no-store"


def _policy(environ: dict[str, str]) -> str:
    made = Flask("headers")
    install(made, load(environ))
    return made.test_client().get("/").headers["Content-Security-Policy"]


def _rules(policy: str) -> dict[str, str]:
    return dict(rule.split(" ", 1) for rule in policy.split("; "))
