"""A run against a provider on the loopback, with its own cache and a clock nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.catalog import Catalog, load
from layers.fetching.cache import Cache
from layers.fetching.client import Client
from layers.fetching.manners import Manners
from layers.fetching.sources import Fetching, hosts
from layers.schema import BBox
from tests.provider import Clock, Provider, provider

AREA: BBox = (142.455, 43.580, 142.475, 43.595)


@pytest.fixture
def official() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def catalog() -> Catalog:
    return load()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(official: Provider, catalog: Catalog, clock: Clock, tmp_path: Path) -> Iterator[Fetching]:
    names = hosts(catalog)
    elsewhere = dict.fromkeys(names, official.address)
    with (
        Client(
            hosts=names, elsewhere=elsewhere, manners=Manners(per_second=1000.0), time=clock.time
        ) as client,
        Cache(tmp_path / "fetched") as cache,
    ):
        yield Fetching(client, cache, AREA)
