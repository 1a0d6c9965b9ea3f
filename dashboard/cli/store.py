"""``eoc migrate|verify|erase|backup|restore``: the care of the stores."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import click

from dashboard.clock import SystemClock
from dashboard.config import Settings, load
from dashboard.log.stores import open_log
from dashboard.media.store import MediaStore
from dashboard.realm import DRILL, REAL

REALMS = {REAL: "実災害", DRILL: "訓練"}


@click.command()
def migrate() -> None:
    """Create the tables of every store, or bring them up to date."""
    from dashboard.people.store import open_store

    settings = load()
    for realm in REALMS:
        open_log(settings, realm).close()
        click.echo(f"{realm}: ok")
    open_store(settings).close()
    click.echo("people: ok")


@click.command()
@click.option("--realm", type=click.Choice(list(REALMS)), help="Only this log.")
def verify(realm: str | None) -> None:
    """Check every entry of the logs against the chain of hashes. Exit code 1 if it is broken."""
    settings = load()
    broken = [name for name in ([realm] if realm else REALMS) if not _verified(settings, name)]
    raise SystemExit(1 if broken else 0)


def _verified(settings: Settings, realm: str) -> bool:
    with closing(open_log(settings, realm)) as log:
        verdict, tip = log.verify(), log.tip()
    said = f"{realm} {REALMS[realm]}: 記録 {verdict.entries} 件 entries"
    if verdict.erased:
        said += f"、消去 {verdict.erased} 件 erased"
    if verdict.broken_at is None:
        click.echo(f"{said}、改変なし intact, tip {tip.seq} {tip.hash.hex()[:16]}")
    else:
        click.echo(f"{said}、{verdict.broken_at} 番から破損 BROKEN at entry {verdict.broken_at}")
    return verdict.broken_at is None


@click.command()
@click.argument("seq", type=int)
@click.option("--realm", type=click.Choice(list(REALMS)), default=REAL, show_default=True)
@click.option("--by", required=True, help="Person id of who decided it.")
@click.option("--reason", required=True, help="Why, in a few words; stays in the log.")
@click.option("--media", is_flag=True, help="Also the photo files the entry names.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(seq: int, realm: str, by: str, reason: str, media: bool, yes: bool) -> None:
    """Take the body of entry SEQ out for good; the erasure itself is an entry."""
    from dashboard.erasing import erase as erase_entry

    settings = load()
    if not yes:
        click.confirm(f"{realm} の {seq} 番の内容を消去します。元に戻せません。Erase?", abort=True)
    store = MediaStore(settings.state_dir / realm / "media") if media else None
    with closing(open_log(settings, realm)) as log:
        done = erase_entry(log, store, seq, by=by, reason=reason, clock=SystemClock())
    click.echo(f"消去しました erased {seq}; 記録 recorded as {done.seq}; files {len(done.files)}")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--follow", is_flag=True, help="Keep copying, at most 5 s behind, until stopped.")
def backup(folder: Path, follow: bool) -> None:
    """Copy log, people and media into FOLDER; again into the same one copies only what is new."""
    from dashboard.backup import Backup

    with _for_owner_only(), closing(Backup(load(), folder)) as keeper:
        manifest = keeper.once()
        seqs = ", ".join(f"{name} {one['seq']}" for name, one in manifest["realms"].items())
        click.echo(f"保存しました backed up to {folder}: {seqs}")
        if follow:
            keeper.follow(_until_signal())


@contextmanager
def _for_owner_only() -> Iterator[None]:
    # a backup holds what citizens told, and password hashes
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _until_signal() -> Callable[[], bool]:
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopping.is_set


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(folder: Path) -> None:
    """Put the backup in FOLDER onto this machine, whose stores must be empty."""
    from dashboard.backup import restore as restore_from

    restored = restore_from(load(), folder)
    for realm, entries in restored.entries.items():
        click.echo(f"{realm} {REALMS[realm]}: 記録 {entries} 件 entries")
    click.echo(f"ファイル {restored.files} 件 files")
    for sha256 in restored.damaged:
        click.echo(f"破損のため戻していません damaged, left out: {sha256}", err=True)
    for sha256 in restored.missing:
        click.echo(f"保存に含まれていません not in the backup: {sha256}", err=True)
    raise SystemExit(1 if restored.damaged else 0)
