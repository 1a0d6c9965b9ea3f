"""``eoc demo`` and ``eoc drill play`` as a person types them, against a served application."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from dashboard.app import create_app
from dashboard.cli import group
from dashboard.config import Settings
from dashboard.errors import Busy, Malformed, Misconfigured
from tests.conftest import ROOT

LEVEL3 = str(ROOT / "data" / "drills" / "tokachidake_level3.yaml")
DEMO = str(ROOT / "data" / "demo" / "heavy_rain_2016.yaml")
Eoc = Callable[..., Result]


@pytest.fixture
def eoc(tmp_path: Path) -> Eoc:
    """The command, with its state in a folder of its own."""

    def run(*words: str, demo: str = "1") -> Result:
        environ = {"EOC_STATE_DIR": str(tmp_path), "EOC_DEMO": demo, "EOC_LOG_LEVEL": "error"}
        return CliRunner().invoke(group, words, env=environ)

    return run


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A served application on a free port."""
    app = create_app(Settings(state_dir=tmp_path, demo=True))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["eoc"].stop()
    app.extensions["eoc"].people.close()


def test_a_drill_is_played_step_by_step_and_can_go_on(eoc: Eoc, address: str) -> None:
    first = eoc("drill", "play", LEVEL3, "--speed", "inf", "--base", address)
    assert first.exception is None
    assert "[  1/12] 0:00 honbu team.formed" in first.output
    assert "12 件中 受付不可 0 件" in first.output
    run = first.output.splitlines()[0].rpartition("--run ")[2]
    again = eoc("drill", "play", LEVEL3, "--speed", "inf", "--base", address, "--run", run)
    assert again.output.count("送信済") == 12


def test_outside_a_demo_nothing_made_up_enters_the_real_realm(eoc: Eoc) -> None:
    for words in (("demo",), ("drill", "play", DEMO), ("drill", "play", LEVEL3, "--realm", "real")):
        refused = eoc(*words, demo="0")
        assert isinstance(refused.exception, Misconfigured), words
        assert "real realm" in refused.exception.message


def test_a_server_that_is_not_there_is_named(eoc: Eoc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.ingest.drill.TRIES", 1)
    gone = eoc("drill", "play", LEVEL3, "--base", "http://127.0.0.1:9")
    assert isinstance(gone.exception, Busy)
    assert "http://127.0.0.1:9" in gone.exception.message


def test_a_broken_file_and_a_wrong_speed_are_refused(eoc: Eoc, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("version: 2\n")
    assert isinstance(eoc("drill", "play", str(path)).exception, Malformed)
    assert "more than 0" in eoc("drill", "play", LEVEL3, "--speed", "0").output
