"""The upload door against a live server: tus 1.0.0 by the ``tuspy`` client and by hand."""

from __future__ import annotations

import base64
import hashlib
import http.client
from io import BytesIO

import pytest
from tusclient.client import TusClient

from tests.tus_client import CHUNK, CREW, Client, Server, jpeg


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_options_says_what_is_offered(crew: Client) -> None:
    found = crew.ask("OPTIONS", "/uploads")
    assert found.status == 204
    assert found.headers["tus-version"] == "1.0.0"
    assert found.headers["tus-max-size"] == "30000000"
    assert set(found.headers["tus-extension"].split(",")) == {
        "creation", "creation-with-upload", "checksum", "expiration", "termination",
    }  # fmt: skip


@pytest.mark.parametrize("checksum", [False, True])
@pytest.mark.parametrize("chunk_size", [7_000, 1_000_000])
def test_tuspy_uploads_a_photo(
    server: Server, crew: Client, photo: bytes, chunk_size: int, *, checksum: bool
) -> None:
    client = TusClient(f"http://127.0.0.1:{server.port}/uploads", {"X-Person": CREW})
    given = {"incident_id": "inc-1", "sha256": _sha(photo), "filename": "冠水.jpg"}
    client.uploader(
        file_stream=BytesIO(photo), chunk_size=chunk_size, metadata=given, upload_checksum=checksum
    ).upload()
    (found,) = [p for p in crew.photos().values() if p["sha256"] == _sha(photo)]
    assert (found["state"], found["filename"]) == ("received", "冠水.jpg")


def test_tuspy_goes_on_where_it_was(server: Server, photo: bytes) -> None:
    client = TusClient(f"http://127.0.0.1:{server.port}/uploads", {"X-Person": CREW})
    given = {"incident_id": "inc-1", "sha256": _sha(photo)}
    first = client.uploader(file_stream=BytesIO(photo), chunk_size=9_000, metadata=given)
    first.upload(stop_at=18_000)
    second = client.uploader(file_stream=BytesIO(photo), url=first.url, chunk_size=9_000)
    assert second.offset == 18_000
    second.upload()
    assert second.offset == len(photo)


def test_one_request_is_enough_and_the_answer_means_durable(crew: Client, photo: bytes) -> None:
    (subject_id,) = crew.announce(photo)
    made = crew.create(photo, body=photo)
    assert (made.status, made.headers["upload-offset"]) == (201, str(len(photo)))
    assert crew.photos()[subject_id]["state"] == "received"
    again = crew.ask("HEAD", made.headers["location"])
    assert (again.status, again.headers["upload-offset"]) == (200, str(len(photo)))
    assert again.headers["upload-length"] == str(len(photo))
    assert again.headers["cache-control"] == "no-store"


def test_every_announced_photo_of_a_file_is_received(crew: Client, photo: bytes) -> None:
    ids = crew.announce(photo, count=3)
    crew.create(photo, body=photo)
    assert {crew.photos()[id_]["state"] for id_ in ids} == {"received"}


def test_the_same_file_twice_gives_one_row(server: Server, crew: Client, photo: bytes) -> None:
    first = crew.create(photo, body=photo)
    rows = len(crew.photos())
    seq = max(f["seq"] for f in crew.get("/features")["features"])
    second = server.client("crew-2 field team-2").create(photo, body=photo)
    assert (first.status, second.status) == (201, 201)
    assert len(crew.photos()) == rows
    assert max(f["seq"] for f in crew.get("/features")["features"]) == seq


def test_a_preview_stands_for_its_original_until_it_comes(crew: Client, photo: bytes) -> None:
    (subject_id,) = crew.announce(photo)
    small = jpeg(10**6 + len(photo) + photo[700], 3_000)
    assert crew.create(small, body=small, preview_of=_sha(photo)).status == 201
    assert crew.photos()[subject_id]["state"] == "preview"
    assert crew.photos()[subject_id]["preview_sha256"] == _sha(small)
    crew.create(photo, body=photo)
    assert crew.photos()[subject_id]["state"] == "received"


def test_a_wrong_offset_changes_nothing(crew: Client, photo: bytes) -> None:
    path = crew.create(photo).headers["location"]
    crew.patch(path, 0, photo[:100])
    for offset in (0, 99, 101, 10**9):
        refused = crew.patch(path, offset, photo[:50])
        assert (refused.status, refused.error["code"]) == (409, "offset_mismatch")
        assert refused.error["detail"]["offset"] == 100
    assert crew.offset(path) == 100


def test_a_chunk_with_a_wrong_checksum_is_discarded(crew: Client, photo: bytes) -> None:
    path = crew.create(photo).headers["location"]
    for name, digest in (("sha1", hashlib.sha1), ("sha256", hashlib.sha256)):
        wrong = base64.b64encode(digest(b"other").digest()).decode()
        refused = crew.patch(path, 0, photo, Upload_Checksum=f"{name} {wrong}")
        assert (refused.status, refused.error["code"]) == (460, "checksum_mismatch")
        assert crew.offset(path) == 0
    assert crew.patch(path, 0, photo, Upload_Checksum="md5 YWJj").status == 400
    right = base64.b64encode(hashlib.sha256(photo).digest()).decode()
    assert crew.patch(path, 0, photo, Upload_Checksum=f"sha256 {right}").status == 204


