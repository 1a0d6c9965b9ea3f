"""The command ``eoc``: a table of commands, each loaded only when it is called."""

from __future__ import annotations

import sys

import click

from dashboard import __version__
from dashboard.cli.lazy import Lazy
from dashboard.errors import EocError
from layers.errors import LayerError

COMMANDS = {
    "serve": "dashboard.cli.serve:serve",
    "work": "dashboard.cli.serve:work",
    "bundle": "dashboard.cli.serve:bundle",
    "settings": "dashboard.cli.settings:settings",
    "doctor": "dashboard.cli.settings:doctor",
    "users": "dashboard.cli.users:users",
    "tokens": "dashboard.cli.users:tokens",
    "demo": "dashboard.cli.drill:demo",
    "drill": "dashboard.cli.drill:drill",
    "layers": "dashboard.cli.layers:layers",
    "migrate": "dashboard.cli.store:migrate",
    "verify": "dashboard.cli.store:verify",
    "erase": "dashboard.cli.store:erase",
    "backup": "dashboard.cli.store:backup",
    "restore": "dashboard.cli.store:restore",
}


@click.group(cls=Lazy, table=COMMANDS)
@click.version_option(__version__, prog_name="eoc")
def group() -> None:
    """Emergency operations dashboard 美瑛町災害対策本部."""


def main() -> None:
    """Run a command; an error of ours is one sentence and exit code 1."""
    try:
        group(standalone_mode=True)
    except EocError as error:
        click.echo(f"eoc: {error.message}", err=True)
        sys.exit(1)
    except LayerError as error:
        click.echo(f"eoc: {error}", err=True)
        sys.exit(1)
