"""Large files over bad lines: taken up where they broke, whole under their name or not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.errors import FetchFailed
from layers.fetching.client import Client
from layers.fetching.files import Wanted, fetch_file
from layers.fetching.manners import Manners
from tests.provider import Clock, Provider, Reply

HOST = "data.example.jp"
URL = f"https://{HOST}/n03.zip"
BODY = b"PK\x03\x04" + bytes(range(256)) * 2000
TAGGED = {"ETag": '"v1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}


@pytest.fixture
def client(official: Provider) -> Iterator[Client]:
    clock = Clock()
    manners = Manners(per_second=1000.0, read_s=0.2, tries=3)
    with Client(
        hosts=frozenset({HOST}), elsewhere={HOST: official.address}, manners=manners,
        time=clock.time,
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    return Wanted(URL, "zip", tmp_path / "files" / "n03.zip", {"licence": "規約"})


def half(stalls: bool = False) -> Reply:
    return Reply(body=BODY[:200_000], headers=TAGGED, declared=len(BODY), stalls=stalls)


def test_a_file_comes_with_its_licence_beside_it(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    official.gives("/n03.zip", Reply(body=BODY, headers=TAGGED))
    assert fetch_file(client, wanted).read_bytes() == BODY
    note = json.loads(wanted.path.with_name("n03.zip.json").read_text())
    assert note["licence"] == "規約"
    assert note["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert (note["url"], note["etag"], note["bytes"]) == (URL, '"v1"', len(BODY))
    assert sorted(path.name for path in wanted.path.parent.iterdir()) == [
        "n03.zip", "n03.zip.json",
    ]  # fmt: skip


@pytest.mark.parametrize("stalls", [False, True])
def test_a_line_that_breaks_goes_on_where_it_broke(
    official: Provider, client: Client, wanted: Wanted, stalls: bool
) -> None:
    official.gives("/n03.zip", half(stalls), Reply(body=BODY, headers=TAGGED))
    assert fetch_file(client, wanted).read_bytes() == BODY
    second = official.headers("/n03.zip")[1]
    start = int(second["range"].removeprefix("bytes=").removesuffix("-"))
    assert 0 < start <= 200_000
    assert second["if-range"] == '"v1"'


def test_another_run_goes_on_where_the_last_one_gave_up(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    official.gives("/n03.zip", half(), Reply(503))
    with pytest.raises(FetchFailed, match="503"):
        fetch_file(client, wanted)
    assert not wanted.path.exists()
    official.gives("/n03.zip", Reply(body=BODY, headers=TAGGED))
    assert fetch_file(client, wanted).read_bytes() == BODY
    assert "range" in official.headers("/n03.zip")[-1]


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    other = b"PK\x03\x04" + bytes(300_000)
    official.gives("/n03.zip", half(), Reply(body=other, headers={"ETag": '"v2"'}))
    assert fetch_file(client, wanted).read_bytes() == other


def test_without_a_strong_mark_halves_are_never_put_together(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    weak = Reply(body=BODY[:200_000], headers={"ETag": 'W/"v1"'}, declared=len(BODY))
    official.gives("/n03.zip", weak, Reply(body=BODY))
    assert fetch_file(client, wanted).read_bytes() == BODY
    assert "range" not in official.headers("/n03.zip")[1]


def test_a_provider_that_goes_on_elsewhere_is_not_believed(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    askew = Reply(206, BODY[9:], {"ETag": '"v1"', "Content-Range": f"bytes 9-{len(BODY) - 1}/9"})
    official.gives("/n03.zip", half(), askew)
    with pytest.raises(FetchFailed, match="another place"):
        fetch_file(client, wanted)
    official.gives("/n03.zip", Reply(body=BODY, headers=TAGGED))
    assert fetch_file(client, wanted).read_bytes() == BODY


def test_more_here_than_there_starts_again(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    short = BODY[:100_000]
    official.gives("/n03.zip", half(), Reply(body=short, headers=TAGGED))
    assert fetch_file(client, wanted).read_bytes() == short


def test_a_file_that_did_not_change_is_not_sent_again(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    official.gives("/n03.zip", Reply(body=BODY, headers=TAGGED))
    fetch_file(client, wanted)
    before = wanted.path.stat().st_mtime_ns
    assert fetch_file(client, wanted).read_bytes() == BODY
    asked = official.headers("/n03.zip")[1]
    assert asked["if-none-match"] == '"v1"'
    assert asked["if-modified-since"] == TAGGED["Last-Modified"]
    assert wanted.path.stat().st_mtime_ns == before


def test_a_page_that_says_sorry_is_not_a_file(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    official.gives("/n03.zip", Reply(body=b"<!DOCTYPE html><title>maintenance", headers=TAGGED))
    with pytest.raises(FetchFailed, match="not zip"):
        fetch_file(client, wanted)
    assert list(wanted.path.parent.iterdir()) == []


def test_a_page_that_says_sorry_does_not_replace_the_file_here(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    official.gives("/n03.zip", Reply(body=BODY, headers=TAGGED))
    fetch_file(client, wanted)
    official.gives("/n03.zip", Reply(body=b"<html>", headers={"ETag": '"v2"'}))
    with pytest.raises(FetchFailed, match="not zip"):
        fetch_file(client, wanted)
    assert wanted.path.read_bytes() == BODY


def test_a_file_nobody_has_is_told(official: Provider, client: Client, wanted: Wanted) -> None:
    with pytest.raises(FetchFailed, match="no such file"):
        fetch_file(client, wanted)


def test_a_file_larger_than_agreed_is_refused(
    official: Provider, client: Client, wanted: Wanted
) -> None:
    official.gives("/n03.zip", Reply(body=BODY, headers=TAGGED))
    small = Wanted(URL, "zip", wanted.path, {}, limit=1000)
    with pytest.raises(FetchFailed, match="larger than 1000 bytes"):
        fetch_file(client, small)


def test_how_far_it_is_is_told(official: Provider, client: Client, wanted: Wanted) -> None:
    official.gives("/n03.zip", half(), Reply(body=BODY, headers=TAGGED))
    told: list[tuple[int, int]] = []
    fetch_file(client, wanted, lambda here, total: told.append((here, total)))
    assert told[-1] == (len(BODY), len(BODY))
    assert [here for here, _ in told] == sorted(here for here, _ in told)
