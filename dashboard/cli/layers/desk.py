"""What ``eoc layers list|fetch|tiles`` share: the catalogue, the folders, and who is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import click

from dashboard.config import Settings
from layers.catalog import Catalog, load
from layers.fetching.cache import Cache
from layers.fetching.client import Client
from layers.fetching.manners import Manners
from layers.fetching.sources import hosts
from layers.fetching.time import Time
from layers.fetching.towns import box_of
from layers.schema import BBox
from layers.tiles.grid import checked


@dataclass(frozen=True, slots=True)
class Desk:
    """The work bench of the commands; a test gives one whose providers are ``elsewhere``."""

    settings: Settings
    catalog: Catalog = field(default_factory=load)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    manners: Manners = field(default_factory=Manners)
    time: Time = field(default_factory=Time)

    @property
    def shelf(self) -> Path:
        """The folder of the shelf."""
        return self.settings.state_dir / "layers"

    @property
    def tiles(self) -> Path:
        """The folder of tile archives."""
        return self.settings.state_dir / "tiles"

    @contextmanager
    def asking(self) -> Iterator[tuple[Client, Cache]]:
        """Yield who asks the providers and what keeps their answers."""
        client = Client(
            hosts=hosts(self.catalog), contact=self.settings.contact, manners=self.manners,
            elsewhere=self.elsewhere, time=self.time,
        )  # fmt: skip
        with client, Cache(self.settings.state_dir / "fetched") as cache:
            yield client, cache


class Box(click.ParamType):
    """west,south,east,north in degrees."""

    name = "W,S,E,N"

    def convert(self, value: Any, param: Any, ctx: Any) -> BBox:
        """Return the box, or say what one looks like."""
        try:
            west, south, east, north = (float(part) for part in str(value).split(","))
            return checked((west, south, east, north))
        except ValueError:
            self.fail(f"{value!r} is no box; write west,south,east,north in degrees.", param, ctx)


def place(bbox: BBox | None, town: str | None) -> BBox:
    """Return the box of a run: as given, or of the town."""
    if bbox and town:
        raise click.UsageError("Give --bbox or --town, not both.")
    return bbox or box_of(town or "01459")


def stopped() -> NoReturn:
    """End a run that somebody stopped; what came is kept."""
    click.echo("\n中断しました。同じ命令で続きから取得します。Stopped; run again.", err=True)
    raise click.Abort
