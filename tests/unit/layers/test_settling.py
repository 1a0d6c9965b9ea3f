"""What a text surely means: whole names, addresses by their 字, and doubt wherever there is any."""

from __future__ import annotations

import json

import pytest

from dashboard.ground import PACKAGED
from layers.gazetteer import Doubt, Entry, Gazetteer, Settled, Settler, gazetteer_of
from layers.gazetteer.settling import AMBIGUOUS, EMPTY, UNKNOWN, WIDE
from layers.ground import ground

OUTLINE = {"type": "Polygon", "coordinates": [[[142.50, 43.50], [142.52, 43.50], [142.52, 43.52],
           [142.50, 43.52], [142.50, 43.50]]]}  # fmt: skip


def entry(name: str, kind: str, lon: float, lat: float, **more: object) -> Entry:
    return Entry(f"{name}@{lon}", name, kind, (lon, lat), **more)


PLACES = [
    entry("美瑛小学校", "shelter", 142.46, 43.587, uncertainty_m=20),
    entry("旭第10", "aza", 142.42, 43.658),
    entry("丸山二丁目", "aza", 142.478, 43.584),
    entry("字美沢", "aza", 142.543, 43.545),
    entry("五稜", "aza", 142.51, 43.51, geometry=OUTLINE),
    entry("中央会館", "facility", 142.40, 43.50), entry("中央会館", "facility", 142.50, 43.60),
    entry("美瑛町", "municipality", 142.467, 43.588),
]  # fmt: skip


@pytest.fixture(scope="module")
def settler() -> Settler:
    return Settler(Gazetteer.build(PLACES))


@pytest.fixture(scope="module")
def sketch() -> Settler:
    """The packaged layers, as the command has them."""
    network = json.loads(PACKAGED["network"].read_text("utf-8"))
    return Settler(gazetteer_of([ground(), network])[0])


def settled(settler: Settler, text: str) -> Settled:
    found = settler.settle(text)
    assert isinstance(found, Settled), found
    return found


@pytest.mark.parametrize(
    "text", ["美瑛小学校", " 美瑛小學校　", "美瑛町美瑛小学校", "美瑛小学校付近"]
)
def test_a_whole_name_is_a_place_however_it_is_written(settler, text):
    found = settled(settler, text)
    assert found.entry.lonlat == (142.46, 43.587)
    assert (found.error_m, found.score > 0.9) == (20, True)


@pytest.mark.parametrize(
    "text",
    ["美瑛小学狡", "美瑛小学", "美瑛小学校体育館裏山", "旭第1", "旭第1の300m北", "公民館", "ｚｚ",
     "🜃", "'; DROP TABLE", "=HYPERLINK(1)", "\x1b[2J", "美" * 5000, "6543", "071-0208",
     "美瑛橋の5m上流"],
)  # fmt: skip
def test_what_is_almost_a_name_is_no_place(settler, text):
    assert settler.settle(text) == Doubt(UNKNOWN)


@pytest.mark.parametrize("text", ["", "   ", "\t\u3000", "\x00\x1b"])
def test_nothing_written_is_said_to_be_empty(settler, text):
    assert settler.settle(text) == Doubt(EMPTY)


def test_the_likest_name_is_told_for_comparison(settler):
    assert settler.similar("美瑛小学狡") == "美瑛小学校"
    assert settler.similar("ｚｚ") == ""


def test_one_name_in_two_places_is_in_doubt(settler):
    assert settler.settle("中央会館") == Doubt(AMBIGUOUS)


@pytest.mark.parametrize(
    ("text", "name", "error_m"),
    [("北海道美瑛町丸山2-8-15", "丸山二丁目", 500), ("丸山二丁目8番15号", "丸山二丁目", 500),
     ("上川郡美瑛町字美沢123番地", "字美沢", 3000), ("字美沢", "字美沢", 3000)],
)  # fmt: skip
def test_an_address_lies_somewhere_in_its_aza(settler, text, name, error_m):
    found = settled(settler, text)
    assert (found.entry.name, found.error_m) == (name, error_m)


def test_a_number_behind_anything_but_an_area_is_part_of_its_name(settler):
    assert settler.settle("美瑛小学校2") == Doubt(UNKNOWN)


def test_an_outline_says_how_wide_an_area_is(settler):
    assert settled(settler, "五稜").error_m == pytest.approx(1373, abs=20)


def test_an_address_of_another_town_is_not_looked_for_here(settler):
    assert settler.settle("上富良野町丸山2-8-15") == Doubt(UNKNOWN)


@pytest.mark.parametrize("text", ["国道237号", "美瑛川"])
def test_a_road_or_river_is_no_point(sketch, text):
    assert sketch.settle(text) == Doubt(WIDE)


def test_a_municipality_is_no_point(settler):
    assert settler.settle("美瑛町") == Doubt(WIDE)


def test_words_of_the_telephone_are_understood(sketch):
    bridge = settled(sketch, "白金橋")
    assert settled(sketch, "道道966号 白金橋付近").why in {"near", "on_line"}
    assert settled(sketch, "白金橋の300m上流").error_m > bridge.error_m == 2000


def test_a_name_that_begins_another_is_not_mixed_up_with_it():
    names = [entry("旭第1", "aza", 142.40, 43.60), entry("旭第10", "aza", 142.50, 43.60)]
    found = settled(Settler(Gazetteer.build(names)), "旭第1の300m北")
    assert found.entry.lonlat[0] == pytest.approx(142.40, abs=1e-3)


def test_an_unknown_word_beside_a_known_one_leaves_doubt(sketch):
    assert sketch.settle("道道966号 白金ダム") == Doubt(UNKNOWN)


def test_what_is_told_by_way_of_an_area_is_no_better_known_than_the_area(sketch):
    assert settled(sketch, "白金の北500m").error_m >= 3000


def test_two_headings_of_one_place_are_one_with_an_error_over_both():
    book = Gazetteer.build([
        entry("中央", "facility", 142.5, 43.5),
        entry("中央", "spot", 142.505, 43.5, uncertainty_m=600),
    ])  # fmt: skip
    assert settled(Settler(book), "中央").error_m == pytest.approx(404, abs=5)


@pytest.mark.parametrize(
    ("area", "station"), [("美馬牛", "美馬牛駅"), ("びばうし", "ビバウシエキ")]
)
def test_a_station_is_one_only_when_it_is_called_one(sketch, area, station):
    assert settled(sketch, area).entry.kind == "settlement"
    assert settled(sketch, station).entry.kind == "station"
    assert sketch.settle("美瑛") == Doubt(UNKNOWN)


def test_a_slip_in_a_long_name_does_not_find_the_short_name_it_begins_with(sketch):
    """美瑛小学狡 once found 美瑛駅, and as sure as if nothing else had been said."""
    found = sketch.book.search("白金保養センダー")
    assert found[0].entry.name == "白金保養センター"
    assert all(c.why != "exact" for c in sketch.book.search("美瑛小学狡"))


def test_a_written_position_is_taken_as_such(settler):
    found = settled(settler, "43.5871, 142.4601")
    assert (found.why, found.entry.lonlat) == ("coordinates", (142.4601, 43.5871))
