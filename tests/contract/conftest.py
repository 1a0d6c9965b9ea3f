"""The three stores of the log, each behind one opener; the two kinds of tile archive."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.log import Log
from dashboard.log.memory import MemoryLog
from layers.tiles import write_archive
from layers.tiles.grid import tiles
from layers.tiles.writer import laid_out
from tests.contract import postgres_server
from tests.contract.archives import BIEI, SUFFIXES, about, png
from tests.laws.places import open_place

Opener = Callable[[], Log]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server of our own for the session."""
    programs = postgres_server.programs()
    if programs is None:
        pytest.skip("NO POSTGRESQL: install Debian's package postgresql to test that store")
    with postgres_server.server(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The place of an empty durable store."""
    if request.param == "sqlite":
        return str(tmp_path / "real.db")
    url = request.getfixturevalue("postgres_url")
    return f"{url}#s{uuid.uuid4().hex[:12]}"


@pytest.fixture
def open_log(place: str) -> Iterator[Opener]:
    """Open the durable store anew, as another process would."""
    opened: list[Log] = []

    def opener() -> Log:
        opened.append(open_place(place))
        return opened[-1]

    yield opener
    for log in opened:
        log.close()


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """An empty log of each kind."""
    if request.param == "memory":
        yield MemoryLog()
        return
    if request.param == "sqlite":
        opened: Log = open_place(str(tmp_path / "log.db"))
    else:
        url = request.getfixturevalue("postgres_url")
        opened = open_place(f"{url}#s{uuid.uuid4().hex[:12]}")
    yield opened
    opened.close()


@pytest.fixture(params=SUFFIXES)
def suffix(request: pytest.FixtureRequest) -> str:
    """The ending of a tile archive of each kind."""
    return str(request.param)


@pytest.fixture
def made(tmp_path: Path, suffix: str) -> Path:
    """A sound archive of each kind: Biei from zoom 5 to 11."""
    path = tmp_path / f"made{suffix}"
    every = laid_out(tiles(BIEI, (5, 11)))
    write_archive(path, ((tile, png(tile)) for tile in every), about(extra={"licence": "規約"}))
    return path
