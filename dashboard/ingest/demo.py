"""The demo: heavy rain modelled on 23 August 2016, played by the player of drills."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import as_file, files

from dashboard.clock import SystemClock
from dashboard.ingest.doors import Doors, over_http
from dashboard.ingest.drill import Player, Progress, Run, Waits
from dashboard.ingest.scenario import Scenario, read_scenario


def demo_scenario() -> Scenario:
    """Return the scenario of the demo: heavy rain, modelled on 23 August 2016."""
    with as_file(files("data").joinpath("demo", "heavy_rain_2016.yaml")) as path:
        return read_scenario(path)


def open_demo(
    base_url: str,
    tokens: Mapping[str, str],
    *,
    run: Run,
    stop: Waits,
    on_step: Callable[[Progress], None] = lambda progress: None,
) -> Player:
    """Open the demo incident, play its opening at once and return the player.

    ``tokens`` maps the actors of :func:`demo_scenario` to Bearer tokens. Call ``rest()`` of
    the player for what follows, in a process of its own: drawing a picture takes a third of
    a second and would hold up a web process.

    Raises:
        EocError: the server does not answer, or a token is missing.
    """
    doors = Doors(over_http(base_url), tokens)
    player = Player(demo_scenario(), doors, run, clock=SystemClock(), stop=stop, on_step=on_step)
    player.open()
    return player
