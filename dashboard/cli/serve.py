"""``eoc serve`` and ``eoc work``: the web process and the worker."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click


@click.command()
@click.option("--tls", nargs=2, type=click.Path(exists=True), metavar="CERT KEY", help="HTTPS.")
@click.option("--port", type=int, help="Instead of EOC_PORT; 0 takes a free one.")
@click.option("--worker/--no-worker", default=True, help="Start a worker beside the web process.")
def serve(tls: tuple[str, str] | None, port: int | None, worker: bool) -> None:
    """Serve the dashboard (and run a worker beside it)."""
    from gevent import monkey

    monkey.patch_all()  # before anything that opens a socket is imported

    from dashboard.cli.start import run_web

    run_web(tls, port, worker)


@click.command()
def work() -> None:
    """Run the worker: thumbnails and whatever else touches pixels."""
    from dashboard.config import load
    from dashboard.jobs import run_worker
    from dashboard.observe import configure
    from dashboard.people import open_people
    from dashboard.realms import open_realms
    from dashboard.signals import Signals
    from dashboard.uploads import sweeper

    settings = load()
    configure(settings.log_level)
    signals = Signals(open_people(settings))
    run_worker(
        settings,
        open_realms(settings),
        chores=[sweeper(settings)],
        progress=lambda realm, figures: signals.put(realm, "worker", figures, ttl_s=3600),
    )


@click.command()
def bundle() -> None:
    """Build the browser bundle into EOC_STATE_DIR (skipped when it is there)."""
    from dashboard.bundle import build
    from dashboard.config import load

    click.echo(build(load().state_dir))


def start_worker() -> subprocess.Popen[bytes]:
    """Start ``eoc work`` as a child of this process."""
    return subprocess.Popen([sys.executable, "-m", "dashboard.cli", "work"])


def on_signals(stop: Any) -> None:
    """Call ``stop`` once on SIGTERM or SIGINT."""

    def handler(number: int, frame: FrameType | None) -> None:
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def ready_file(state_dir: Path, url: str) -> None:
    """Write where this process listens, for programs that started it on port 0."""
    (state_dir / "listening").write_text(url)
