"""Law ``mutated`` (archives and geodata): whatever bytes come, a layer with a report or a refusal.

GDAL, GEOS and SQLite run inside the importer, so it is read in a process of its own here: a
crash or a hang in one of them is then seen as such, and the file that did it is named.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.geofiles import every_format
from tests.laws.mutated import mutate

SECONDS_EACH = 5


def run(count: int, seed: int) -> dict[str, Any]:
    """Read ``count`` mutated files; return the figures.

    Returns:
        files, taken, refused, slowest_s, and the violations: crashes, slow (over 5 s), loose
        (taken, but with a geometry that is missing, invalid, 3-D or not finite); ``first``
        describes the first crash.
    """
    with tempfile.TemporaryDirectory(prefix="eoc-mutated-") as folder:
        command = [sys.executable, "-m", "tests.laws.mutated_geo", str(count), str(seed), folder]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=60 + count * SECONDS_EACH, check=False
            )
        except subprocess.TimeoutExpired:
            return _broken(count, "hang", folder)
        if done.returncode:
            return _broken(count, f"exit {done.returncode}: {done.stderr[-500:]!r}", folder)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _broken(count: int, why: str, folder: str) -> dict[str, Any]:
    last = max(Path(folder).iterdir(), key=lambda p: p.stat().st_mtime)
    first = f"{why} by {last.name} {last.read_bytes()[:4000].hex()}"
    return {"files": count, "crashes": 1, "slow": 0, "loose": 0, "first": first}


def read_all(count: int, seed: int, folder: Path) -> dict[str, Any]:
    """Do the work of :func:`run` in this process."""
    chance = random.Random(seed)
    whole = every_format()
    names = ("taken", "refused", "slowest_s", "crashes", "slow", "loose")
    figures: dict[str, Any] = dict.fromkeys(names, 0) | {"files": count, "first": None}
    for _ in range(count):
        name = chance.choice(list(whole))
        path = folder / name
        path.write_bytes(_mutated(name, whole[name], chance))
        _one(path, figures)
        path.unlink()
    return figures


def _mutated(name: str, data: bytes, chance: random.Random) -> bytes:
    """Change a file; half of the archives are changed inside, and packed anew."""
    if name == "shape.zip" and chance.random() < 0.5:
        return _inside(data, chance)
    return mutate(data, chance)


def _inside(data: bytes, chance: random.Random) -> bytes:
    import io
    import zipfile

    from tests.geofiles import zipped

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    victim = chance.choice(list(parts))
    parts[victim] = mutate(parts[victim], chance)
    return zipped(parts)


def _one(path: Path, figures: dict[str, Any]) -> None:
    from layers.errors import LayerError
    from layers.importers import read_all as read

    start = time.perf_counter()
    try:
        found = read(path)
        figures["taken"] += 1
        figures["loose"] += any(not _sound(item) for item in found)
    except LayerError:
        figures["refused"] += 1
    except Exception as error:  # noqa: BLE001 - whatever else comes out is what the law forbids
        figures["crashes"] += 1
        shown = f"{error!r} by {path.name} {path.read_bytes()[:4000].hex()}"
        figures["first"] = figures["first"] or shown
    took = time.perf_counter() - start
    figures["slow"] += took > SECONDS_EACH
    figures["slowest_s"] = max(figures["slowest_s"], round(took, 3))


def _sound(item: Any) -> bool:
    """Tell whether a layer is fit for the shelf, and goes onto it."""
    import numpy as np

    from layers.collection import canonical, to_collection
    from layers.schema import Metadata

    shapes = item.frame.geometry
    whole = shapes.notna().all() and shapes.is_valid.all() and not shapes.has_z.any()
    canonical(to_collection(item.frame, Metadata(item.name, item.title)))
    item.report.as_text().encode()
    return bool(whole and np.isfinite(shapes.total_bounds).all())


if __name__ == "__main__":
    print(json.dumps(read_all(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))))
