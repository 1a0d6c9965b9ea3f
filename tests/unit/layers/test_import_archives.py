"""Archives and folders: hostile ones refused, untidy ones read, with every name in its encoding."""

from __future__ import annotations

import io
import sqlite3
import stat
import struct
import zipfile

import pytest

from layers.errors import BrokenFile, UnsafeFile
from layers.importers import limits, read, read_all
from tests.geofiles import (
    HALL,
    NAMES,
    collection,
    cp932_zip,
    every_format,
    frame,
    point,
    shapefile,
    written,
    zipped,
)  # fmt: skip

HERE = collection(point(*HALL))


@pytest.fixture
def put(tmp_path):
    """Write a file and return its path."""

    def write(name: str, data: bytes):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return write


def shape_zip(stem: str = "a", **changed: bytes | None) -> bytes:
    """Return a zipped shapefile, some parts changed or left out (None)."""
    parts = shapefile() | {f".{suffix}": data for suffix, data in changed.items()}
    return zipped({f"{stem}{suffix}": data for suffix, data in parts.items() if data is not None})


OUTWARD = [
    "../out.geojson", "/etc/out.geojson", "a/../../b.geojson", "C:\\x.geojson", "..\\x.geojson",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTWARD)
def test_a_name_that_leads_out_refuses_the_whole_archive(put, tmp_path, name):
    with pytest.raises(UnsafeFile, match="外を指す"):
        read_all(put("in/bad.zip", zipped({"good.geojson": HERE, name: HERE})))
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["bad.zip", "in"]


def test_a_link_in_an_archive_is_refused(put):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.geojson")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnsafeFile, match="リンク"):
        read_all(put("link.zip", out.getvalue()))


def test_a_link_in_a_folder_is_passed_over_and_listed(put):
    folder = put("f/a.geojson", HERE).parent
    (folder / "b.geojson").symlink_to("/etc/passwd")
    (item,) = read_all(folder)
    assert ("b.geojson", "リンクのため") in item.report.ignored


def test_a_bomb_is_refused_by_its_ratio_and_by_what_it_declares(put):
    blank = b'{"type":"FeatureCollection","features":[]' + b" " * (8 * limits.MB) + b"}"
    with pytest.raises(UnsafeFile, match="圧縮率"):
        read_all(put("ratio.zip", zipped({"a.geojson": blank})))
    with pytest.raises(UnsafeFile, match="圧縮率"):
        read_all(put("nested.zip", zipped({"in.zip": zipped({"a.geojson": blank})})))


def test_a_bomb_that_declares_little_is_stopped_while_it_grows(put):
    blank = b" " * (8 * limits.MB)
    data = bytearray(zipped({"a.geojson": blank}))
    for at, where in ((data.rfind(b"PK\x01\x02"), 24), (data.find(b"PK\x03\x04"), 22)):
        struct.pack_into("<I", data, at + where, 100)
    with pytest.raises(BrokenFile):
        read_all(put("liar.zip", bytes(data)))


def test_more_than_the_limit_is_refused_before_it_is_unpacked(put, monkeypatch):
    monkeypatch.setattr(limits, "MAX_BYTES", 1000)
    with pytest.raises(UnsafeFile, match="展開すると"):
        read_all(put("big.zip", zipped({"a.geojson": HERE * 20})))
    with pytest.raises(UnsafeFile, match="上限"):
        read_all(put("big.geojson", HERE * 20))


