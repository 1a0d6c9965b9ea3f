"""Uploads and media inside the whole application: its guard, its headers, its audit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.tus_client import CHUNK, metadata


def _upload(who: Any, data: bytes, prefix: str = "", **headers: str) -> TestResponse:
    given = {"incident_id": "inc", "sha256": hashlib.sha256(data).hexdigest(), "filename": "a.jpg"}
    tus = {
        "Tus-Resumable": "1.0.0", "Content-Type": CHUNK, "Upload-Length": str(len(data)),
        "Upload-Metadata": metadata(**given),
    }  # fmt: skip
    return who.client.post(
        f"{prefix}/uploads", data=data, headers={**who.headers, **tus, **headers}
    )


def _get(who: Any, path: str) -> TestResponse:
    """Read an answer whole and let go of its file, as a server does."""
    with who.get(path) as answer:
        assert answer.data
        return answer


@pytest.fixture
def patrol(caller: Callable[..., Any], desk: Any) -> Any:
    return caller("field", team="kensetsu-1")


def test_a_picture_keeps_its_own_policy_and_the_audit_its_line(
    app: Flask, desk: Any, patrol: Any, photo: bytes
) -> None:
    assert _upload(patrol, photo).status_code == 201
    sha256 = hashlib.sha256(photo).hexdigest()
    got = _get(desk, f"/media/{sha256}")
    assert (got.status_code, got.data) == (200, photo)
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    notes = app.extensions["eoc"].people.audit.read()
    assert [n["target"] for n in notes if n["action"] == "media.original"] == [sha256]


def test_a_photo_of_the_drill_stays_in_the_drill(
    app: Flask, desk: Any, caller: Callable[..., Any], photo: bytes
) -> None:
    sha256 = hashlib.sha256(photo).hexdigest()
    trainer = caller("desk", realm="drill")
    trainer.post("/api/v1/incidents", {"id": "inc", "title": "訓練"})
    crew = caller("field", realm="drill", team="kensetsu-1")
    made = _upload(crew, photo, "/drill")
    assert made.status_code == 201
    assert made.headers["Location"].startswith("/drill/uploads/")
    assert _get(trainer, f"/media/{sha256}").status_code == 200
    assert _get(desk, f"/media/{sha256}").status_code == 404
    assert _upload(crew, photo).status_code == 403
    realms = app.extensions["eoc"].realms
    assert realms["drill"].media.has(sha256)
    assert not realms["real"].media.has(sha256)


def test_nobody_uploads_without_signing_in(app: Flask, desk: Any, photo: bytes) -> None:
    class Nobody:
        client, headers = app.test_client(), {}

    refused = _upload(Nobody, photo)
    assert (refused.status_code, refused.json["error"]["code"]) == (401, "unauthenticated")
    assert refused.headers["Tus-Resumable"] == "1.0.0"
