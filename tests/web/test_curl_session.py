"""The session of docs/api.md, run line by line with curl against a served application."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.served import Served
from tests.conftest import ROOT

BLOCKS = re.compile(r"```sh\n(.*?)```", re.DOTALL)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    server = Served(tmp_path, worker=False)
    server.seed()
    server.start()
    yield server
    server.stop()


def test_the_documented_session_works_as_written(served: Served) -> None:
    environ = os.environ | {"EOC": served.url, "TOKEN": served.tokens["desk"]}
    answers = []
    for block in BLOCKS.findall((ROOT / "docs" / "api.md").read_text()):
        run = subprocess.run(
            ["bash", "-ec", block], env=environ, capture_output=True, text=True, check=True
        )
        answers.append(run.stdout)
    opened, sent, changes, triaged, last, exported, published, ground, refuge = answers
    assert json.loads(opened)["seq"] == 1
    assert json.loads(sent)["results"][0]["seq"] == 2
    assert "report-1" in {change["id"] for change in json.loads(changes)["changes"]}
    assert json.loads(triaged)["results"][0]["duplicate"] is False
    board, _, table = last.partition("番号,")
    assert '"report-1"' in board
    assert "優先度判定" in table
    assert json.loads(exported)["features"][0]["properties"]["優先度"] == "緊急"
    assert len(json.loads(published)["sha256"]) == 64
    places, place, stretch = told(ground)
    assert places["candidates"][0]["name"] == "白金温泉"
    assert place["words"]
    assert stretch["geometry"]["type"] == "LineString"
    shelters, withdrawn = told(refuge)
    assert shelters["state"] == "undecided"
    assert withdrawn["seq"] > json.loads(published)["seq"]


def told(answers: str) -> list[Any]:
    """Return JSON documents that stand one after another."""
    found = []
    while answers.strip():
        one, end = json.JSONDecoder().raw_decode(answers.lstrip())
        found.append(one)
        answers = answers.lstrip()[end:]
    return found
