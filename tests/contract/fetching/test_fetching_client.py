"""The downloader against a real server with the faults of real ones: it waits, and it gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import formatdate

import pytest

from layers.errors import FetchFailed
from layers.fetching.client import Client
from layers.fetching.manners import Manners
from tests.provider import Clock, Provider, Reply

HOST = "tiles.example.jp"
URL = f"https://{HOST}/a"
Make = Callable[..., Client]


@pytest.fixture
def make(official: Provider, clock: Clock) -> Iterator[Make]:
    made: list[Client] = []

    def client(**manners: float) -> Client:
        wanted = Manners(**{"per_second": 1000.0, "read_s": 5.0, **manners})  # type: ignore[arg-type]
        made.append(
            Client(
                hosts=frozenset({HOST}), contact="bousai@example.jp", manners=wanted,
                elsewhere={HOST: official.address}, time=clock.time, jitter=lambda: 1.0,
            )
        )  # fmt: skip
        return made[-1]

    yield client
    for one in made:
        one.__exit__()


def test_what_is_there_comes(official: Provider, make: Make) -> None:
    official.gives("/a", Reply(body=b"hello"))
    assert make().get(URL, limit=100).body == b"hello"


def test_the_provider_can_see_who_asks_and_whom_to_write_to(official: Provider, make: Make) -> None:
    official.gives("/a", Reply(body=b"hello"))
    make().get(URL, limit=100)
    assert official.headers("/a")[0]["user-agent"] == "biei-eoc layers (bousai@example.jp)"


def test_the_question_part_of_an_address_is_kept(official: Provider, make: Make) -> None:
    official.gives("/a?_=20210915a", Reply(body=b"hello"))
    assert make().get(f"{URL}?_=20210915a", limit=100).body == b"hello"


@pytest.mark.parametrize("status", [404, 410, 204])
def test_what_is_missing_is_no_error(official: Provider, make: Make, status: int) -> None:
    official.gives("/a", Reply(status))
    answer = make().get(URL, limit=100)
    assert answer.missing
    assert answer.body is None


def test_what_is_missing_does_not_cost_a_new_connection_each(
    official: Provider, make: Make
) -> None:
    client = make()
    for name in range(20):
        official.gives(f"/{name}", Reply(404, b"<html>no such tile</html>"))
        client.get(f"https://{HOST}/{name}", limit=100)
    assert len(official.lines) == 1


def test_a_provider_is_asked_no_faster_than_agreed(
    official: Provider, make: Make, clock: Clock
) -> None:
    official.gives("/a", Reply(body=b"hello"))
    client = make(per_second=4.0)
    for _ in range(5):
        client.get(URL, limit=100)
    assert clock.slept == pytest.approx([0.25] * 4)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed_to_the_second(
    official: Provider, make: Make, clock: Clock, status: int
) -> None:
    official.gives("/a", Reply(status, headers={"Retry-After": "17"}), Reply(body=b"hello"))
    assert make().get(URL, limit=100).body == b"hello"
    assert clock.slept == [17.0]


def test_retry_after_may_be_a_date(official: Provider, make: Make, clock: Clock) -> None:
    later = formatdate(clock.seconds + 90, usegmt=True)
    official.gives("/a", Reply(503, headers={"Retry-After": later}), Reply(body=b"hello"))
    assert make().get(URL, limit=100).body == b"hello"
    assert clock.slept == [90.0]


def test_a_retry_after_that_is_nonsense_is_a_plain_back_off(
    official: Provider, make: Make, clock: Clock
) -> None:
    official.gives("/a", Reply(503, headers={"Retry-After": "soon"}), Reply(body=b"hello"))
    assert make().get(URL, limit=100).body == b"hello"
    assert clock.slept == [1.0]


def test_a_provider_that_wants_a_day_is_left_alone(
    official: Provider, make: Make, clock: Clock
) -> None:
    official.gives("/a", Reply(429, headers={"Retry-After": "86400"}))
    with pytest.raises(FetchFailed, match="come back in 86400 s"):
        make().get(URL, limit=100)
    assert (official.count("/a"), clock.slept) == (1, [])


def test_a_fault_that_passes_is_waited_out_longer_each_time(
    official: Provider, make: Make, clock: Clock
) -> None:
    official.gives("/a", Reply(500), Reply(502), Reply(504), Reply(body=b"hello"))
    assert make().get(URL, limit=100).body == b"hello"
    assert clock.slept == [1.0, 2.0, 4.0]


def test_a_fault_that_stays_is_told_after_five_tries(official: Provider, make: Make) -> None:
    official.gives("/a", Reply(500))
    with pytest.raises(FetchFailed, match="answers 500; tried 5 times"):
        make().get(URL, limit=100)
    assert official.count("/a") == 5


@pytest.mark.parametrize("status", [400, 401, 403, 451])
def test_a_refusal_is_not_asked_again(official: Provider, make: Make, status: int) -> None:
    official.gives("/a", Reply(status))
    with pytest.raises(FetchFailed, match=f"answers {status}"):
        make().get(URL, limit=100)
    assert official.count("/a") == 1


def test_a_connection_that_stalls_is_given_up_and_tried_again(
    official: Provider, make: Make
) -> None:
    official.gives("/a", Reply(body=b"hel", declared=5, stalls=True), Reply(body=b"hello"))
    assert make(read_s=0.1).get(URL, limit=100).body == b"hello"
    assert official.count("/a") == 2


def test_bytes_that_trickle_do_not_hold_us_for_ever(official: Provider, make: Make) -> None:
    official.gives("/a", Reply(body=b"x" * 400_000, pieces=400), Reply(body=b"hello"))
    client = make(total_s=3.0, read_s=600.0)
    object.__setattr__(client, "time", Clock(step=1.0).time)
    assert client.get(URL, limit=10**6).body == b"hello"


def test_half_an_answer_is_no_answer(official: Provider, make: Make) -> None:
    official.gives("/a", Reply(body=b"hel", declared=5), Reply(body=b"hello"))
    assert make().get(URL, limit=100).body == b"hello"
    official.gives("/a", Reply(body=b"hel", declared=5))
    with pytest.raises(FetchFailed, match="connection broke"):
        make().get(URL, limit=100)


@pytest.mark.parametrize("reply", [Reply(body=b"x" * 101), Reply(body=b"", declared=101)])
def test_more_than_the_limit_is_refused(official: Provider, make: Make, reply: Reply) -> None:
    official.gives("/a", reply)
    with pytest.raises(FetchFailed, match="larger than 100 bytes"):
        make().get(URL, limit=100)
    assert official.count("/a") == 1


def test_nobody_at_the_door_is_told(make: Make, official: Provider) -> None:
    client = Client(
        hosts=frozenset({HOST}), elsewhere={HOST: "http://127.0.0.1:1"}, time=Clock().time
    )
    with client, pytest.raises(FetchFailed, match=r"connection broke .*tried 5 times"):
        client.get(URL, limit=100)


def test_moved_within_the_hosts_is_followed(official: Provider, make: Make) -> None:
    official.gives("/a", Reply(301, headers={"Location": "/b"}))
    official.gives("/b", Reply(302, headers={"Location": f"https://{HOST}/c"}))
    official.gives("/c", Reply(body=b"hello"))
    assert make().get(URL, limit=100).body == b"hello"


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example.com/a", "http://tiles.example.jp/a", "file:///etc/passwd",
        "https://127.0.0.1/a", "https://tiles.example.jp:8443/a", "//evil.example",
        "https://tiles.example.jp@evil.example/a", "gopher://x",
    ],
)  # fmt: skip
def test_moved_to_a_stranger_is_refused(official: Provider, make: Make, location: str) -> None:
    official.gives("/a", Reply(302, headers={"Location": location}))
    with pytest.raises(FetchFailed, match=r"may be asked|no address"):
        make().get(URL, limit=100)
    assert [path for path, _ in official.asked] == ["/a"]


@pytest.mark.parametrize("location", ["https://[::1", "https://tiles.example.jp:x/"])
def test_moved_to_what_is_no_address_is_refused(
    official: Provider, make: Make, location: str
) -> None:
    official.gives("/a", Reply(302, headers={"Location": location}))
    with pytest.raises(FetchFailed, match="Invalid URL"):
        make().get(URL, limit=100)


def test_moved_in_a_circle_is_given_up(official: Provider, make: Make) -> None:
    official.gives("/a", Reply(302, headers={"Location": "/a"}))
    with pytest.raises(FetchFailed, match="more than 5 times"):
        make().get(URL, limit=100)


def test_an_address_nobody_wrote_down_is_not_asked(make: Make) -> None:
    with pytest.raises(FetchFailed, match="may be asked"):
        make().get("https://elsewhere.example.com/a", limit=100)


def test_a_part_nobody_asked_for_is_refused(official: Provider, make: Make) -> None:
    official.gives("/a", Reply(206, b"llo", {"Content-Range": "bytes 2-4/5"}))
    with pytest.raises(FetchFailed, match="nobody asked for"):
        make().get(URL, limit=100)


def test_a_body_packed_against_our_wish_that_cannot_be_unpacked_is_refused(
    official: Provider, make: Make
) -> None:
    official.gives("/a", Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(FetchFailed, match="cannot be read"):
        make().get(URL, limit=100)
