"""The catalogue of layers: complete, saying whose data it is, and refused when it is wrong."""

from __future__ import annotations

import copy
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from layers.catalog import GROUPS, Catalog, Layer, load, parse
from layers.errors import BrokenCatalog, NotThere
from layers.schema import Metadata

ANSWER = {
    "name", "title", "group", "kind", "base", "order", "opacity", "visible", "min_zoom",
    "max_zoom", "max_native_zoom", "attribution", "attribution_url", "source", "licence", "date",
    "schematic", "style", "legend", "note",
}  # fmt: skip


@pytest.fixture
def catalog() -> Catalog:
    return load()


@pytest.fixture
def document() -> dict[str, Any]:
    text = files("data").joinpath("reference", "catalog.toml").read_text(encoding="utf-8")
    return copy.deepcopy(tomllib.loads(text))


@pytest.mark.parametrize(
    "name",
    [
        "std", "pale", "seamlessphoto", "hillshademap", "slopemap", "flood_l2", "debris_flow",
        "steep_slope", "landslide", "vbmd_bm", "vbmd_colorrel", "vlcd_tokachi", "dem_png",
        "dem5a_png", "boundary", "rivers", "roads", "bridges", "railways", "stations", "shelters",
        "evacuation_sites", "places", "volcano_points", "settlements", "depots", "isolation",
        "lahar", "ground",
    ],
)  # fmt: skip
def test_everything_the_headquarters_needs_is_in_the_catalogue(catalog: Catalog, name: str) -> None:
    assert catalog[name].title_ja
    assert catalog[name].title_en


def test_whatever_comes_from_somebody_names_them(catalog: Catalog) -> None:
    for layer in catalog:
        if layer.url:
            assert layer.attribution, layer.name
            assert layer.licence, layer.name
            assert layer.source_url.startswith("https://"), layer.name


def test_what_has_no_colour_on_a_hazard_map_is_not_called_safe(catalog: Catalog) -> None:
    for name in ("flood_l2", "debris_flow", "steep_slope", "landslide"):
        assert "表示が無いことは安全を意味しない" in catalog[name].note_ja
        assert catalog[name].legend


def test_the_colours_of_the_flood_legend_are_those_of_the_provider(catalog: Catalog) -> None:
    colors = [tuple(bytes.fromhex(row.color[1:])) for row in catalog["flood_l2"].legend]
    assert colors == [
        (247, 245, 169), (255, 216, 192), (255, 183, 183), (255, 145, 145), (242, 133, 201),
        (220, 122, 220),
    ]  # fmt: skip


def test_what_is_drawn_by_hand_says_so(catalog: Catalog) -> None:
    drawn = {layer.name for layer in catalog if layer.schematic}
    assert drawn >= {"ground", "settlements", "depots"}


def test_one_base_map_is_shown_at_first(catalog: Catalog) -> None:
    assert [layer.name for layer in catalog if layer.base and layer.visible] == ["pale"]


def test_layers_come_in_the_order_in_which_they_are_drawn(catalog: Catalog) -> None:
    orders = [layer.order for layer in catalog]
    assert orders == sorted(orders)
    assert len(set(orders)) == len(orders)


def test_the_groups_have_names_in_both_languages(catalog: Catalog) -> None:
    assert tuple(group.name for group in catalog.groups) == GROUPS
    assert all(group.title_ja and group.title_en for group in catalog.groups)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_layer_tells_the_map_the_same_keys(catalog: Catalog, lang: str) -> None:
    for layer in catalog:
        told = layer.as_dict(lang)
        assert set(told) == ANSWER
        assert told["title"] == (layer.title_en if lang == "en" else layer.title_ja)
        assert all(set(row) == {"label", "color", "shape", "url"} for row in told["legend"])


def test_an_english_note_that_is_not_there_is_japanese(catalog: Catalog) -> None:
    layer = catalog["std"]
    assert layer.as_dict("en")["note"] == layer.note_ja


