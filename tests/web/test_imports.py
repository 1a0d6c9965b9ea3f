"""The imports of the admin page: what a browser may send, and how each of them ends."""

from __future__ import annotations

import fcntl
import io
import json
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.config import Settings
from dashboard.errors import Malformed
from dashboard.geo.imports import Imports
from layers.schema import Metadata
from layers.shelf import Shelf
from tests.wait import until
from tests.web.conftest import Caller

POINT = {"type": "Feature", "properties": {"name": "橋台"},
         "geometry": {"type": "Point", "coordinates": [142.46, 43.59]}}  # fmt: skip
LAYER: dict[str, Any] = {"type": "FeatureCollection", "features": [POINT]}
CONTENT = json.dumps(LAYER).encode()


@pytest.fixture
def imports(settings: Settings) -> Imports:
    return Imports(Path(settings.state_dir))


def ended(imports: Imports, id_: str) -> dict[str, Any]:
    until(lambda: imports.state(id_)["state"] != "running", 60)
    return imports.state(id_)


def begun(imports: Imports, name: str, content: bytes, /, **asked: str) -> str:
    return imports.start(name, io.BytesIO(content), len(content), asked)


def test_a_long_name_is_cut_before_its_ending(imports: Imports) -> None:
    done = ended(imports, begun(imports, "美瑛町洪水浸水想定区域" * 30 + ".geojson", CONTENT))
    assert done["state"] == "done", done
    assert done["layers"][0]["kept"] == 1
    assert done["layers"][0]["bbox"] == [142.46, 43.59, 142.46, 43.59]


def test_words_with_control_characters_are_kept_without_them(imports: Imports) -> None:
    asked = {"title": "橋\0台\x1b[31m", "source": "\n", "name": "bridge"}
    done = ended(imports, begun(imports, "a.geojson", CONTENT, **asked))
    assert done["state"] == "done", done
    assert done["layers"][0]["title_ja"] == "橋�台�[31m"


@pytest.mark.parametrize("name", ["", "...", "/", "a." + "b" * 300, "\\"])
def test_a_file_without_a_usable_name_is_refused(imports: Imports, name: str) -> None:
    with pytest.raises(Malformed):
        begun(imports, name, CONTENT)


class Leaving:
    """A sender who goes away, as gevent tells it."""

    def __init__(self) -> None:
        self.parts = [b"half"]

    def read(self, size: int, /) -> bytes:
        if self.parts:
            return self.parts.pop()
        raise OSError("unexpected end of file while reading request at position 4")


def test_of_a_sender_who_left_nothing_stays(imports: Imports) -> None:
    with pytest.raises(Malformed, match="途中で切れました"):
        imports.start("a.geojson", Leaving(), 100, {})
    assert list(imports.folder.iterdir()) == []


def test_a_refusal_names_the_coordinate_systems_that_fit(imports: Imports) -> None:
    plane = {**POINT, "geometry": {"type": "Point", "coordinates": [17523.0, -45749.0]}}
    refused = ended(
        imports, begun(imports, "a.geojson", json.dumps({**LAYER, "features": [plane]}).encode())
    )
    assert refused["state"] == "refused"
    assert refused["crs"][0] == 6680
    assert refused["text"].startswith("a.geojson: 座標系は")
    assert ended(imports, begun(imports, "a.geojson", b"{"))["crs"] == []


def test_an_option_that_cannot_be_is_refused_in_words(imports: Imports) -> None:
    refused = ended(imports, begun(imports, "a.geojson", CONTENT, role="king"))
    assert refused["state"] == "refused"
    assert "king" in refused["text"]
    assert "Traceback" not in ended(imports, begun(imports, "a.geojson", CONTENT, name="Ä"))["text"]


def test_a_file_keeps_its_sketchiness_and_the_page_may_add_it(imports: Imports) -> None:
    sketch = json.dumps({**LAYER, "metadata": {"schematic": True, "uncertainty_m": 50}}).encode()
    for content, asked in ((sketch, {}), (CONTENT, {"schematic": "1", "uncertainty_m": "50"})):
        done = ended(imports, begun(imports, "a.geojson", content, **asked))
        (layer,) = done["layers"]
        assert (layer["schematic"], layer["uncertainty_m"]) == (True, 50), done
    refused = ended(imports, begun(imports, "a.geojson", CONTENT, uncertainty_m="少し"))
    assert (refused["state"], "少し" in refused["text"]) == ("refused", True)


@pytest.fixture
def held(imports: Imports) -> Iterator[Any]:
    """The shelf's lock: an import waits for it at the moment it would keep its layers."""
    folder = imports.state_dir / "layers"
    folder.mkdir(parents=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def keeping(imports: Imports, id_: str) -> int:
    """Return the process of an import once it waits for the shelf."""
    pid = int(until((imports.folder / id_ / "pid").read_text))
    lock = str(imports.state_dir.absolute() / "layers" / ".lock")

    def waits() -> bool:
        folder = Path(f"/proc/{pid}/fd")
        return any(os.path.realpath(link) == lock for link in folder.iterdir())

    until(waits, 60)
    return pid


def test_a_cancelled_import_of_several_layers_is_kept_whole_or_not_at_all(
    imports: Imports, held: Any
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.geojson", CONTENT)
        archive.writestr("b.geojson", CONTENT)
    id_ = begun(imports, "two.zip", packed.getvalue())
    keeping(imports, id_)
    imports.cancel(id_)  # too late: it has begun to keep
    fcntl.flock(held, fcntl.LOCK_UN)
    assert ended(imports, id_)["state"] == "done"
    assert Shelf(imports.state_dir / "layers").names() == ["a", "b"]


def test_an_import_that_dies_says_so_without_its_inner_words(imports: Imports, held: Any) -> None:
    id_ = begun(imports, "a.geojson", CONTENT)
    os.kill(keeping(imports, id_), signal.SIGKILL)
    until(lambda: imports.state(id_)["state"] == "refused", 20)
    assert "止まりました" in imports.state(id_)["text"]


def test_a_version_that_nobody_saw_is_not_published(desk: Caller, settings: Settings) -> None:
    shelf = Shelf(Path(settings.state_dir) / "layers")
    seen = shelf.put(LAYER, Metadata("danger", "危険区域"))
    shelf.put(LAYER, Metadata("danger", "危険区域（新）"))
    path = "/api/v1/incidents/inc/layers/danger"
    answer = desk.client.put(path, json={"sha256": seen}, headers=desk.headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "stale")
    (row,) = desk.get("/api/v1/layers/shelf").json["layers"]
    assert (row["in_force"], row["older"], row["seen"]) == (False, False, 0)


def test_who_saw_the_layer_before_somebody_else_decided_is_told(
    desk: Caller, settings: Settings
) -> None:
    Shelf(Path(settings.state_dir) / "layers").put(LAYER, Metadata("danger", "危険区域"))
    path = "/api/v1/incidents/inc/layers/danger"
    assert desk.client.put(path, json={"seen": 0}, headers=desk.headers).status_code == 201
    again = desk.client.put(path, json={"seen": 0}, headers=desk.headers)
    assert (again.status_code, again.json["error"]["code"]) == (409, "stale")
    assert desk.client.delete(path, json={"seen": 0}, headers=desk.headers).status_code == 409
    for wrong in ({"seen": "x"}, {"force": True}, [1]):
        assert desk.client.put(path, json=wrong, headers=desk.headers).status_code == 400
