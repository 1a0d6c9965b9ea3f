"""The whole demo through the real doors, the board looked at after each inject."""

from __future__ import annotations

import hashlib
import io
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from PIL import Image

from dashboard.app import create_app
from dashboard.cli.actors import tokens_for
from dashboard.clock import FixedClock, SystemClock
from dashboard.config import Settings
from dashboard.errors import Busy
from dashboard.ingest.demo import demo_scenario
from dashboard.ingest.doors import Answer, Doors, Transport
from dashboard.ingest.drill import ALREADY, SENT, Player, Progress, Run
from dashboard.ingest.pictures import Picture, exif_of
from dashboard.ingest.scenario import Scenario, read_scenario
from dashboard.realm import PREFIXES
from tests.conftest import ROOT

LEVEL3 = ROOT / "data" / "drills" / "tokachidake_level3.yaml"
Properties = dict[str, Any]


class House(NamedTuple):
    """An application, a transport to it and the tokens of a scenario's actors."""

    app: Flask
    send: Transport
    scenario: Scenario
    tokens: Mapping[str, str]

    def doors(self) -> Doors:
        return Doors(self.send, self.tokens, PREFIXES[self.scenario.realm])

    def player(self, run: Run, on_step: Callable[[Progress], None] = lambda p: None) -> Player:
        stop = threading.Event()
        return Player(
            self.scenario,
            self.doors(),
            run,
            clock=SystemClock(),
            stop=stop,
            on_step=on_step,
            draw=sketch,
        )


def sketch(picture: Picture) -> bytes:
    """A small photo with the header of a drawn one: what is in the picture is tested elsewhere."""
    out = io.BytesIO()
    colour = hashlib.sha256(picture.key.encode()).digest()
    Image.new("RGB", (32, 24), tuple(colour[:3])).save(out, "JPEG", exif=exif_of(picture))
    return out.getvalue()


def to(app: Flask) -> Transport:
    """A transport that speaks HTTP to an application in this process."""
    client = app.test_client(use_cookies=False)

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        reply = client.open(path, method=method, headers=dict(headers), data=body or None)
        return reply.status_code, dict(reply.headers), reply.data

    return send


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Callable[[Scenario], House]]:
    """Build a house for a scenario, with a log on disk."""
    with ExitStack() as stack:

        def build(scenario: Scenario) -> House:
            app = create_app(Settings(state_dir=tmp_path, demo=True))
            eoc = app.extensions["eoc"]
            stack.callback(eoc.people.close)
            stack.callback(eoc.stop)
            tokens = stack.enter_context(tokens_for(eoc.people, scenario))
            return House(app, to(app), scenario, tokens)

        yield build


def told(step: Any, properties: Properties) -> bool:
    """Whether the board says what a step just said."""
    verb, body = step.kind.partition(".")[2], step.body
    if step.kind in ("report.received", "report.corrected", "report.triaged"):
        names = ("category", "text", "place_text", "certainty", "handling", "priority")
        return all(properties[n] == body[n] for n in names if n in body)
    if step.kind == "report.placed":
        return bool(properties["place"]["method"] == body["place"]["method"])
    if step.kind == "report.retracted":
        return bool(properties["retracted"])
    if verb in ("support_requested", "found_normal"):
        return verb in properties["calls"]
    if step.kind.startswith("instruction."):
        return properties["state"] == verb and (verb == "withdrawn" or verb in properties["times"])
    if step.kind.startswith("road_closure."):
        return bool(properties["state"] == verb)
    return bool(properties["name"] == body["name"])


def test_every_inject_of_the_demo_is_on_the_board_at_once(house: Any) -> None:
    home = house(demo_scenario())
    wrong: list[str] = []

    def look(progress: Progress) -> None:
        step = progress.step
        player.replica.catch_up()
        feature = player.replica.features.get(player.ids[step.subject])
        if progress.outcome != SENT or not feature or not told(step, feature["properties"]):
            wrong.append(f"{progress.number} {step.kind} {step.subject}: {progress.message}")

    player = home.player(Run(speed=math.inf), look)
    assert player.play()
    assert wrong == []
    assert len(player.outcomes) == len(home.scenario.steps)
    assert_end_of_demo(player)


def measures(player: Player) -> dict[str, int]:
    """The numbers of the board as the desk sees them now."""
    player.replica.catch_up()
    features = player.replica.features.items()
    return {
        i.removeprefix("measure:"): f["properties"]["value"]
        for i, f in features
        if i.startswith("measure:")
    }


def photos_of(player: Player) -> list[dict[str, Any]]:
    features = player.replica.features.values()
    return [f for f in features if f["properties"].get("type") == "photo"]


def assert_end_of_demo(player: Player) -> None:
    value = measures(player)
    # 45 calls and reports, one of them retracted
    assert value["reports_total"] == 44
    assert value["photos_received"] == 33
    assert value["photos_pending"] == 0
    assert value["reports_unplaced"] == 4
    assert value["road_closures_in_force"] == 7
    assert value["instructions_open"] == 1
    photos = photos_of(player)
    assert {p["properties"]["place"]["method"] for p in photos} == {"exif"}
    assert all(p["properties"]["direction_deg"] is not None for p in photos)


