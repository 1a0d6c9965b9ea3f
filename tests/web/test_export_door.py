"""The board as a file: who gets it, what it is called, what stays behind."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dashboard.media.store import MediaStore
from layers.export import FORMATS
from tests.conftest import event
from tests.laws.markup import PAYLOADS, payloads
from tests.tus_client import jpeg
from tests.web.conftest import TEAM, Caller

EXPORT = "/api/v1/incidents/inc/export"
PLACE = {"lon": 142.467, "lat": 43.588, "method": "typed", "uncertainty_m": 200.0}
SHA = "b" * 64


@pytest.fixture
def reported(desk: Caller) -> Caller:
    desk.send(event("report.received", "r1", {"category": "river", "text": "増水", "place": PLACE}))
    desk.send(event("report.received", "r2", {"text": "=HYPERLINK(1)"}))
    return desk


def _get(who: Caller, path: str) -> TestResponse:
    """GET, and read the answer to its end: an export is streamed from an open file."""
    return who.client.get(who.prefix + path, headers=who.headers, buffered=True)


def _rows(answer: TestResponse) -> list[dict[str, str]]:
    text = answer.data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_a_download_that_nothing_keeps(reported: Caller, name: str) -> None:
    answer = _get(reported, f"{EXPORT}.{name}")
    assert (answer.status_code, answer.mimetype) == (200, FORMATS[name].mimetype)
    assert answer.content_length == len(answer.data) > 0
    named = answer.headers["Content-Disposition"]
    assert named == f"attachment; filename=board_inc.{FORMATS[name].extension}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_stays_on_disk(
    reported: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for query in (".gpkg", ".kmz?types=photo", ".shp"):
        _get(reported, EXPORT + query)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith("eoc-export")]


def test_types_and_known_at_choose(reported: Caller) -> None:
    assert [r["id"] for r in _rows(_get(reported, f"{EXPORT}.csv?known_at=2"))] == ["r1"]
    assert [r["id"] for r in _rows(_get(reported, f"{EXPORT}.csv?types=report"))] == ["r1", "r2"]
    early = _get(reported, f"{EXPORT}.csv?known_at=2020-01-01T00:00:00Z")
    assert (early.status_code, early.json["error"]["code"]) == (422, "refused")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (".shp", 404), (".csv?types=measure", 400), (".csv?types=shelter", 422),
        (".csv?known_at=noon", 400), (".kml?known_at=3", 200), (".fgb?types=report", 200),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_so(reported: Caller, path: str, status: int) -> None:
    assert _get(reported, EXPORT + path).status_code == status
    assert _get(reported, "/api/v1/incidents/nowhere/export.csv").status_code == 404


@pytest.mark.parametrize(
    ("role", "realm", "status"),
    [
        ("desk", "real", 200), ("commander", "real", 200), ("admin", "real", 200),
        ("viewer", "real", 403), ("field", "real", 403), ("field", "drill", 403),
        ("controller", "drill", 403), ("evaluator", "drill", 403),
    ],
)  # fmt: skip
def test_it_is_for_headquarters(
    reported: Caller, caller: Callable[..., Caller], role: str, realm: str, status: int
) -> None:
    who = caller(role, realm=realm, team=TEAM if role == "field" else None)
    who.prefix = ""
    assert _get(who, f"{EXPORT}.geojson").status_code == status


def test_a_drill_says_so_and_holds_nothing_real(
    reported: Caller, caller: Callable[..., Caller]
) -> None:
    drill = caller("controller", realm="drill")
    assert _get(drill, f"{EXPORT}.csv").status_code == 404
    opener = caller("desk", realm="drill")
    opener.post("/api/v1/incidents", {"id": "dr", "title": "泥流"})
    opener.send(event("report.received", "r9", {"text": "降灰", "place": PLACE}), incident="dr")
    answer = _get(drill, "/api/v1/incidents/dr/export.geojson")
    assert "%E8%A8%93%E7%B7%B4_board_dr.geojson" in answer.headers["Content-Disposition"]
    told = json.loads(answer.data)
    assert told["metadata"]["heading"] == "訓練 泥流"
    assert [f["properties"]["訓練区分"] for f in told["features"]] == ["訓練"]
    assert "増水" not in answer.text


def test_who_took_it_is_in_the_audit(app: Flask, reported: Caller) -> None:
    _get(reported, f"{EXPORT}.kmz")
    _get(reported, f"{EXPORT}.shp")
    lines = [
        n for n in app.extensions["eoc"].people.audit.read() if n["action"] == "board.exported"
    ]
    assert [(n["realm"], n["target"]) for n in lines] == [("real", f"{EXPORT}.kmz")]


def test_a_kmz_holds_the_picture_for_screens_never_the_original(
    app: Flask, reported: Caller
) -> None:
    realm = app.extensions["eoc"].realms["real"]
    photo = {"sha256": SHA, "size": 9, "content_type": "image/jpeg", "filename": "a.jpg"}
    reported.send(event("photo.announced", "p1", {**photo, "report_id": "r1", "place": PLACE}))
    assert isinstance(realm.media, MediaStore)
    realm.media.write_variant(SHA, "320", jpeg(7))
    assert ".jpg" not in str(_names(reported))  # not rendered yet, says the log
    _rendered(app)
    assert [n for n in _names(reported) if n.endswith(".jpg")] == ["files/0001.jpg"]


def _names(who: Caller) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(_get(who, f"{EXPORT}.kmz").data)) as archive:
        return archive.namelist()


def _rendered(app: Flask) -> None:
    """Say what the worker says once it made the pictures."""
    from dashboard.commands import submit
    from tests.conftest import SYSTEM

    live = app.extensions["eoc"].realms["real"].live
    variant = {"name": "320", "content_type": "image/jpeg", "width": 4, "height": 3, "size": 9}
    sent = event("photo.rendered", "p1", {"sha256": SHA, "variants": [variant]})
    submit(live.log, live.board("inc"), [sent], SYSTEM, 2_000_000_000_000_000)
    live.catch_up()


def test_markup_and_formulas_are_words_in_every_export(desk: Caller) -> None:
    """Part of the law ``markup``; browsers are not needed to see what a file holds."""
    texts = payloads(PAYLOADS)
    desk.send(
        *(
            event("report.received", f"m{n}", {"text": t, "place": PLACE})
            for n, t in enumerate(texts)
        )
    )
    rows = _rows(_get(desk, f"{EXPORT}.csv"))
    assert len(rows) == PAYLOADS
    assert not [r for r in rows if r["内容"].lstrip().startswith(("=", "+", "-", "@"))]
    kml = _get(desk, f"{EXPORT}.kml").text
    for carrier in ("<script", "<img", "<svg", "<iframe", "<a ", "<style>", "<object", "<body"):
        assert carrier not in kml.replace("<Style", "")
