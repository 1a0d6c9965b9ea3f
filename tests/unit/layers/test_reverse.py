"""Words for a position: what is near, on which bank, how far, how surely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.crs import lonlat_of
from layers.gazetteer import LINES, Entry, Gazetteer, entries_from
from layers.gazetteer.rounding import rounded_m, spoken, way
from layers.ground import ground
from layers.lines import LineIndex


def lonlat(x: float, y: float) -> tuple[float, float]:
    lon, lat = lonlat_of([[30_000.0 + x, -40_000.0 + y]])[0]
    return float(lon), float(lat)


def entry(kind: str, name: str, x: float, y: float, **other) -> Entry:
    return Entry(f"{kind}:{name}", name, kind, lonlat(x, y), **({"uncertainty_m": 5} | other))


def box(x: float, y: float, half: float) -> dict:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [list(lonlat(x + half * a, y + half * b)) for a, b in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def lines(uncertainty_m: float = 5, schematic: bool = False) -> LineIndex:
    drawn = [
        ("river", "美瑛川", [(-3000, 0), (3000, 0)]),
        ("road", "道道966号 美瑛線", [(-3000, 90), (3000, 90)]),
    ]
    return LineIndex.from_collection({
        "metadata": {"flow": "downstream", "schematic": schematic},
        "features": [
            {"type": "Feature", "geometry": {"type": "LineString",
             "coordinates": [list(lonlat(*p)) for p in points]},
             "properties": {"kind": kind, "name": name, "uncertainty_m": uncertainty_m}}
            for kind, name, points in drawn
        ],
    }, LINES)  # fmt: skip


TOWN = Entry("t", "美瑛町", "municipality", lonlat(0, 0), geometry=box(0, 0, 5000))
PLACES = [TOWN, entry("aza", "字白金", 200, 200), entry("bridge", "白金橋", 212, -122)]


def test_a_place_is_told_by_town_aza_road_bank_and_bridge() -> None:
    book = Gazetteer.build(PLACES, lines())
    found = book.reverse(lonlat(0, 90))
    assert found.text("ja") == "美瑛町字白金付近、道道966号、美瑛川左岸、白金橋から北西へ300 m"
    assert found.text("en") == (
        "美瑛町, near 字白金, 道道966号, the left bank of 美瑛川, 300 m NW of 白金橋"
    )
    assert (found.municipality, found.aza.entry.name, found.schematic) == (
        "美瑛町",
        "字白金",
        False,
    )
    assert found.landmark.distance_m == pytest.approx(300, abs=1)


def test_a_sketch_says_so_and_rounds_and_gives_no_bank() -> None:
    book = Gazetteer.build(PLACES, lines(uncertainty_m=500, schematic=True))
    assert book.reverse(lonlat(0, 90), uncertainty_m=200).text() == (
        "美瑛町字白金付近、道道966号、美瑛川、白金橋から北西へ約300 m（概略）"
    )


def test_a_bridge_nearer_than_the_doubt_is_by_and_has_no_direction() -> None:
    book = Gazetteer.build(PLACES, lines())
    assert "白金橋付近" in book.reverse(lonlat(200, -100), uncertainty_m=50).text()


def test_a_sketched_name_must_be_nearer_than_a_surveyed_one() -> None:
    sketch = entry("settlement", "白金", 0, 0, uncertainty_m=800)
    assert Gazetteer.build([sketch, *PLACES]).reverse(lonlat(0, 0)).aza.entry.name == "字白金"


@pytest.mark.parametrize(("doubt", "landmark"), [(50, "白金橋"), (2000, "白金会館")])
def test_a_bridge_is_the_landmark_unless_nobody_knows_where_it_is(doubt, landmark) -> None:
    book = Gazetteer.build([entry("facility", "白金会館", 300, 0),
                            entry("bridge", "白金橋", 500, 0, uncertainty_m=doubt)])  # fmt: skip
    assert book.reverse(lonlat(0, 0)).landmark.entry.name == landmark


def test_far_from_its_name_an_aza_is_a_direction_not_a_place() -> None:
    book = Gazetteer.build(PLACES, lines())
    assert book.reverse(lonlat(200, 2200)).text().startswith("美瑛町、字白金から北へ2 km")


def test_the_aza_whose_area_holds_the_point_goes_before_a_nearer_name() -> None:
    held = Entry("p", "字美沢", "aza", lonlat(-900, 0), geometry=box(0, 0, 1000))
    assert Gazetteer.build([TOWN, held, *PLACES]).reverse(lonlat(190, 190)).text().startswith(
        "美瑛町字美沢、"
    )  # fmt: skip


def test_at_the_boundary_the_municipality_is_in_doubt() -> None:
    book = Gazetteer.build(PLACES)
    assert book.reverse(lonlat(4950, 0)).border
    assert "境界付近" in book.reverse(lonlat(4950, 0)).text()
    assert book.reverse(lonlat(5050, 0)).text().startswith("市町村の境界付近")
    assert not book.reverse(lonlat(4000, 0)).border


def test_outside_the_town_is_said() -> None:
    hall = entry("town_hall", "美瑛町役場", 0, 0)
    found = Gazetteer.build([TOWN, hall]).reverse(lonlat(40_000, 0))
    assert (found.outside, found.municipality) == (True, "")
    assert found.text("ja") == "美瑛町の外、美瑛町役場から東へ40 km"
    assert found.text("en") == "outside Biei, 40 km E of 美瑛町役場"


def test_without_boundaries_only_what_a_source_says_is_a_municipality() -> None:
    said = entry("shelter", "美瑛小学校", 0, 0, municipality="美瑛町")
    book = Gazetteer.build([said])
    assert book.reverse(lonlat(100, 0)).text().startswith("美瑛町（境界付近）")
    assert book.reverse(lonlat(9000, 0)).municipality == ""


def test_far_outside_or_nowhere_is_no_error() -> None:
    book = Gazetteer.build(entries_from(ground()), LineIndex.from_collection(ground(), LINES))
    assert (
        book.reverse((141.35, 43.06)).text().startswith("美瑛町の外、美瑛町役場から南西へ約108 km")
    )
    assert book.reverse((0.0, 0.0)).text() == "美瑛町の外"
    assert book.reverse((float("nan"), 43.0)).text() == "付近に名前の分かる場所なし"


def test_the_ground_alone_names_the_spa_as_a_sketch() -> None:
    book = Gazetteer.build(entries_from(ground()), LineIndex.from_collection(ground(), LINES))
    text = book.reverse((142.645, 43.47)).text()
    assert text.startswith("白金付近、道道966号")
    assert text.endswith("（概略）")


@pytest.mark.parametrize(
    ("east", "north", "ja"),
    [(0, 1, 0), (1, 1, 1), (1, 0, 2), (1, -1, 3), (0, -1, 4), (-1, -1, 5), (-1, 0, 6), (-1, 1, 7)],
)
def test_directions_are_those_of_the_compass(east: float, north: float, ja: int) -> None:
    assert way(east, north) == ja


@pytest.mark.parametrize(
    ("metres", "doubt", "said"),
    [(304, 5, "300 m"), (304, 90, "300 m"), (304, 260, "300 m"), (1234, 1100, "1 km"),
     (1234, 5, "1.2 km"),
     (12_345, 5, "12 km"), (12, 5, "10 m"), (996, 10, "1 km"), (2000, 0, "2 km")],
)  # fmt: skip
def test_a_distance_is_no_finer_than_what_is_known(metres, doubt, said) -> None:
    assert spoken(metres, doubt) == said


@given(st.floats(0, 300_000), st.floats(0, 5000))
def test_rounding_moves_a_distance_by_less_than_its_doubt_or_a_tenth(metres, doubt) -> None:
    assert abs(rounded_m(metres, doubt) - metres) <= max(doubt / 4, metres / 20, 5)
