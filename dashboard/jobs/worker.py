"""``eoc work``: follow both logs, queue what they ask for, let huey run it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from huey import Huey, PostgresHuey, SqliteHuey

from dashboard.config import Settings
from dashboard.jobs.lease import Leases
from dashboard.jobs.run import run_job
from dashboard.live import Moved
from dashboard.projections.pending import Job, pending
from dashboard.realm import Realm

SWEEP_S = 60.0
MAX_DELAY_S = 0.1  # huey's own is 10 s; a photo waits for its picture no longer than this
THREADS = 2
TOLD_S = 1.0  # progress is a signal: lossy, and not worth a write a job
Chore = Callable[[Realm], Any]
Progress = Callable[[str, dict[str, int]], Any]
say = structlog.get_logger("worker")


def open_huey(settings: Settings) -> Huey:
    """Return the queue beside the stores: a SQLite file, or tables in PostgreSQL."""
    if settings.database_url:
        return PostgresHuey("eoc", dsn=settings.database_url, results=False)
    return SqliteHuey("eoc", filename=str(settings.state_dir / "jobs.db"), results=False)


class Worker:
    """Queues the pending jobs of both realms and runs them.

    ``chores`` are called per realm at the start and each minute (the sweeper of uploads);
    ``progress`` is told per realm how many jobs wait and how many were done, once a second.
    """

    def __init__(
        self,
        huey: Huey,
        realms: Mapping[str, Realm],
        chores: Sequence[Chore] = (),
        progress: Progress = lambda realm, figures: None,
    ) -> None:
        self.huey, self.realms, self.chores, self.progress = huey, realms, chores, progress
        self.done = dict.fromkeys(realms, 0)
        self.stopping = threading.Event()
        self.leases = {name: Leases(r.folder / "leases") for name, r in realms.items()}
        self._queued: set[tuple[str, Job]] = set()
        self._task = huey.task(name="job")(self._run)

    def start(self) -> list[threading.Thread]:
        """Follow each realm's log in a thread, and sweep in another."""
        for name, realm in self.realms.items():
            realm.live.listeners.append(lambda moved, name=name: self._moved(name, moved))
        follows = (self._follow(realm) for realm in self.realms.values())
        loops = [*follows, self._sweep, self._tell]
        threads = [threading.Thread(target=loop, daemon=True) for loop in loops]
        for thread in threads:
            thread.start()
        return threads

    def _follow(self, realm: Realm) -> Callable[[], None]:
        return lambda: realm.live.follow(self.stopping.is_set)

    def _moved(self, name: str, moved: Moved) -> None:
        boards = self.realms[name].live.boards
        for incident_id, ids in moved.changed.items():
            self.queue(name, pending(boards[incident_id], ids))

    def _sweep(self) -> None:
        while True:
            for name, realm in self.realms.items():
                for board in realm.live.opened():
                    self.queue(name, pending(board))
                self._do_chores(realm)
            if self.stopping.wait(SWEEP_S):
                return

    def _tell(self) -> None:
        """Say how far the work is, whenever that changed."""
        said: dict[str, dict[str, int]] = {}
        while not self.stopping.wait(TOLD_S):
            for name in self.realms:
                waiting = sum(realm == name for realm, _ in tuple(self._queued))
                figures = {"waiting": waiting, "done": self.done[name]}
                if said.get(name) != figures:
                    said[name] = figures
                    self._try(self.progress, name, figures)

    def _do_chores(self, realm: Realm) -> None:
        for chore in self.chores:
            self._try(chore, realm)

    def _try(self, call: Callable[..., Any], *args: Any) -> None:
        try:
            call(*args)
        except Exception:  # noqa: BLE001 - one bad upload must not stop the worker
            say.exception("failed", what=getattr(call, "__name__", "call"))

    def queue(self, name: str, jobs: Iterable[Job]) -> None:
        """Queue jobs that this process has not queued yet."""
        for job in jobs:
            if (name, job) not in self._queued:
                self._queued.add((name, job))
                self._task(name, *job)

    def _run(self, name: str, *job: Any) -> None:
        work = Job(*job)
        try:
            outcome = run_job(self.realms[name], self.leases[name], work)
            self.done[name] += 1
            say.info("job", realm=name, outcome=outcome, **work._asdict())
        finally:
            # whatever failed is still pending in the log: the next sweep queues it again
            self._queued.discard((name, work))


def run_worker(
    settings: Settings,
    realms: Mapping[str, Realm],
    chores: Sequence[Chore] = (),
    progress: Progress = lambda realm, figures: None,
) -> None:
    """Work until SIGTERM or SIGINT; a job underway is finished first."""
    huey = open_huey(settings)
    worker = Worker(huey, realms, chores, progress)
    worker.start()
    try:
        huey.create_consumer(
            workers=THREADS, periodic=False, initial_delay=0.02, max_delay=MAX_DELAY_S, backoff=1.5
        ).run()
    finally:
        worker.stopping.set()
        for realm in realms.values():
            realm.log.close()
