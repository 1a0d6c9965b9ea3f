"""Who gets which picture: variants by sight of the photo, originals to headquarters only."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dashboard.events import uuid7
from dashboard.media.store import MediaStore
from tests.conftest import event
from tests.tus_client import DESK, Client, Server


@pytest.fixture
def media(server: Server) -> MediaStore:
    return MediaStore(server.state_dir / "real" / "media")


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _report(crew: Client, team: str) -> str:
    report_id = uuid7()
    crew.send(event("report.received", report_id, {"text": "倒木", "team": team}))
    return report_id


def _rendered(server: Server, media: MediaStore, photo: bytes, subject_id: str) -> None:
    """What the worker writes, without the worker."""
    variants = []
    for name in ("320", "1600"):
        media.write_variant(_sha(photo), name, photo)
        size = {"width": 64, "height": 48, "size": len(photo)}
        variants.append({"name": name, "content_type": "image/jpeg", **size})
    body = {"sha256": _sha(photo), "variants": variants}
    server.client("worker system").send(event("photo.rendered", subject_id, body))


def test_a_photo_on_its_way_is_not_yet_there(server: Server, crew: Client, photo: bytes) -> None:
    crew.announce(photo, report_id=_report(crew, "team-1"))
    for path in (f"/media/{_sha(photo)}", f"/media/{_sha(photo)}/320"):
        answer = server.client(DESK).ask("GET", path)
        assert (answer.status, answer.error["code"]) == (404, "not_yet")


def test_the_preview_stands_in_and_may_change(server: Server, crew: Client, photo: bytes) -> None:
    crew.announce(photo, report_id=_report(crew, "team-1"))
    small = photo[:2] + b"\xff\xfe\x00\x04ab" + photo[2:]
    crew.create(small, body=small, preview_of=_sha(photo))
    answer = crew.ask("GET", f"/media/{_sha(photo)}/320")
    assert (answer.status, answer.body) == (200, small)
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("d desk", 200), ("c commander", 200), ("w viewer", 200), ("a admin", 200),
        ("f field team-1", 200), ("f2 field team-2", 404), ("p partner", 404), ("n", 404),
    ],
)  # fmt: skip
def test_a_picture_goes_to_those_who_see_its_photo(
    server: Server, crew: Client, media: MediaStore, photo: bytes, person: str, status: int
) -> None:
    (subject_id,) = crew.announce(photo, report_id=_report(crew, "team-1"))
    crew.create(photo, body=photo)
    _rendered(server, media, photo, subject_id)
    for variant in ("320", "1600"):
        answer = server.client(person).ask("GET", f"/media/{_sha(photo)}/{variant}")
        assert answer.status == status
        assert (answer.body == photo) == (status == 200)


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("d desk", 200), ("c commander", 200), ("a admin", 200), ("w viewer", 403),
        ("f field team-1", 403), ("f2 field team-2", 404), ("p partner", 404),
    ],
)  # fmt: skip
def test_the_original_goes_to_headquarters_only(
    server: Server, crew: Client, photo: bytes, person: str, status: int
) -> None:
    crew.announce(photo, report_id=_report(crew, "team-1"))
    crew.create(photo, body=photo)
    answer = server.client(person).ask("GET", f"/media/{_sha(photo)}")
    assert answer.status == status
    assert (answer.body == photo) == (status == 200)


def test_the_original_is_a_download_that_runs_nothing_and_leaves_a_line(
    server: Server, crew: Client, photo: bytes
) -> None:
    crew.announce(photo)
    crew.create(photo, body=photo)
    desk = server.client(DESK)
    got = desk.ask("GET", f"/media/{_sha(photo)}")
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    (note,) = [n for n in desk.get("/audit")["notes"] if n[2]["target"] == _sha(photo)]
    assert note[:2] == ["media.original", "desk-1"]


@pytest.mark.parametrize("path", ["x", "../real.db", "0" * 64, "0" * 64 + "/320"])
def test_what_is_not_there_is_404(server: Server, path: str) -> None:
    assert server.client(DESK).ask("GET", f"/media/{path}").status == 404


def test_an_unknown_variant_is_404_and_the_drill_holds_no_real_photo(
    server: Server, crew: Client, photo: bytes
) -> None:
    crew.create(photo, body=photo)
    desk = server.client(DESK)
    assert desk.ask("GET", f"/media/{_sha(photo)}/9999").status == 404
    assert desk.ask("GET", f"/drill/media/{_sha(photo)}").status == 404


def test_the_media_folder_of_the_drill_is_its_own(
    server: Server, crew: Client, photo: bytes
) -> None:
    crew.create(photo, body=photo)
    drill = Path(server.state_dir) / "drill"
    assert not [p for p in drill.rglob("*") if p.name == _sha(photo)]
