"""Which reader takes which file: by extension, confirmed by the first bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from layers.errors import BrokenFile
from layers.importers import binary, geojson, markup, shapefile, tables
from layers.importers.archives import SIDE, Contents, Member
from layers.importers.raw import NotGeodata, Options, Raw, Source

Reader = Callable[[Source, Options], Iterator[Raw]]


READERS: dict[str, Reader] = {
    ".geojson": geojson.read, ".json": geojson.read, ".topojson": geojson.read,
    ".geojsonl": geojson.read, ".ndjson": geojson.read, ".geojsons": geojson.read,
    ".jsonl": geojson.read, ".shp": shapefile.read, ".gpkg": binary.read_gpkg,
    ".fgb": binary.read_fgb, ".kml": markup.read, ".gml": markup.read, ".xml": markup.read,
    ".gpx": markup.read, ".csv": tables.read, ".tsv": tables.read, ".txt": tables.read,
}  # fmt: skip
# recognised only to say what they are and where they go
ELSEWHERE = {
    ".mbtiles": "地図タイルのファイルです。レイヤーの取込ではなく、タイルとして置いてください。",
    ".pmtiles": "地図タイルのファイルです。レイヤーの取込ではなく、タイルとして置いてください。",
    ".kmz": "KMZ ですが、書庫として開けません。",
    ".zip": "zip ですが、書庫として開けません。",
}
MAGIC = ((b"SQLite format 3\0", ".gpkg"), (b"fgb\x03fgb", ".fgb"), (b"\0\0\x27\x0a", ".shp"))


def sources(contents: Contents) -> list[tuple[Source, Reader]]:
    """Return what can be read; whatever else there is goes to ``contents.ignored``."""
    families = _families(contents.members)
    found = []
    for member in contents.members:
        if _told_twice(member, families):
            contents.ignored.append((member.name, "同じ場所のシェープファイルを使う"))
            continue
        if member.suffix in SIDE:
            if _key(member) not in families:
                contents.ignored.append((member.name, "対になる .shp がない"))
            continue
        reader = READERS.get(_suffix(member))
        if reader is None:
            contents.ignored.append((member.name, ELSEWHERE.get(member.suffix, "対象外の形式")))
            continue
        parts = families.get(_key(member), {}) if reader is shapefile.read else {}
        found.append((Source(member.name, member.path, contents.folder, parts), reader))
    return found


def nothing(contents: Contents, where: str) -> BrokenFile:
    """Return the error for contents without any source, with the best reason there is."""
    reasons = [why for name, why in contents.ignored if name == where]
    if reasons and reasons[0] in ELSEWHERE.values():
        return NotGeodata(reasons[0], where=where)
    seen = "、".join(f"{name}（{why}）" for name, why in contents.ignored[:5])
    taken = "GeoJSON、シェープファイル、GeoPackage、KML/KMZ、GML、GPX、FlatGeobuf、TopoJSON、CSV"
    return NotGeodata(
        f"取り込める地理データがありません。{taken} を受け付けます。"
        + (f"中身：{seen}" if seen else ""),
        where=where,
    )


def _families(members: list[Member]) -> dict[tuple[str, str], dict[str, Path]]:
    """Return the companions of each .shp by suffix, whatever the case of their names."""
    families: dict[tuple[str, str], dict[str, Path]] = {
        _key(member): {} for member in members if member.suffix == ".shp"
    }
    for member in members:
        if member.suffix in SIDE and _key(member) in families:
            families[_key(member)][member.suffix] = member.path
    return families


def _told_twice(member: Member, families: dict[tuple[str, str], dict[str, Path]]) -> bool:
    """Tell whether a shapefile says the same: 国土数値情報 packs GML and GeoJSON beside it."""
    folder, stem = _key(member)
    if member.suffix == ".xml":
        return any(place == folder for place, _ in families)
    return member.suffix == ".geojson" and (folder, stem) in families


def _key(member: Member) -> tuple[str, str]:
    path = PurePosixPath(member.name)
    return path.parent.as_posix().casefold(), path.stem.casefold()


def _suffix(member: Member) -> str:
    """Return the suffix to read by: the first bytes win over a name nobody knows."""
    if member.suffix in READERS or member.suffix in ELSEWHERE:
        return member.suffix
    with member.path.open("rb") as file:
        start = file.read(16)
    return next((suffix for magic, suffix in MAGIC if start.startswith(magic)), member.suffix)
