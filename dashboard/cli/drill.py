"""``eoc demo`` and ``eoc drill play``: a scenario through the doors, step by step."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click

from dashboard.cli.actors import tokens_for
from dashboard.clock import SystemClock
from dashboard.config import Settings, load
from dashboard.errors import Misconfigured
from dashboard.events import uuid7
from dashboard.ingest.demo import demo_scenario, open_demo
from dashboard.ingest.doors import Doors, over_http
from dashboard.ingest.drill import REFUSED, Player, Progress, Run
from dashboard.ingest.scenario import Scenario, read_scenario
from dashboard.people import open_people
from dashboard.realm import PREFIXES

OUTCOMES = {"sent": "送信", "already": "送信済", "refused": "受付不可"}


@click.command()
@click.option("--base", help="Address of the server; EOC_PUBLIC_URL when left out.")
@click.option("--speed", type=float, default=20.0, show_default=True, help="Story time × this.")
@click.option("--again", is_flag=True, help="Begin a new incident instead of going on.")
def demo(base: str | None, speed: float, again: bool) -> None:
    """Play the demo incident (heavy rain of 2016) on a demo server; ends when it is told."""
    settings = load()
    _only_in_demo(settings)
    run = Run(_demo_run(settings, again), _checked(speed))
    with _actors(settings, demo_scenario()) as (tokens, stop):
        url = base or settings.public_url
        player = open_demo(url, tokens, run=run, stop=stop, on_step=show)
        click.echo(f"デモ事案 {player.incident_id}　ここからは {speed:g} 倍の速さで進みます")
        _end(player, player.rest())


@click.group()
def drill() -> None:
    """Drills: play a scenario file."""


@drill.command("play")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--base", help="Address of the server; EOC_PUBLIC_URL when left out.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="inf: without waiting.")
@click.option("--realm", type=click.Choice(["drill", "real"]), help="Instead of the file's own.")
@click.option("--run", "run_id", help="Go on with a run that was cut; its id was printed.")
def play(file: Path, base: str | None, speed: float, realm: str | None, run_id: str | None) -> None:
    """Play FILE; every step is shown as it is sent."""
    settings, scenario = load(), read_scenario(file)
    scenario = scenario.model_copy(update={"realm": realm}) if realm else scenario
    if scenario.realm == "real":
        _only_in_demo(settings)
    run = Run(speed=_checked(speed))
    run = replace(run, id=run_id) if run_id else run
    click.echo(f"{scenario.title}　{len(scenario.steps)} 件　続きから流すときは --run {run.id}")
    send = over_http(base or settings.public_url)
    with _actors(settings, scenario) as (tokens, stop):
        doors = Doors(send, tokens, PREFIXES[scenario.realm])
        player = Player(scenario, doors, run, clock=SystemClock(), stop=stop, on_step=show)
        _end(player, player.play())


def show(progress: Progress) -> None:
    """Print one step: number, story time, actor, kind and what became of it."""
    step = progress.step
    hours, minutes = divmod(int(step.at) // 60, 60)
    line = f"[{progress.number:3}/{progress.total}] {hours}:{minutes:02} {step.actor} {step.kind}"
    click.echo(f"{line} {step.subject}　{OUTCOMES[progress.outcome]} {progress.message}".rstrip())


@contextmanager
def _actors(
    settings: Settings, scenario: Scenario
) -> Iterator[tuple[dict[str, str], threading.Event]]:
    """Yield tokens for the actors and the event that stops the play."""
    people = open_people(settings)
    try:
        with tokens_for(people, scenario) as tokens, _stopped_by_signals() as stop:
            yield tokens, stop
    finally:
        people.close()


def _end(player: Player, finished: bool) -> None:
    refused = sum(outcome == REFUSED for outcome in player.outcomes.values())
    words = "終わりました" if finished else "途中で止めました"
    click.echo(f"{words}　{len(player.outcomes)} 件中 受付不可 {refused} 件")


def _only_in_demo(settings: Settings) -> None:
    """A made-up disaster must never enter the log of a real one."""
    if not settings.demo:
        raise Misconfigured("This plays into the real realm: set EOC_DEMO=1 or use --realm drill.")


def _checked(speed: float) -> float:
    if not speed > 0 or math.isnan(speed):
        raise click.BadParameter("must be more than 0 (or inf)", param_hint="--speed")
    return speed


def _demo_run(settings: Settings, again: bool) -> str:
    """The id of this machine's demo run: a restart goes on with the same incident."""
    path = settings.state_dir / "demo-run"
    if again or not path.exists():
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        path.write_text(uuid7())
    return path.read_text().strip()


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set: the step under way is finished first."""
    stop = threading.Event()

    def handler(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {n: signal.signal(n, handler) for n in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, old in before.items():
            signal.signal(number, old)
