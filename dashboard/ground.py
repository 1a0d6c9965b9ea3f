"""The ground in force: layers as immutable files in a realm's media, named by ``layer.published``.

The town keeps its layers on the shelf (``<state>/layers``). Publishing copies a file into the
realm under its hash and says so in the log, so that a replay shows the ground as it was. What
was published last in a realm is remembered beside the shelf and given to every new incident.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import data
from dashboard.clock import iso
from dashboard.commands import Sender, submit
from dashboard.errors import EocError, Malformed, NotFound, Refused
from dashboard.events import uuid7
from dashboard.projections.board import Board
from dashboard.projections.subject import Subject
from dashboard.realm import REAL, Realm
from layers.errors import LayerError
from layers.gazetteer.sources import NAME
from layers.lahar import LaharTable
from layers.roads import Closure, Network
from layers.schema import Metadata
from layers.shelf import Shelf

REFERENCE = Path(data.__file__).parent / "reference"
PACKAGED = {"network": REFERENCE / "network.geojson"}


def shelf_folder(realm: Realm) -> Path:
    """Return where the town keeps the layers it imported or fetched: one shelf for both realms."""
    return realm.folder.parent / "layers"


def on_shelf(realm: Realm, name: str) -> tuple[str, Metadata]:
    """Return hash and metadata of a layer's newest version on the shelf.

    A packaged layer goes onto the shelf first: who withdrew it can publish it again.

    Raises:
        NotThere: nothing was ever kept under this name.
    """
    shelf = Shelf(shelf_folder(realm))
    if name in PACKAGED and name not in shelf.names():
        document = json.loads(PACKAGED[name].read_bytes())
        shelf.put(document, Metadata.of(document))
    return shelf.get(name)


def bring_in(realm: Realm, source: Path) -> dict[str, Any]:
    """Copy a layer file into the realm's media; return the body of its ``layer.published``.

    ``source`` is a GeoJSON FeatureCollection with ``metadata``. ``seen`` is the caller's to add.

    Raises:
        Malformed: not a layer file.
        Refused: a table made for drills, and this realm is real.
        BrokenTable: a table that does not hold together.
        StorageFull: no room.
    """
    content = source.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    described = _described(content, source.name)
    if realm.name == REAL and described["role"] == "lahar":
        _refuse_drill_table(content)
    if not realm.media.has(sha256):
        realm.media.root.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=realm.media.root, delete=False) as draft:
            draft.write(content)
        realm.media.adopt(Path(draft.name), sha256)
    return {"sha256": sha256, "size": len(content), **described}


def _refuse_drill_table(content: bytes) -> None:
    if LaharTable.read(json.loads(content).get("table_yaml", "")).drill:
        raise Refused("訓練用の表です（drill: true）。--realm drill を付けて公開してください。")


def _described(content: bytes, where: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
        told = Metadata.of(document)
    except (ValueError, TypeError) as error:
        raise Malformed(f"{where} is not a layer: {error}", field="layer", value=where) from None
    return {
        "features": len(document.get("features") or ()), "title": told.title_ja[:200],
        "title_en": told.title_en[:200], "role": told.role, "source": told.source[:200],
        "licence": told.licence[:200], "attribution": told.attribution[:200],
        "date": told.date[:200], "note": told.note_ja[:2000], "schematic": told.schematic,
        "uncertainty_m": told.uncertainty_m, "bbox": _bbox(document),
        "label": _label(document)[:200],
    }  # fmt: skip


def _bbox(document: dict[str, Any]) -> list[float] | None:
    points = [p for f in document["features"] for p in _positions(f.get("geometry"))]
    if not points:
        return None
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return [min(lons), min(lats), max(lons), max(lats)]


def _label(document: dict[str, Any]) -> str:
    """Return the property by which people call the features, or nothing."""
    for feature in document["features"][:100]:
        known = feature.get("properties") or {}
        if found := next((name for name in NAME if known.get(name)), None):
            return found
    return ""


def _positions(geometry: Any) -> Iterator[list[float]]:
    """Yield every [lon, lat] of a GeoJSON geometry."""
    if not isinstance(geometry, dict):
        return
    for part in geometry.get("geometries") or ():
        yield from _positions(part)
    stack = [geometry.get("coordinates") or []]
    while stack:
        one = stack.pop()
        if one and isinstance(one[0], (int, float)):
            yield one
        else:
            stack.extend(one)


def lahar_layer(text: str, name: str) -> tuple[dict[str, Any], Metadata]:
    """Return a table of mudflow arrivals (YAML) as a layer file: its places, and its own words.

    Raises:
        BrokenTable: the table does not hold together.
    """
    table = LaharTable.read(text)
    told = Metadata(
        name=name, title_ja=table.title, role="lahar", source=table.source,
        date=table.date.isoformat(), note_ja="想定（観測ではない）。公式の到達範囲ではない",
    )  # fmt: skip
    points = [
        {
            "type": "Feature", "properties": {"name": row.name},
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
        }
        for row in table.places
    ]  # fmt: skip
    document = {"type": "FeatureCollection", "features": points, "table_yaml": text}
    return document, told


class Chosen:
    """What was published last in a realm, for every incident to come: name → hash on the shelf.

    A name that was withdrawn stays with null: the packaged network must not come back by itself.
    """

    def __init__(self, realm: Realm) -> None:
        self.folder = shelf_folder(realm)
        self._path = self.folder / f"in_force_{realm.name}.json"

    def files(self) -> dict[str, Path]:
        """Return the layers a new incident starts with; the hand-made network unless replaced.

        A file may be gone: whoever brings it in says so, and takes the others.
        """
        chosen = self._read()
        kept = {name: self.folder / f"{sha}.geojson" for name, sha in chosen.items() if sha}
        return {**{n: path for n, path in PACKAGED.items() if n not in chosen}, **kept}

    def put(self, name: str, sha256: str | None) -> None:
        """Remember what was published under a name; None: withdrawn."""
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".part")
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the command and a web process at once
            draft.write_text(json.dumps({**self._read(), name: sha256}, indent=1, sort_keys=True))
            draft.replace(self._path)

    def _read(self) -> dict[str, str | None]:
        there = self._path.exists()
        chosen: dict[str, str | None] = json.loads(self._path.read_text()) if there else {}
        return chosen


def decide(
    realm: Realm, board: Board, kind: str, name: str, body: dict[str, Any], sender: Sender
) -> int:
    """Append ``layer.published`` or ``.withdrawn``; return its seq.

    Without a ``seen`` in the body it is decided on the layer as it stands.

    Raises:
        EocError: the decision was refused.
    """
    known = board.subjects.get(f"layer:{name}")
    now_us = realm.clock.now_us()
    raw = {
        "id": uuid7(), "kind": kind, "v": 1, "subject_id": f"layer:{name}",
        "occurred_at": iso(now_us), "sent_at": iso(now_us),
        "body": {"seen": known.seq if known else 0, **body},
    }  # fmt: skip
    ((_, outcome),) = submit(realm.log, board, [raw], sender, now_us)
    if isinstance(outcome, EocError):
        raise outcome
    realm.live.catch_up()
    return outcome.seq


def in_force(board: Board, name: str) -> Subject:
    """Return the layer of a name as it is in force on a board.

    Raises:
        NotFound: it was never published here, or withdrawn.
    """
    layer = board.subjects.get(f"layer:{name}")
    if layer is None or layer.type != "layer" or layer.get("state") != "in_force":
        raise NotFound(
            f"レイヤー {name} は公開されていないか、取り下げられています。公開してください。",
            name=name,
        )
    return layer


def whole(realm: Realm, sha256: str) -> Path:
    """Return the file of a published layer, its bytes checked against its hash.

    Raises:
        NotFound: the file is not on this machine.
        LayerError: it is damaged.
    """
    path: Path = realm.media.path(sha256)
    if not path.is_file():
        raise NotFound(
            f"レイヤーのファイル {sha256[:12]}… がこの機械にありません。復元してください。",
            sha256=sha256,
        )
    _checked(path, path.stat().st_mtime_ns)
    return path


@lru_cache(maxsize=64)
def _checked(path: Path, mtime_ns: int) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
            raise LayerError(
                f"レイヤーのファイル {path.name[:12]}… の中身が変わっています。復元してください。"
            )


def collection(realm: Realm, sha256: str) -> dict[str, Any]:
    """Return a published layer's GeoJSON document.

    Raises:
        NotFound, LayerError: as :func:`whole`.
    """
    document: dict[str, Any] = json.loads(whole(realm, sha256).read_bytes())
    return document


@lru_cache(maxsize=4)
def network(path: Path) -> Network:
    """Return the road network of a layer file: it never changes, and building takes a while.

    Raises:
        BrokenNetwork: the layer cannot serve as one.
    """
    return Network.from_collection(json.loads(path.read_bytes()))


def closures(board: Board) -> list[Closure]:
    """Return the closures declared on a board and not lifted."""
    return [
        Closure(
            s.id, s.get("closure_kind"), s.get("geometry"), s.get("road_name"), s.get("owner"),
            s.get("closed_by"),
        )
        for s in board.of_type("road_closure") if s.get("state") == "declared"
    ]  # fmt: skip
