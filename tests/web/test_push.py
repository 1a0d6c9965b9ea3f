"""The push door on the wire: who comes in, what a follower is told, what nonsense is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import websocket

from tests.laws.serving import Served, opened, report

Opened = tuple[Served, str]


@pytest.fixture(scope="module")
def server() -> Iterator[Opened]:
    """A served process with an open incident."""
    with opened() as found:
        yield found


def _line(server: Served, who: str | None, space: str = "/live") -> tuple[Any, str]:
    """Return an open WebSocket and the answer to its handshake."""
    line = websocket.create_connection(
        f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket", timeout=10
    )
    line.recv()
    auth = {"token": server.tokens[who]} if who else {}
    line.send(f"40{space}," + json.dumps(auth))
    return line, line.recv()


@contextmanager
def _shut(line: Any) -> Iterator[None]:
    try:
        yield
    finally:
        line.shutdown()


def _ask(line: Any, *given: Any, space: str = "/live") -> dict[str, Any]:
    line.send(f"42{space},1" + json.dumps(["follow", *given]))
    while not (text := line.recv()).startswith(f"43{space},1"):
        continue
    answer: dict[str, Any] = json.loads(text[len(f"43{space},1") :])[0]
    return answer


def _parcel(line: Any) -> dict[str, Any]:
    while not (text := line.recv()).startswith("42"):
        continue
    name, parcel = json.loads(text[text.index("[") :])
    assert name == "parcel"
    return dict(parcel)


@pytest.mark.parametrize(
    ("who", "space", "code"),
    [
        (None, "/live", "unauthenticated"),
        ("drill", "/live", "forbidden"),
        ("crew", "/drill/live", "forbidden"),
    ],
)
def test_who_may_not_look_is_refused_at_the_handshake(
    server: Opened, who: str | None, space: str, code: str
) -> None:
    line, answer = _line(server[0], who, space)
    with _shut(line):
        assert answer.startswith(f"44{space},")
        assert json.loads(answer[len(f"44{space},") :])["data"]["error"]["code"] == code


def test_parcels_leave_no_gap_and_an_empty_one_tells_that_the_line_lives(server: Opened) -> None:
    line, _ = _line(server[0], "wall")
    with _shut(line), server[0].api() as api:
        told = _ask(line, {"incident_id": server[1], "after": 0})["upto"]
        for _ in range(3):
            sent = api.post(f"/api/v1/incidents/{server[1]}/events", json=[report()])
            assert sent.status_code == 200
        parcels = [_parcel(line)]
        while parcels[-1]["changes"]:
            parcels.append(_parcel(line))
        assert [p["after"] for p in parcels] == [told, *(p["upto"] for p in parcels[:-1])]
        assert parcels[-1]["upto"] == told + 3


def test_what_an_audience_may_not_see_moves_it_on_without_showing(server: Opened) -> None:
    line, _ = _line(server[0], "partner")
    with _shut(line), server[0].api() as api:
        told = _ask(line, {"incident_id": server[1], "after": 0})["upto"]
        api.post(f"/api/v1/incidents/{server[1]}/events", json=[report()])
        parcel = _parcel(line)
        while parcel["upto"] == told:
            parcel = _parcel(line)
        assert (parcel["after"], parcel["upto"], parcel["changes"]) == (told, told + 1, [])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([], "malformed"), ([5], "malformed"), ([{}, {}], "malformed"),
        ([{"after": 0}], "malformed"), ([{"incident_id": "x" * 101}], "malformed"),
        ([{"incident_id": "inc", "after": True}], "malformed"),
        ([{"incident_id": "inc", "after": -1}], "malformed"),
        ([{"incident_id": "inc", "after": 2**53}], "malformed"),
        ([{"incident_id": ["inc"], "after": 0}], "malformed"),
        ([{"incident_id": "nowhere", "after": 0}], "not_found"),
    ],
)  # fmt: skip
def test_a_follow_that_makes_no_sense_is_answered_in_the_one_shape(
    server: Opened, given: list[Any], code: str
) -> None:
    line, _ = _line(server[0], "desk")
    with _shut(line):
        error = _ask(line, *given)["error"]
        assert error["code"] == code
        assert error["message"]
        assert _ask(line, {"incident_id": server[1], "after": 0})["ok"]


def test_a_message_far_too_large_ends_its_sender_and_nobody_else(server: Opened) -> None:
    bad, _ = _line(server[0], "desk")
    good, _ = _line(server[0], "desk")
    with _shut(bad), _shut(good):
        bad.send("42/live," + json.dumps(["follow", "x" * 100_000]))
        assert _ends(bad)
        assert _ask(good, {"incident_id": server[1], "after": 0})["ok"]


def _ends(line: Any) -> bool:
    """Read until the server hangs up."""
    try:
        while line.recv():
            continue
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return True
    return True
