"""The command ``eoc``: a table of commands, each loaded only when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from dashboard import __version__
from dashboard.errors import EocError

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
    "migrate": "dashboard.cli.store:migrate",
    "verify": "dashboard.cli.store:verify",
    "erase": "dashboard.cli.store:erase",
    "backup": "dashboard.cli.store:backup",
    "restore": "dashboard.cli.store:restore",
}


class Lazy(click.Group):
    """A group that imports a command when it is used: ``eoc --help`` loads no database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return one command."""
        target = COMMANDS.get(name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=Lazy)
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
