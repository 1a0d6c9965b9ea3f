"""Whatever JSON comes in: a network, or a refusal in words; a match, or the reason why not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import BrokenNetwork
from layers.roads import Closure, Network, isolation, match
from layers.shelters import fitting
from tests.sketch import layer, lonlat, place, road

LAW = settings(max_examples=150, deadline=None)
NETWORK = Network.from_collection(
    layer(road("町道1号", (0, 0), (900, 0)), place("settlement", "村", (300, 0)))
)
HERE = tuple(lonlat(0, 0))
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6),
    st.sampled_from(["Point", "LineString", "MultiLineString", "Polygon", "road", "bridge"]),
    st.floats(142.3, 142.9), st.floats(43.4, 43.7),
)  # fmt: skip
keys = st.sampled_from(
    ["type", "features", "geometry", "coordinates", "properties", "kind", "name", "oneway", "id",
     "width_m", "households", "uncertainty_m", "metadata", "open", "capacity", "火山現象"]
)  # fmt: skip
anything = st.recursive(
    leaves, lambda x: st.lists(x, max_size=4) | st.dictionaries(keys, x, max_size=6), max_leaves=25
)
positions = st.lists(st.tuples(st.floats(142.3, 142.9), st.floats(43.4, 43.7)), max_size=4)
geometries = st.one_of(
    anything,
    st.fixed_dictionaries({"type": leaves, "coordinates": st.one_of(positions, anything)}),
)
features = st.one_of(
    anything,
    st.fixed_dictionaries({"geometry": geometries, "properties": anything}),
    st.fixed_dictionaries(
        {
            "geometry": st.fixed_dictionaries(
                {"type": st.just("LineString"), "coordinates": positions}
            ),
            "properties": st.dictionaries(keys, leaves, max_size=5),
        }
    ),
)


@LAW
@given(st.lists(features, max_size=6), anything)
def test_any_json_becomes_a_network_or_is_refused_in_words(given_features, metadata: Any) -> None:
    document = {"type": "FeatureCollection", "features": given_features, "metadata": metadata}
    try:
        network = Network.from_collection(document)
    except BrokenNetwork:
        return
    assert np.all(network.length_m > 0)
    json.dumps(isolation(network, []).as_dict(), allow_nan=False)


@LAW
@given(geometries, st.text(max_size=12))
def test_any_geometry_of_a_closure_is_matched_or_the_reason_told(geometry, name) -> None:
    found = match(NETWORK, Closure("c", "full", geometry, name))
    assert found.edges or found.reason_ja


@LAW
@given(st.lists(features, max_size=4), geometries)
def test_any_sites_and_any_hazard_give_an_answer(sites, hazard) -> None:
    answer = fitting(NETWORK, [], HERE, sites, hazard=hazard, hazard_kind="volcano")
    assert answer.state in ("decided", "undecided")
    assert bool(answer.reason_ja) == (answer.state == "undecided")
    json.dumps(answer.as_dict(), allow_nan=False)
