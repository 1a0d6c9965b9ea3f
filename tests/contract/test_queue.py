"""The queue of jobs over both of its stores: what one process queues, another runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from huey import Huey

from dashboard.config import Settings
from dashboard.jobs.worker import open_huey


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a store."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return Settings(state_dir=tmp_path, database_url=url)


def _with_task(huey: Huey, ran: list[object]) -> object:
    return huey.task(name="job")(lambda *job: ran.append(job))


def test_a_job_queued_here_is_run_there_once(settings: Settings) -> None:
    here, there = open_huey(settings), open_huey(settings)
    ran: list[object] = []
    task = _with_task(here, ran)
    _with_task(there, ran)
    task("real", 7, "render")
    waiting = there.dequeue()
    assert waiting is not None
    there.execute(waiting)
    assert ran == [("real", 7, "render")]
    assert here.storage.queue_size() == 0
    for huey in (here, there):
        huey.storage.close()