def short_demo() -> Scenario:
    """The first steps of the demo: few pictures to draw."""
    demo = demo_scenario()
    return demo.model_copy(update={"steps": demo.steps[:22], "opening": 400.0})


def test_a_run_that_was_cut_goes_on_without_sending_twice(house: Any) -> None:
    home = house(short_demo())
    run, cut = Run(speed=math.inf), 12
    first = home.player(run, lambda p: first.stop.set() if p.number == cut else None)
    assert not first.play()
    assert len(first.outcomes) == cut
    second = home.player(run)
    assert second.play()
    assert [n for n, o in second.outcomes.items() if o == ALREADY] == list(range(1, cut + 1))
    value = measures(second)
    steps = home.scenario.steps
    assert value["reports_total"] == sum(s.kind == "report.received" for s in steps)
    assert value["photos_received"] == sum(len(s.photos) for s in steps)
    assert value["photos_pending"] == 0
    assert len(home.doors().get("joho", "/incidents")["incidents"]) == 1


def test_a_cut_between_announcing_and_sending_a_photo_is_healed(house: Any) -> None:
    home = house(short_demo())
    run, cut = Run(speed=math.inf), threading.Event()

    def failing(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if "/uploads" in path:
            cut.set()
            raise Busy("the line is cut")
        return home.send(method, path, headers, body)

    broken = Player(
        home.scenario,
        Doors(failing, home.tokens),
        run,
        clock=SystemClock(),
        stop=cut,
        draw=sketch,
    )
    with pytest.raises(Busy):
        broken.play()
    broken.replica.catch_up()
    assert [p["properties"]["state"] for p in photos_of(broken)] == ["announced"]
    after = home.player(run)
    assert after.play()
    assert measures(after)["photos_pending"] == 0
    assert {p["properties"]["state"] for p in photos_of(after)} <= {"received", "rendered"}
    assert len(photos_of(after)) == sum(len(s.photos) for s in home.scenario.steps)


def test_a_server_that_stops_together_with_the_play_is_no_error(house: Any) -> None:
    home = house(short_demo().model_copy(update={"opening": 0.0}))
    stop = threading.Event()

    def leaving(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if stop.is_set():
            raise Busy("gone")
        return home.send(method, path, headers, body)

    player = Player(
        home.scenario,
        Doors(leaving, home.tokens),
        Run(speed=math.inf),
        clock=SystemClock(),
        stop=stop,
        draw=lambda picture: stop.set() or sketch(picture),
    )
    assert player.play() is False
    assert len(player.outcomes) == 6  # the teams of the opening; the first report met no server


class Waiting:
    """Stands for a ``threading.Event``: time passes when it is waited on."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock, self.waited_s = clock, 0.0

    def wait(self, timeout: float) -> bool:
        self.clock.advance(timeout)
        self.waited_s += timeout
        return False


def test_a_drill_keeps_the_time_of_its_story_at_any_speed(house: Any) -> None:
    home = house(read_scenario(LEVEL3))
    clock = FixedClock(SystemClock().now_us())
    waiting = Waiting(clock)
    player = Player(home.scenario, home.doors(), Run(speed=60.0), clock=clock, stop=waiting)
    assert player.play()
    assert set(player.outcomes.values()) == {SENT}
    story_s = home.scenario.steps[-1].at - home.scenario.opening
    assert abs(waiting.waited_s - story_s / 60) < 0.1
    player.replica.catch_up()
    drills = [f for f in player.replica.features.values() if f["properties"]["type"] == "drill"]
    assert drills[0]["properties"]["clock"]["speed"] == 60.0


def test_a_drill_leaves_no_trace_in_the_real_realm(house: Any) -> None:
    home = house(read_scenario(LEVEL3))
    assert home.player(Run(speed=math.inf)).play()
    realms = home.app.extensions["eoc"].realms
    assert realms["drill"].log.tip().seq > 10
    assert realms["real"].log.tip().seq == 0


def test_two_scenarios_may_use_one_key_for_different_teams(house: Any) -> None:
    """The demo and the drill both call a team ``shirogane``; the second play broke on it."""
    home = house(read_scenario(LEVEL3))
    people = home.app.extensions["eoc"].people
    other = home.scenario.model_copy(
        update={"teams": {"shirogane": "白金班（夜間）"}, "actors": {}}
    )
    with tokens_for(people, other):
        names = {team["name"]: team["id"] for team in people.teams()}
    assert names["白金地区現地連絡班"] == "shirogane"
    assert names["白金班（夜間）"] != "shirogane"


def test_a_token_of_the_play_is_dead_when_the_play_is_over(house: Any) -> None:
    home = house(read_scenario(LEVEL3))
    people = home.app.extensions["eoc"].people
    with tokens_for(people, home.scenario) as lent:
        assert people.access.by_secret(lent["tosei"]) is not None
    assert people.access.by_secret(lent["tosei"]) is None
