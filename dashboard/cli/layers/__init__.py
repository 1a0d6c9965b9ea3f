"""``eoc layers``: geodata in, tiles, the ground in force, exports. A command is a module."""

from __future__ import annotations

import click

from dashboard.cli.lazy import Lazy

COMMANDS: dict[str, str] = {
    "publish": "dashboard.cli.layers.publishing:publish",
    "withdraw": "dashboard.cli.layers.publishing:withdraw",
    "in-force": "dashboard.cli.layers.publishing:in_force",
    "find": "dashboard.cli.layers.finding:find",
    "list": "dashboard.cli.layers.listing:list_layers",
    "fetch": "dashboard.cli.layers.fetching:fetch",
    "tiles": "dashboard.cli.layers.tiles:tiles",
    "import": "dashboard.cli.layers.importing:import_layers",
    "export": "dashboard.cli.layers.exporting:export_layer",
    "relief": "dashboard.cli.layers.relief:relief",
    "height": "dashboard.cli.layers.height:height",
}


@click.group(cls=Lazy, table=COMMANDS)
def layers() -> None:
    """Fetch, import, publish and export map layers; make tile files."""
