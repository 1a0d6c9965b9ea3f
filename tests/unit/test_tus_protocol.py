from __future__ import annotations

import base64

import pytest

from dashboard.errors import Malformed, OffsetMismatch, TooLarge
from dashboard.uploads import protocol

SHA = "ab" * 32


def _metadata(**pairs: str) -> str:
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())


def _headers(**metadata: str) -> dict[str, str]:
    return {
        "Upload-Length": "10",
        "Upload-Metadata": _metadata(**({"incident_id": "inc-1", "sha256": SHA} | metadata)),
    }


def test_creation_reads_length_and_metadata() -> None:
    found = protocol.announced(_headers(filename="写真 1.jpg"), 100)
    assert found == protocol.Announced(10, "inc-1", SHA, "写真 1.jpg", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"Upload-Length": "-1"}, "Upload-Length"),
        ({"Upload-Length": "1e3"}, "Upload-Length"),
        ({"Upload-Length": ""}, "Upload-Length"),
        ({"Upload-Defer-Length": "1"}, "Upload-Defer-Length"),
        ({"Upload-Metadata": "sha256 !!"}, "Upload-Metadata sha256"),
        ({"Upload-Metadata": "sha256 /w=="}, "Upload-Metadata sha256"),
        ({"Upload-Metadata": "a YQ==,a YQ=="}, "Upload-Metadata"),
        ({"Upload-Metadata": _metadata(incident_id="inc-1")}, "Upload-Metadata sha256"),
        ({"Upload-Metadata": _metadata(sha256=SHA)}, "Upload-Metadata incident_id"),
        ({"Upload-Metadata": _metadata(sha256=SHA, incident_id="../x")}, "Upload-Metadata inc"),
        ({"Upload-Metadata": "x" * 9000}, "Upload-Metadata"),
    ],
)
def test_a_bad_header_is_named_with_its_value(given: dict[str, str], field: str) -> None:
    with pytest.raises(Malformed) as refusal:
        protocol.announced({**_headers(), **given}, 100)
    assert refusal.value.detail["field"].startswith(field)


def test_more_bytes_than_the_cap_are_refused_in_japanese() -> None:
    with pytest.raises(TooLarge, match="大きすぎます"):
        protocol.announced({**_headers(), "Upload-Length": "101000000"}, 100_000_000)


def test_a_file_name_keeps_no_folder_and_no_hidden_character() -> None:
    assert protocol.plain_name("..\\a/b\u202egpj\x00.jpg") == "bgpj.jpg"


def test_checksum_is_read_and_an_unknown_algorithm_refused() -> None:
    assert protocol.checksum({}) is None
    found = protocol.checksum({"Upload-Checksum": "sha1 YWJj"})
    assert found == protocol.Checksum("sha1", b"abc")
    with pytest.raises(Malformed, match="sha1, sha256"):
        protocol.checksum({"Upload-Checksum": "crc32 YWJj"})


def test_a_wrong_offset_says_where_to_go_on() -> None:
    with pytest.raises(OffsetMismatch) as refusal:
        protocol.check_offset(5, 7)
    assert refusal.value.detail == {"offset": 7}