def test_too_many_entries_are_refused(put, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ENTRIES", 3)
    with pytest.raises(UnsafeFile, match="ファイルが 3"):
        read_all(put("many.zip", zipped({f"{n}.geojson": HERE for n in range(5)})))


def test_one_archive_inside_another_is_read_and_a_third_is_not(put):
    inner = shape_zip()
    assert read(put("n.zip", zipped({"in.zip": inner}))).report.file == "n.zip/in.zip/a.shp"
    with pytest.raises(UnsafeFile, match="入れ子"):
        read_all(put("n3.zip", zipped({"in.zip": zipped({"deeper.zip": inner})})))


def test_what_a_mac_adds_is_listed_and_not_read(put):
    junk = {
        "__MACOSX/._a.geojson": b"\0\5\x16\7",
        ".DS_Store": b"x",
        "a.geojson": HERE,
        "読んで.pdf": b"%PDF",
    }
    (item,) = read_all(put("mac.zip", zipped(junk)))
    assert dict(item.report.ignored) == {
        "__MACOSX/._a.geojson": "Macが付け足したファイル", ".DS_Store": "隠しファイル",
        "読んで.pdf": "対象外の形式",
    }  # fmt: skip
    assert "__MACOSX" in item.report.as_text()


@pytest.mark.parametrize("stem", ["表示", "機能", "ソース", "十勝岳", "フォルダ/予定表"])
def test_names_in_cp932_with_a_backslash_byte_are_read(put, stem):
    data = cp932_zip({f"{stem}{s}": d for s, d in shapefile().items()})
    assert stem.encode("cp932") in data
    item = read(put("jp.zip", data))
    assert item.title == stem.rsplit("/", maxsplit=1)[-1]
    assert item.report.file == f"jp.zip/{stem}.shp"


def test_a_locked_empty_or_damaged_archive_is_refused(put):
    data = bytearray(zipped({"a.geojson": HERE}))
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    for name, content, why in (
        ("locked.zip", bytes(data), "合言葉"), ("empty.zip", zipped({}), "空"),
        ("cut.zip", zipped({"a.geojson": HERE})[:-30], "壊れて"),
        ("none.zip", b"hello", "zip ですが"),
    ):  # fmt: skip
        with pytest.raises(BrokenFile, match=why):
            read_all(put(name, content))


def test_one_broken_layer_refuses_the_whole_archive(put):
    with pytest.raises(BrokenFile) as refused:
        read_all(put("a.zip", zipped({"good.geojson": HERE, "bad.geojson": HERE[:-9]})))
    assert refused.value.where == "bad.geojson"


# --- shapefiles with parts missing or lying ----------------------------------------------------


def test_without_dbf_the_shapes_come_alone_and_it_is_said(put):
    item = read(put("a.zip", shape_zip(dbf=None)))
    assert list(item.frame.columns) == ["geometry"]
    assert any(".dbf" in note for note in item.report.notes)


def test_without_shx_the_index_is_rebuilt_and_it_is_said(put):
    item = read(put("a.zip", shape_zip(shx=None)))
    assert item.frame["name"].tolist() == NAMES
    assert any(".shx" in note for note in item.report.notes)


def test_a_dbf_without_shp_is_refused(put):
    with pytest.raises(BrokenFile, match=r"対になる \.shp"):
        read_all(put("a.zip", shape_zip(shp=None)))


@pytest.mark.parametrize("cpg", [None, b"UTF-8", b"CP932", b"932", b"ISO-8859-1", b"nonsense"])
def test_cp932_is_told_whatever_the_cpg_says(put, cpg):
    item = read(put("a.zip", shape_zip(cpg=cpg)))
    assert item.frame["name"].tolist() == NAMES
    assert item.report.encoding.startswith("CP932")


@pytest.mark.parametrize("cpg", [None, b"UTF-8", b"CP932"])
def test_utf8_is_told_whatever_the_cpg_says(put, cpg):
    utf8 = {k[1:]: v for k, v in shapefile(encoding="utf-8").items()}
    item = read(put("a.zip", shape_zip(**utf8 | {"cpg": cpg})))
    assert item.frame["name"].tolist() == NAMES
    assert item.report.encoding == "UTF-8"
    if cpg == b"CP932":
        assert "そうではない" in item.report.encoding_why


def test_no_replacement_character_is_ever_made(put):
    broken = shapefile()[".dbf"].replace("美瑛橋".encode("cp932"), b"\xff\xfe\xfd\xfc\xfb\xfa")
    with pytest.raises(BrokenFile, match="文字コードが分かりません"):
        read_all(put("a.zip", shape_zip(dbf=broken, cpg=None)))


def test_a_given_encoding_is_obeyed_or_refused(put):
    path = put("a.zip", shape_zip())
    assert read(path, encoding="Shift_JIS").report.encoding_why == "指定による"
    with pytest.raises(BrokenFile, match="指定された文字コード"):
        read(path, encoding="utf-8")
    with pytest.raises(BrokenFile, match="知られていません"):
        read(path, encoding="klingon")


# --- other hostile files ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["data.kml", "data.gml", "data.gpx", "jpgis.xml"])
def test_a_document_type_is_refused(put, name):
    head, _, body = every_format()[name].partition(b"?>")
    bomb = (
        head + b'?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>' + body
    )
    with pytest.raises(UnsafeFile, match="DOCTYPE"):
        read_all(put(name, bomb))


VRT = b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource>"
ELSEWHERE = {
    "a.xml": VRT + b"</OGRVRTLayer></OGRVRTDataSource>",
    "a.gml": b"<OGRWFSDataSource><URL>http://127.0.0.1:1/</URL></OGRWFSDataSource>",
    "a.json": b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc"}',
    "a.txt": b"/vsicurl/http://127.0.0.1:1/a.geojson",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_files_that_point_elsewhere_are_no_geodata(put, name):
    with pytest.raises(BrokenFile):
        read_all(put(name, ELSEWHERE[name]))


def test_a_view_in_a_geopackage_is_not_run(put):
    path = put("a.gpkg", written(frame(), "GPKG")[".gpkg"])
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE data RENAME TO data2")
        database.execute(
            "CREATE VIEW data AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n)"
            " SELECT x AS fid, NULL AS geom FROM n"
        )
    database.close()
    with pytest.raises(UnsafeFile, match="ビュー"):
        read_all(path)


def test_a_field_of_a_kind_nobody_knows_is_read_as_text(put):
    # found by the law mutated: the texts of such a field were not decoded
    dbf = bytearray(shapefile()[".dbf"])
    dbf[32 + 11] = ord("X")
    assert read(put("a.zip", shape_zip(dbf=bytes(dbf)))).frame["name"].tolist() == NAMES


def test_what_stands_beside_a_shapefile_and_says_the_same_is_passed_over(put):
    parts = {f"W05/a{suffix}": data for suffix, data in shapefile().items()}
    more = {
        "W05/KS-META.xml": b"<x/>",
        "W05/a.geojson": HERE,
        "W05/readme.txt": b"\xff\xfe\x00\xd8x",
    }
    (item,) = read_all(put("ksj.zip", zipped(parts | more)))
    assert item.report.format == "シェープファイル"
    assert {name for name, _ in item.report.ignored} == set(more)


def test_the_folder_imported_is_left_as_it_was(put):
    files = {suffix: data for suffix, data in shapefile().items() if suffix != ".shx"}
    for suffix, data in (files | {".gpkg": written(frame(), "GPKG")[".gpkg"]}).items():
        folder = put(f"f/a{suffix}", data).parent
    before = sorted(path.name for path in folder.iterdir())
    assert len(read_all(folder)) == 2
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_geopackage_still_open_elsewhere_is_refused(put):
    put("a.gpkg-wal", b"x")
    with pytest.raises(BrokenFile, match="開いたまま"):
        read_all(put("a.gpkg", written(frame(), "GPKG")[".gpkg"]))