def test_another_file_than_announced_is_refused_and_removed(crew: Client, photo: bytes) -> None:
    (subject_id,) = crew.announce(photo)
    made = crew.create(photo, body=photo[:-1] + b"x")
    assert (made.status, made.error["code"]) == (460, "checksum_mismatch")
    assert crew.ask("HEAD", made.headers["location"]).status == 404
    assert crew.photos()[subject_id]["state"] == "announced"
    assert crew.create(photo, body=photo).status == 201


def test_a_file_that_is_no_picture_is_refused_and_headquarters_sees_it(crew: Client) -> None:
    text = "これは写真ではありません。".encode() * 9
    (subject_id,) = crew.announce(text)
    made = crew.create(text, body=text)
    assert made.status == 415
    assert "写真" in made.error["message"]
    found = crew.photos()[subject_id]
    assert (found["state"], found["refusal"]["code"]) == ("refused", "unsupported_media")
    seen = crew.ask("HEAD", made.headers["location"])
    assert seen.status == 415
    assert crew.create(text, body=text).status == 415


def test_an_empty_file_is_refused_at_once(crew: Client) -> None:
    made = crew.create(b"")
    assert (made.status, made.error["code"]) == (422, "broken_media")
    assert "空" in made.error["message"]


def test_more_than_the_cap_is_refused_before_a_byte_is_read(server: Server) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    line.putrequest("POST", "/uploads")
    given = base64.b64encode(b"inc-1").decode()
    headers = {
        "X-Person": CREW, "Tus-Resumable": "1.0.0", "Content-Type": CHUNK,
        "Content-Length": "50000000", "Upload-Length": "50000000",
        "Upload-Metadata": f"incident_id {given},sha256 {given}",
    }  # fmt: skip
    for name, value in headers.items():
        line.putheader(name, value)
    line.endheaders()
    assert line.getresponse().status == 413
    line.close()


def test_another_version_is_412_with_ours(crew: Client) -> None:
    refused = crew.ask("POST", "/uploads", Tus_Resumable="0.2.2")
    assert (refused.status, refused.headers["tus-version"]) == (412, "1.0.0")
    assert refused.error["detail"]["value"] == "0.2.2"


def test_a_chunk_needs_its_content_type(crew: Client, photo: bytes) -> None:
    path = crew.create(photo).headers["location"]
    refused = crew.patch(path, 0, photo, Content_Type="image/jpeg")
    assert refused.status == 415
    assert crew.offset(path) == 0


def test_more_bytes_than_announced_are_refused(crew: Client, photo: bytes) -> None:
    path = crew.create(photo).headers["location"]
    refused = crew.patch(path, 0, photo + b"more")
    assert (refused.status, refused.error["detail"]["field"]) == (400, "Content-Length")
    assert crew.offset(path) == 0


def test_an_unknown_incident_is_refused(crew: Client, photo: bytes) -> None:
    refused = crew.create(photo, incident_id="inc-9")
    assert (refused.status, refused.error["code"]) == (404, "not_found")


def test_an_upload_belongs_to_its_maker(server: Server, crew: Client, photo: bytes) -> None:
    path = crew.create(photo).headers["location"]
    other = server.client("crew-2 field team-2")
    assert other.ask("HEAD", path).status == 404
    assert other.patch(path, 0, photo).status == 404
    assert other.ask("DELETE", path).status == 404
    assert crew.offset(path) == 0


@pytest.mark.parametrize("person", ["v viewer", "p partner", "a admin", "n"])
def test_only_senders_of_photos_may_upload(server: Server, photo: bytes, person: str) -> None:
    refused = server.client(person).create(photo, body=photo)
    assert (refused.status, refused.error["code"]) == (403, "forbidden")
    assert not [p for p in server.client().photos().values() if p["sha256"] == _sha(photo)]


def test_a_drill_upload_needs_an_incident_of_the_drill(crew: Client, photo: bytes) -> None:
    assert crew.create(photo, prefix="/drill").status == 404


def test_termination_forgets_the_upload(crew: Client, photo: bytes) -> None:
    path = crew.create(photo, body=photo[:100]).headers["location"]
    assert crew.ask("DELETE", path).status == 204
    assert crew.ask("HEAD", path).status == 404
    assert crew.ask("DELETE", path).status == 404


def test_a_proxy_that_knows_only_post_may_name_the_method(crew: Client, photo: bytes) -> None:
    path = crew.create(photo).headers["location"]
    done = crew.ask(
        "POST", path, photo,
        X_HTTP_Method_Override="PATCH", Upload_Offset="0", Content_Type=CHUNK,
    )  # fmt: skip
    assert (done.status, done.headers["upload-offset"]) == (204, str(len(photo)))
