"""Words from outside stay words: in spreadsheets, balloons, tables, names of fields and files."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from layers.cells import inert
from layers.errors import NotExportable
from layers.export import FORMATS
from layers.export.names import field_names, layer_names, plain
from tests.exported import LINE, POINT, document, feature, layers_of, read, written
from tests.laws.markup import FORMULAS, PAYLOADS, payloads

MAPS = ("geojson", "gpkg", "kml", "kmz", "fgb")
SQL = "x'); DROP TABLE gpkg_contents;--"
NAMES = (
    "=cmd|x",
    'a"b',
    "a'b",
    SQL,
    "<b>太字</b>",
    "a\nb",
    "fid",
    "FID",
    "geom",
    "id",
    "幅",
    "幅 ",
    "",
)
KML = "{http://www.opengis.net/kml/2.2}"


class Tags(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


@pytest.mark.parametrize("name", ["kml", "kmz"])
def test_markup_is_words_in_every_balloon_and_title(tmp_path: Path, name: str) -> None:
    rows = [feature(POINT, text, 内容=text, title=text) for text in payloads(PAYLOADS)]
    tree = ElementTree.fromstring(document(written(tmp_path, name, *rows)))
    marks = tree.findall(f".//{KML}Placemark")
    assert len(marks) == PAYLOADS
    tags = Tags()
    for mark in marks:
        tags.feed(mark.findtext(f"{KML}description", ""))
    assert tags.seen == {"h3", "table", "tr", "th", "td"}
    said = [mark.find(f".//{KML}SimpleData[@name='内容']").text for mark in marks]
    # an XML reader makes one newline of every kind of them
    assert said == [re.sub("\r\n?", "\n", text) for text in payloads(PAYLOADS)]


def test_no_balloon_fills_in_markup_by_itself(tmp_path: Path) -> None:
    text = document(written(tmp_path, "kml", feature(POINT, "$[name]", title="$[id]")))
    assert re.findall(r"<BalloonStyle><text>(.*?)</text>", text) == ["$[description]"]


def test_no_cell_and_no_heading_of_a_csv_runs(tmp_path: Path) -> None:
    texts = payloads(PAYLOADS)
    rows = [feature(POINT, text, **{"内容": text, f"=A{n}": n}) for n, text in enumerate(texts)]
    data = written(tmp_path, "csv", *rows).path.read_bytes().decode("utf-8-sig")
    for row in csv.reader(io.StringIO(data, newline="")):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝")) or _number(cell), cell
            assert not cell.startswith(("\t", "\r", "\n")), cell
    assert "'=HYPERLINK" in data


def _number(cell: str) -> bool:
    return re.fullmatch(r"-?[\d.]+", cell) is not None


@pytest.mark.parametrize("text", [*FORMULAS, "\n=1", "＋1", "　=1"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert inert(text) == "'" + text


@pytest.mark.parametrize("value", [-3, -2.5, None, True, "橋 = 通行止", "3-1", "'=1"])
def test_numbers_and_plain_words_stay_as_they_are(value: Any) -> None:
    assert inert(value) == value


@pytest.mark.parametrize("name", FORMATS)
def test_control_characters_and_halves_of_characters_are_removed_and_said(
    tmp_path: Path, name: str
) -> None:
    odd = {"名\x01前": "冠\x00水\x1b[2J \ud800\uffff終", "nested": {"a": "\x02"}}
    made = written(tmp_path, name, feature(POINT, "a\x07", **odd), feature(POINT, "b"))
    assert any("制御文字" in note for note in made.notes)
    layer = next(iter(layers_of(made.path)))
    frame = read(made.path, layer)
    assert frame["名前"][0] == "冠水[2J 終"
    if name in ("kml", "kmz"):
        document(made)


@pytest.mark.parametrize("name", FORMATS)
def test_nan_and_infinity_are_nothing(tmp_path: Path, name: str) -> None:
    rows = [feature(POINT, str(n), 深さ=v) for n, v in enumerate((1.5, float("nan"), float("inf")))]
    made = written(tmp_path, name, *rows)
    frame = read(made.path, next(iter(layers_of(made.path))))
    assert float(frame["深さ"][0]) == 1.5
    assert frame["深さ"][1:].replace("", None).isna().all()
    if name in ("geojson", "kml", "csv"):
        assert not re.search(r"[:,>\[]-?(nan|inf)", made.path.read_text("utf-8").lower())


@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_characters_and_numbers_beyond_64_bits_come_back(
    tmp_path: Path, name: str
) -> None:
    made = written(tmp_path, name, feature(POINT, "a", 長い="長" * 10_000, 大=2**70, 縦=[1, 2**70]))
    frame = read(made.path, next(iter(layers_of(made.path))))
    assert frame["長い"][0] == "長" * 10_000
    assert frame["大"][0] == str(2**70)
    assert str(2**70) in str(frame["縦"][0])


@pytest.mark.parametrize("name", FORMATS)
def test_lists_within_lists_a_thousand_deep_end_no_export(tmp_path: Path, name: str) -> None:
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    made = written(tmp_path, name, feature(POINT, "a", 深い=deep))
    assert made.count == 1


@pytest.mark.parametrize("name", ["gpkg", "fgb", "kml", "csv"])
def test_names_of_fields_that_clash_or_quote_are_told_apart(tmp_path: Path, name: str) -> None:
    made = written(tmp_path, name, feature(POINT, "a", **{n: f"v{i}" for i, n in enumerate(NAMES)}))
    frame = read(made.path, next(iter(layers_of(made.path))))
    values = {v for v in frame.iloc[0] if isinstance(v, str)}
    assert {f"v{i}" for i in range(len(NAMES))} <= values
    assert len({c.casefold() for c in frame.columns}) == len(frame.columns)


@pytest.mark.parametrize("name", ["gpkg", "fgb", "kmz"])
@pytest.mark.parametrize(
    "layer", [SQL, 'a"b', "sqlite_x", "gpkg_contents", "", "\x00", "../../etc"]
)
def test_a_hostile_name_of_a_layer_is_a_plain_one(tmp_path: Path, name: str, layer: str) -> None:
    rows = [feature(POINT, "a", layer=layer), feature(LINE, "b", layer=layer.upper())]
    made = written(tmp_path, name, *rows)
    assert made.count == 2
    assert {p.name for p in tmp_path.iterdir()} == {made.path.name}
    if name == "gpkg":
        assert len(layers_of(made.path)) == 3


def test_a_value_of_sql_is_a_value(tmp_path: Path) -> None:
    made = written(tmp_path, "gpkg", feature(POINT, SQL, 名称=SQL))
    assert read(made.path, "美瑛町の地物_点")["名称"].tolist() == [SQL]


def test_columns_of_several_kinds_are_text(tmp_path: Path) -> None:
    values = ("六", 6, 6.5, True, None, [6], {"n": 6})
    rows = [feature(POINT, str(n), 幅=v) for n, v in enumerate(values)]
    for name in ("gpkg", "fgb", "kmz"):
        made = written(tmp_path, name, *rows)
        got = read(made.path, next(iter(layers_of(made.path))))["幅"]
        assert [v for v in got if isinstance(v, str)] == [
            "六",
            "6",
            "6.5",
            "true",
            "[6]",
            '{"n":6}',
        ]


def test_more_fields_than_a_table_holds_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotExportable, match="500"):
        written(tmp_path, "gpkg", *(feature(POINT, str(n), **{f"f{n}": n}) for n in range(600)))


def test_what_was_given_is_not_changed(tmp_path: Path) -> None:
    given = feature(POINT, "a", 名称="冠\x00水", n=float("inf"), place={"a": [1]})
    before = json.dumps(given)
    for name in FORMATS:
        written(tmp_path, name, given)
    assert json.dumps(given) == before


def test_names_are_plain_short_and_never_alike() -> None:
    assert plain("a b/c:d*e", "x") == "a_b_c_d_e"
    assert plain("\x00 ..", "x") == "x"
    assert len(plain("長" * 999, "x")) == 60
    found = field_names(["A", "a", "Ａ", "a ", "長" * 99, "長" * 98], ("id",)).values()
    assert len({name.casefold() for name in found}) == 6
    assert list(field_names(["2026", "-1.5", "2号線"]).values()) == ["_2026", "_-1.5", "2号線"]
    assert set(layer_names([("a", "点"), ("A", "点"), ("a_点",)]).values()) == {
        "a_点", "A_点_2", "a_点_3",
    }  # fmt: skip