def test_tiles_may_only_be_taken_in_bulk_where_the_terms_are_written_down(catalog: Catalog) -> None:
    for layer in catalog:
        if layer.terms.may_bulk:
            assert layer.terms.max_tiles > 0
            assert layer.terms.note


def test_a_layer_nobody_wrote_down_is_not_there(catalog: Catalog) -> None:
    assert "atlantis" not in catalog
    with pytest.raises(NotThere, match="atlantis"):
        catalog["atlantis"]


def test_an_imported_layer_keeps_what_it_says_of_itself() -> None:
    layer = Layer.of(Metadata("kawa", "川", attribution="町", schematic=True))
    told = layer.as_dict("en")
    assert (told["group"], told["title"], told["attribution"]) == ("user", "川", "町")
    assert told["schematic"] is True


WRONG = {
    "a key nobody knows": ({"colour": "#ffffff"}, "std: Key 'colour' is unknown"),
    "a word for a number": ({"order": "10"}, "std: Key 'order' has value '10'; it must be int"),
    "a yes for a number": ({"min_zoom": True}, "std: Key 'min_zoom' has value True"),
    "an unknown group": ({"group": "base maps"}, "std: Key 'group' has value 'base maps'"),
    "an unknown kind": ({"kind": "wms"}, "std: Key 'kind'"),
    "a provider nobody knows": ({"provider": "x"}, "std: Provider 'x' is unknown"),
    "nobody to thank": ({"attribution": ""}, "std: Key 'attribution' cannot be ''"),
    "an address without a lock": ({"url": "http://a.jp/{z}/{x}/{y}.png"}, "std: Key 'url'"),
    "an opacity over one": ({"opacity": 1.5}, "std: Key 'opacity' cannot be 1.5"),
    "zooms the wrong way round": ({"min_zoom": 18, "max_zoom": 5}, "std: Key 'max_zoom'"),
    "a colour in words": ({"style": {"color": "red"}}, "std.style: Key 'color' has value 'red'"),
    "a style that is a word": ({"style": "red"}, "std.style: It is 'red', not a table"),
    "a legend without English": (
        {"legend": [{"label_ja": "川", "shape": "line", "color": "#000000"}]},
        "std.legend[0]: Key 'label_en' is missing",
    ),
    "a legend of an unknown shape": (
        {"legend": [{"label_ja": "川", "label_en": "r", "shape": "star", "color": "#000000"}]},
        "std.legend[0]: Key 'shape' has value 'star'",
    ),
    "a legend without colour": (
        {"legend": [{"label_ja": "川", "label_en": "r", "shape": "line"}]},
        "std: Key 'legend'",
    ),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_of_the_pen_is_found_with_its_place(document: dict[str, Any], slip: str) -> None:
    change, message = WRONG[slip]
    document["layers"]["std"] |= change
    with pytest.raises(BrokenCatalog, match=re.escape(message)):
        parse(document)


def test_a_key_left_out_is_named(document: dict[str, Any]) -> None:
    del document["layers"]["std"]["title_ja"]
    with pytest.raises(BrokenCatalog, match="std: Key 'title_ja' is missing"):
        parse(document)


def test_a_name_the_shelf_could_not_keep_is_refused(document: dict[str, Any]) -> None:
    document["layers"]["../etc"] = document["layers"]["std"]
    with pytest.raises(BrokenCatalog, match="at most 64"):
        parse(document)


@pytest.mark.parametrize("key", ["groups", "providers", "layers"])
def test_a_catalogue_without_its_tables_is_refused(document: dict[str, Any], key: str) -> None:
    del document[key]
    with pytest.raises(BrokenCatalog, match=key):
        parse(document)


@pytest.mark.parametrize("content", [b"[layers\n", b"\xff\xfe\x00"])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(BrokenCatalog, match=r"mine\.toml: The catalogue is not TOML"):
        load(path)
