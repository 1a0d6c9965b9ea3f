"""What is compared as the same name, and what must stay different."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.gazetteer.folding import fold, keys, plain_number
from layers.gazetteer.readings import Readings, readings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("美瑛", "ﾋﾞｴｲ"), ("ビバウシ", "びばうし"), ("五稜第三", "五稜第３"), ("五稜第三", "五稜3"),
        ("旭町一丁目", "旭町1丁目"), ("美瑛原野五線", "美瑛原野5線"), ("憩が丘", "憩ヶ丘"),
        ("憩が丘", "憩ケ丘"), ("横牛堀の沢", "横牛堀ノ沢"), ("横牛堀の沢", "横牛堀之澤"),
        ("水沢", "水澤"), ("瑠辺蘂", "瑠邊蕊"), ("白ひげの滝", "白ひげの瀧"),
        ("センター", "センタ"),
        ("ｂｉ．ｙｅｌｌ", "Bi.yell"), ("国道237号線", "国道２３７号"),
        ("（旧）宇莫別", "(旧)宇莫別"),
        ("シェルター", "シエルター"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    known = {key for name in keys(one) for key in (name, *readings().of_name(name))}
    assert set(keys(other)) & known


@pytest.mark.parametrize(
    ("one", "other"),
    [("五稜", "5稜"), ("三愛", "3愛"), ("二股", "2股"), ("五稜第三", "五稜第四"),
     ("上宇莫別", "下宇莫別")],
)  # fmt: skip
def test_names_that_hold_a_numeral_are_no_numbers(one: str, other: str) -> None:
    assert not set(keys(one)) & set(keys(other))


@pytest.mark.parametrize(
    "written", ["北海道上川郡美瑛町字白金", "美瑛町字白金", "大字白金", "字白金", "白金"]
)
def test_what_stands_before_a_name_may_be_left_out(written: str) -> None:
    assert keys(written)[-1] == "白金"


def test_the_prefectures_roads_are_not_cut_at_the_name_of_the_prefecture() -> None:
    assert keys("北海道道966号") == keys("道道九六六号線") == ("道道966号",)


@pytest.mark.parametrize(
    ("written", "number"), [("三", 3), ("十", 10), ("二十三", 23), ("百五", 105), ("九六六", 966)]
)
def test_numerals_are_read(written: str, number: int) -> None:
    assert plain_number(written) == number


@given(st.text(max_size=300))
def test_any_text_folds_to_letters_and_digits_and_folding_again_changes_nothing(text: str) -> None:
    folded = fold(text)
    assert all(c.isalnum() or c == "々" for c in folded)
    assert len(folded) <= 200 * 18  # one character may stand for many (ﷺ)
    assert fold(folded[:200]) == fold(fold(folded[:200]))


def test_parts_with_a_known_reading_are_read_and_the_rest_stays() -> None:
    table = Readings.of({"places": {"五稜": ["ごりょう"], "美田": ["びでん", "みた"]}})
    assert table.of_name("五稜3") == ("ごりよう3",)
    assert table.of_name("美田会館") == ("びでん会館", "みた会館")
    assert table.of_name("白金") == ()
