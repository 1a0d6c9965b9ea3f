"""Small layers for tests of the ground's doors, and how they are put in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dashboard.ground import bring_in
from dashboard.realm import Realm
from tests.conftest import event
from tests.web.conftest import Caller


def publish(realm: Realm, desk: Caller, name: str, source: Path) -> str:
    """Put a layer in force in the incident ``inc``; return its hash."""
    body = {**bring_in(realm, source), "seen": 0}
    sent = desk.send(event("layer.published", f"layer:{name}", body))
    assert sent.status_code == 200, sent.text
    return str(body["sha256"])


def layer_file(folder: Path, name: str, *features: dict[str, Any], **metadata: Any) -> Path:
    """Write a small layer."""
    path = folder / f"{name}.geojson"
    told = {"name": name, "title_ja": name, "source": "町の台帳", **metadata}
    document = {"type": "FeatureCollection", "metadata": told, "features": list(features)}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def point(name: str, lon: float, lat: float, **more: Any) -> dict[str, Any]:
    where = {"type": "Point", "coordinates": [lon, lat]}
    properties = {"name": name, "uncertainty_m": 20, **more}
    return {"type": "Feature", "id": name, "properties": properties, "geometry": where}
