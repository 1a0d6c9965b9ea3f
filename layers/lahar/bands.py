"""The windows of a lahar as a layer: the places, and the stretch of river between the fronts."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

import shapely

from layers.lahar.table import LaharTable
from layers.lahar.windows import STATES, Margin, Window, mark, source, windows
from layers.schema import Collection, Feature, Metadata


def bands(table: LaharTable, erupted_at: dt.datetime, now: dt.datetime) -> Collection:
    """Return places (Point) and the present stretch (LineString) as GeoJSON, EPSG:4326.

    The stretch reaches from the slowest front of the table to the fastest, as of now; there
    is none without a line in the table, before the eruption, or after the slowest front came
    to the last place. Every feature carries ``mark``, ``assumption`` and ``source``: show them.

    Raises:
        ValueError: a time has no zone.
    """
    found = windows(table, erupted_at, now)
    stretch = _stretch(table, erupted_at, now)
    features = [_point(window) for window in found] + ([stretch] if stretch else [])
    metadata = Metadata(
        name="lahar_window",
        title_ja=f"{table.river} 融雪型火山泥流の到達時間（{mark(table)}）",
        title_en="Lahar arrival windows (model, not observed, not official)",
        role="lahar",
        source=source(table),
        date=table.date.isoformat(),
        schematic=True,
        note_ja=f"{mark(table)}{table.assumption}",
    )
    as_of = {"as_of": now.isoformat(), "erupted_at": erupted_at.isoformat(), "drill": table.drill}
    return {
        "type": "FeatureCollection",
        "metadata": metadata.as_dict() | as_of,
        "features": features,
    }


def _point(window: Window) -> Feature:
    properties = asdict(window) | {
        "kind": "lahar_place",
        "arrives_from": window.arrives_from.isoformat(),
        "arrives_to": window.arrives_to.isoformat(),
        "state_ja": STATES[window.state],
        "margins": [_plain(margin) for margin in window.margins],
    }
    lon, lat = properties.pop("lon"), properties.pop("lat")
    point = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def _plain(margin: Margin) -> dict[str, Any]:
    return asdict(margin) | {"order_by": margin.order_by.isoformat()}


def _stretch(table: LaharTable, erupted_at: dt.datetime, now: dt.datetime) -> Feature | None:
    course = table.course()
    elapsed_s = (now - erupted_at).total_seconds()
    last = table.places[-1]
    if course is None or not 0 < elapsed_s < last.slow_s:
        return None
    fast_m, slow_m = (
        course.front_m(elapsed_s, [float(arrival) for arrival in arrivals])
        for arrivals in ([p.fast_s for p in table.places], [p.slow_s for p in table.places])
    )
    if fast_m <= slow_m:
        return None
    properties = {
        "kind": "lahar_band",
        "river": table.river,
        "slow_front_m": round(slow_m),
        "fast_front_m": round(fast_m),
        "fast_front_left_the_table": elapsed_s > last.fast_s,
        "as_of": now.isoformat(),
        "assumption": f"地点の間は一定の速さで流れると仮定。{table.assumption}",
        "source": source(table),
        "mark": mark(table),
        "drill": table.drill,
        "model_not_observation": True,
    }
    geometry = shapely.geometry.mapping(course.stretch(slow_m, fast_m))
    return {"type": "Feature", "geometry": geometry, "properties": properties}
