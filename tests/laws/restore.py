"""Law ``restore``: a machine lost while ``eoc backup --follow`` runs comes back on another one.

``python -m tests.laws.restore STATE_DIR`` is the application that goes on meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from dashboard.backup import restore
from dashboard.clock import SECOND_US, SystemClock
from dashboard.config import Settings
from dashboard.log.stores import open_log
from dashboard.media.store import MediaStore
from tests.laws.drafts import draft

ROOT = Path(__file__).parents[2]


def run(count: int, seed: int, database_url: str = "") -> dict[str, Any]:
    """Lose the machine ``count`` times.

    Returns:
        kills, entries, max_loss_s (age of the oldest entry lost, at the kill), differing
        (restored logs that are not a beginning of the lost one), broken, damaged, missing_old
        (files of entries older than 5 s that did not come back).
    """
    chance = random.Random(seed)
    totals: dict[str, Any] = dict.fromkeys(("differing", "broken", "damaged", "missing_old"), 0)
    totals |= {"kills": count, "max_loss_s": 0.0}
    with tempfile.TemporaryDirectory(prefix="eoc-restore-") as name:
        folder = Path(name)
        settings = replace(Settings(), state_dir=folder / "lost", database_url=database_url)
        for n in range(count):
            killed_us = _lose(settings, folder / "backup", chance)
            _compare(settings, folder / f"new-{n}", folder / "backup", killed_us, totals)
    return totals


def store_photo(settings: Settings, size: int = 20_000) -> Any:
    """Store a file and append its entry, as the upload door does."""
    data = os.urandom(size)
    sha256 = hashlib.sha256(data).hexdigest()
    upload = settings.state_dir / "real" / f"upload-{sha256[:12]}"
    upload.parent.mkdir(parents=True, exist_ok=True)
    upload.write_bytes(data)
    MediaStore(settings.state_dir / "real" / "media").adopt(upload, sha256)
    body = {"sha256": sha256, "size": size, "content_type": "image/jpeg"}
    return draft(kind="photo.received", subject_id=f"photo-{sha256[:12]}", body=body)


def _lose(settings: Settings, backup: Path, chance: random.Random) -> int:
    before = _kept(backup)
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "EOC_STATE_DIR": str(settings.state_dir),
        "EOC_DATABASE_URL": settings.database_url,
    }  # fmt: skip
    follow = [sys.executable, "-m", "dashboard.cli", "backup", "--follow", str(backup)]
    work = [sys.executable, "-m", "tests.laws.restore", str(settings.state_dir)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        for command in (work, follow)
    ]
    deadline = time.monotonic() + 60
    while _kept(backup) <= before + 5:
        assert time.monotonic() < deadline, "the follower keeps nothing"
        assert all(process.poll() is None for process in processes)
        time.sleep(0.02)
    time.sleep(chance.random() * 1.5)
    killed_us = SystemClock().now_us()
    for process in reversed(processes):
        process.kill()
        process.wait()
    return killed_us


def _kept(backup: Path) -> int:
    manifest = backup / "manifest.json"
    return json.loads(manifest.read_bytes())["realms"]["real"]["seq"] if manifest.exists() else 0


def _compare(
    settings: Settings, fresh: Path, backup: Path, killed_us: int, totals: dict[str, Any]
) -> None:
    restored = restore(replace(Settings(), state_dir=fresh), backup)
    lost, found = open_log(settings, "real"), open_log(replace(Settings(), state_dir=fresh), "real")
    whole, came_back = lost.read(), found.read()
    totals["entries"] = len(whole)
    totals["differing"] += came_back != whole[: len(came_back)]
    totals["broken"] += found.verify().broken_at is not None
    totals["damaged"] += len(restored.damaged)
    if len(came_back) < len(whole):
        loss_s = (killed_us - whole[len(came_back)].recorded_us) / SECOND_US
        totals["max_loss_s"] = max(totals["max_loss_s"], round(loss_s, 3))
    old = {e.body["sha256"] for e in came_back if e.recorded_us < killed_us - 5 * SECOND_US}
    totals["missing_old"] += len(old & set(restored.missing))
    lost.close()
    found.close()


def main(state_dir: str) -> None:
    """Store photo after photo until killed."""
    settings = replace(
        Settings(), state_dir=Path(state_dir), database_url=os.environ["EOC_DATABASE_URL"]
    )
    log = open_log(settings, "real")
    while True:
        log.append([store_photo(settings)], SystemClock().now_us())
        time.sleep(0.005)


if __name__ == "__main__":
    main(sys.argv[1])
