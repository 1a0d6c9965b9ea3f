"""``docs/security.md`` says what the guard does."""

from __future__ import annotations

from dashboard.app import create_app
from dashboard.config import load
from dashboard.security.document import TARGET, document, table
from dashboard.security.routes import ROUTES
from tests.web.security.conftest import Browser


def test_the_table_in_the_document_is_the_table_of_the_guard():
    text = TARGET.read_text("utf-8")
    assert document(text) == text
    assert table().count("\n") == len(ROUTES) + 2


def test_every_word_of_the_audit_is_in_the_document():
    text = TARGET.read_text("utf-8")
    assert all(f"`{row.audit}`" in text for row in ROUTES if row.audit)


def test_behind_a_proxy_the_address_of_the_person_counts(tmp_path):
    given = {"EOC_STATE_DIR": str(tmp_path), "EOC_SECRET_KEY": "s" * 40, "EOC_PROXIES": "1"}
    app = create_app(load(given))
    for address, status in (("192.0.2.66", 429), ("192.0.2.7", 401)):
        here = Browser(app, "127.0.0.1")
        here.environ["HTTP_X_FORWARDED_FOR"] = address
        tries = 6 if status == 429 else 1
        assert [here.sign_in("x-1", "guess").status_code for _ in range(tries)][-1] == status
    app.extensions["eoc"].stop()
