"""Tables of km posts put onto their lines, and such tables out of a layer of points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from layers.errors import BrokenTable
from layers.linear import fields
from layers.linear.line import Line
from layers.linear.posts import SLACK_M, Posts
from layers.schema import Collection

KM = ("km", "KP", "kp", "距離標")
LINE = ("line", "river", "road", "河川名", "路線名", "W05_004", "N01_003")


def with_posts(lines: Sequence[Line], tables: Mapping[str, Any]) -> list[Line]:
    """Return lines with km posts: name or id of a line → ``[{km, lon, lat}, …]``, EPSG:4326.

    Of a line in several pieces the longest gets them.

    Raises:
        BrokenTable: they do not fit their line, or there is no such line.
    """
    by_word: dict[str, Line] = {}
    for line in lines:  # the longest piece of a line comes first
        for word in (line.id, line.name):
            by_word.setdefault(word, line)
    placed = {}
    for word, table in tables.items():
        if not word or word not in by_word:
            raise BrokenTable("There are km posts, but no line of this name or id.", where=word)
        line = by_word[word]
        slack = SLACK_M + line.uncertainty_m
        posts = Posts.of(line.course, table, slack_m=slack, name=line.name or line.id)
        placed[line.id] = line.with_posts(posts)
    return [placed.get(line.id, line) for line in lines]


def is_post(properties: Mapping[str, Any]) -> bool:
    """Tell whether a point is a km post: it has a km and names its line."""
    return bool(fields.text(properties, KM) and fields.text(properties, LINE))


def posts_of(collection: Collection) -> dict[str, list[dict[str, Any]]]:
    """Return the km posts in a layer of points: name of the line → table for ``with_posts``."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for feature in collection.get("features", ()):
        properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        if geometry.get("type") == "Point" and is_post(properties):
            lon, lat = (*geometry.get("coordinates", ()), None, None)[:2]
            row = {"km": fields.text(properties, KM), "lon": lon, "lat": lat}
            found[fields.text(properties, LINE)].append(row)
    return dict(found)
