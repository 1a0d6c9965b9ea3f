"""``eoc layers publish|withdraw|in-force``: the ground the analyses rest on, named in the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from dashboard.commands import Sender
from dashboard.config import load
from dashboard.errors import NotFound
from dashboard.ground import Chosen, bring_in, decide, lahar_layer, on_shelf, shelf_folder
from dashboard.projections.board import Board
from dashboard.realm import DRILL, REAL, Realm
from dashboard.realms import open_realms
from layers.errors import NotThere
from layers.lahar import LaharTable
from layers.schema import Metadata
from layers.shelf import Shelf

OFFICER = Sender(frozenset({"admin"}), "cli")
REALMS = click.Choice([REAL, DRILL, "both"])
which = click.option("--realm", type=REALMS, default="both", help="In which log.")


@click.command()
@click.argument("name")
@which
@click.option("--table", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A table of mudflow arrivals (YAML), not a layer of the shelf.")  # fmt: skip
@click.option("--reason", default="", help="Why; stands in the log.")
def publish(name: str, realm: str, table: Path | None, reason: str) -> None:
    """Put layer NAME in force: in every incident under way, and in those to come."""
    with _realms(realm) as realms:
        folder = shelf_folder(realms[0])
        if table is not None:
            LaharTable.read(table)  # says what is wrong before its text is taken over
            Shelf(folder).put(*lahar_layer(table.read_text("utf-8-sig"), name))
        sha256, metadata = _newest(realms[0], name)
        # brought into every realm before it is in force in one: all of them or none
        bodies = [bring_in(one, Shelf(folder).path(sha256)) for one in realms]
        for one, body in zip(realms, bodies, strict=True):
            Chosen(one).put(name, sha256)
            for board in _under_way(one):
                decide(one, board, "layer.published", name, {**body, **_told(reason)}, OFFICER)
    click.echo(f"{name}「{metadata.title_ja}」{sha256[:12]} を公開しました published")


@click.command()
@click.argument("name")
@which
@click.option("--reason", default="", help="Why; stands in the log.")
def withdraw(name: str, realm: str, reason: str) -> None:
    """Take layer NAME out of force; the log keeps that it was."""
    with _realms(realm) as realms:
        standing = [(one, b) for one in realms for b in _under_way(one) if _stands(b, name)]
        if not standing and not any(name in Chosen(one).files() for one in realms):
            raise NotFound(f"No layer {name} is in force; see `eoc layers in-force`.", name=name)
        for one in realms:
            Chosen(one).put(name, None)
        for one, board in standing:
            decide(one, board, "layer.withdrawn", name, _told(reason), OFFICER)
    click.echo(f"{name} を取り下げました withdrawn")


@click.command(name="in-force")
@which
def in_force(realm: str) -> None:
    """Show which layers are in force in the incidents under way."""
    with _realms(realm) as realms:
        for one in realms:
            for board in _under_way(one):
                title = (board.feature(board.incident_id) or {})["properties"]["title"]
                click.echo(f"{one.name} {title}")
                for layer in board.of_type("layer"):
                    click.echo(_line(layer))


def _stands(board: Board, name: str) -> bool:
    layer = board.subjects.get(f"layer:{name}")
    return layer is not None and layer.get("state") == "in_force"


def _told(reason: str) -> dict[str, str]:
    return {"reason": reason} if reason else {}


def _line(layer: Any) -> str:
    mark = "［概略］" if layer.get("schematic") else ""
    state = "" if layer.get("state") == "in_force" else "（取下げ）"
    name = layer.id.removeprefix("layer:")
    told = f"{layer.get('title')}{mark}{state} {layer.get('date') or ''}"
    return f"  {name:<20} {layer.get('sha256')[:12]} {layer.get('role'):<10} {told}"


def _newest(realm: Realm, name: str) -> tuple[str, Metadata]:
    try:
        return on_shelf(realm, name)
    except NotThere:
        raise NotFound(
            f"There is no layer {name} on the shelf; `eoc layers import` or `fetch` it first.",
            name=name,
        ) from None


@contextmanager
def _realms(wanted: str) -> Iterator[list[Realm]]:
    opened = open_realms(load())
    try:
        yield [realm for name, realm in opened.items() if wanted in (name, "both")]
    finally:
        for realm in opened.values():
            realm.log.close()


def _under_way(realm: Realm) -> list[Board]:
    return [b for b in realm.live.opened() if not b.subjects[b.incident_id].get("ended_us")]
