"""The set of names is built before anybody asks, once, and without what holds no names."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dashboard.geo import Ahead, Places
from dashboard.geo.ahead import touches_layers
from dashboard.geo.places import MOST_FEATURES, too_many
from dashboard.live import Moved
from dashboard.realm import Realm
from tests.web.conftest import Caller
from tests.web.ground_files import layer_file, point, publish


class Counted(Places):
    """Places that count what they build, and may be held up while they do."""

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self.built: list[Any] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def _build(self, files: tuple[str, ...]) -> Any:
        self.built.append(files)
        self.begun.set()
        self.go_on.wait(10)
        return super()._build(files)


@pytest.fixture
def realm(app: Flask) -> Realm:
    return app.extensions["eoc"].realms["real"]


def test_without_gevent_nobody_builds_ahead(app: Flask, realm: Realm) -> None:
    assert app.extensions["eoc"].ahead == []
    assert not any(isinstance(getattr(one, "__self__", None), Ahead)
                   for one in realm.live.listeners)  # fmt: skip


@pytest.mark.parametrize(
    ("ids", "wanted"), [(["report:1"], False), (["report:1", "layer:network"], True), ([], False)]
)
def test_only_a_moved_layer_asks_for_a_new_set(ids: list[str], wanted: bool) -> None:
    moved = Moved(0, 1, {"quiet": {}, "inc": dict.fromkeys(ids)})
    assert touches_layers(moved) is wanted


def test_a_layer_put_in_force_is_built_once_and_the_first_to_ask_finds_it(
    desk: Caller, realm: Realm, tmp_path: Path
) -> None:
    places = Counted(realm)
    one = Ahead(realm, places)
    realm.live.listeners.append(one.heard)
    one.build()
    assert not one.wanted.is_set()
    publish(realm, desk, "huts", layer_file(tmp_path, "huts", point("銀杏小屋", 142.5, 43.5)))
    assert one.wanted.is_set()
    one.build()
    found = places.search(realm.live.board("inc"), "銀杏小屋", 3)
    assert found[0]["name"] == "銀杏小屋"
    assert [len(files) for files in places.built] == [0, 1]


def test_who_asks_for_a_set_while_it_is_built_waits_for_it(desk: Caller, realm: Realm) -> None:
    places = Counted(realm)
    places.go_on.clear()
    asking = [
        threading.Thread(target=places.make_ready, args=(realm.live.board("inc"),))
        for _ in range(3)
    ]
    for thread in asking:
        thread.start()
    assert places.begun.wait(10)
    places.go_on.set()
    for thread in asking:
        thread.join(30)
    assert len(places.built) == 1


def test_a_build_that_fails_lets_the_next_one_try(desk: Caller, realm: Realm) -> None:
    class Broken(Counted):
        def _build(self, files: tuple[str, ...]) -> Any:
            made = super()._build(files)
            if len(self.built) == 1:
                raise OSError("disk")
            return made

    places = Broken(realm)
    with pytest.raises(OSError, match="disk"):
        places.make_ready(None)
    assert places.search(None, "青い池", 1)[0]["name"] == "青い池"


@pytest.mark.parametrize(
    ("id_", "role", "features", "left_out"),
    [
        ("layer:parcels", "reference", MOST_FEATURES + 1, True),
        ("layer:parcels", "reference", MOST_FEATURES, False),
        ("layer:parcels", "reference", None, False),
        ("layer:roads", "network", MOST_FEATURES + 1, False),
        ("layer:network", "reference", MOST_FEATURES + 1, False),
    ],
)
def test_only_a_large_reference_layer_is_left_out_of_the_names(
    id_: str, role: str, features: int | None, left_out: bool
) -> None:
    assert too_many(id_, role, features) is left_out
