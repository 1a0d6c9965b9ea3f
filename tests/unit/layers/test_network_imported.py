"""A network of the town's own, as it comes in through the importer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from layers.collection import to_collection
from layers.importers import read
from layers.roads import Network
from layers.schema import Metadata
from tests.conftest import ROOT


def network(document: dict[str, Any], folder: Path) -> Network:
    """Bring a document in as ``eoc layers import`` does, and build the graph."""
    path = folder / "network.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    frame = read(path).frame
    return Network.from_collection(to_collection(frame, Metadata("network", "町の道路網")))


def handbook() -> dict[str, Any]:
    text = (ROOT / "docs" / "layers.md").read_text("utf-8")
    found: dict[str, Any] = json.loads(text.partition("```json\n")[2].partition("```")[0])
    return found


def test_households_counted_by_the_town_survive_the_import(tmp_path: Path) -> None:
    given = handbook()
    counted = [f["properties"] for f in given["features"] if f["properties"].get("households")]
    assert counted
    places = {p.name: p.counts["households"] for p in network(given, tmp_path).places}
    assert all(places[one["name"]] == one["households"] for one in counted)


@pytest.mark.parametrize(
    ("given", "kept"),
    [(12, 12), (12.0, 12), ("12", 12), (0, 0), (12.5, None), (-1, None), (True, None),
     ("多数", None), (None, None), ("1e400", None), ("NaN", None)],
)  # fmt: skip
def test_a_count_is_a_whole_number_or_unknown(given: Any, kept: int | None) -> None:
    line = {"type": "LineString", "coordinates": [[142.5, 43.5], [142.51, 43.5]]}
    point = {"type": "Point", "coordinates": [142.505, 43.5]}
    place = {"kind": "settlement", "name": "白金", "households": given}
    features = [
        {"type": "Feature", "id": "r", "geometry": line, "properties": {"kind": "road"}},
        {"type": "Feature", "id": "s", "geometry": point, "properties": place},
    ]
    found = Network.from_collection({"type": "FeatureCollection", "features": features})
    assert found.places[0].counts["households"] == kept


def test_two_settlements_of_one_name_stay_two_when_their_ids_come_with_the_file(
    tmp_path: Path,
) -> None:
    given = handbook()
    places = [f for f in given["features"] if f["properties"].get("kind") == "settlement"]
    twin = {**places[0], "id": "settlement:twin",
            "geometry": {"type": "Point", "coordinates": [142.52, 43.55]}}  # fmt: skip
    given["features"] = [
        {**f, "id": f.get("id") or f"f-{n}"} for n, f in enumerate(given["features"])
    ]
    given["features"].append(twin)
    ids = [p.id for p in network(given, tmp_path).places if p.kind == "settlement"]
    assert len(ids) == len(set(ids)) == len(places) + 1
