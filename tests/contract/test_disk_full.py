"""A full disk is said (507 at the door), loses nothing, and passes without restart."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.errors import StorageFull
from dashboard.log.sqlite import SqliteLog
from tests.laws import disk_full
from tests.laws.drafts import draft


def test_writes_the_kernel_refuses_are_storage_full_and_pass_again() -> None:
    figures = disk_full.run(count=3, seed=823)
    assert figures["full"] == figures["rounds"] == 3
    assert (figures["lost"], figures["broken"], figures["stuck"]) == (0, 0, 0)
    assert figures["acknowledged"] >= 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(tmp_path)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("NO SMALL DISK: mounting a tmpfs needs root; the other test covers the law")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_small_disk_fills_and_recovers_when_space_is_freed(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(600_000))
    log = SqliteLog(small_disk / "real.db")
    acknowledged: dict[str, int] = {}
    assert disk_full.fill(log, acknowledged), "2 MB never filled"
    assert len(log.read()) == len(acknowledged) > 0
    with pytest.raises(StorageFull):
        disk_full.note(acknowledged, [], log.append([draft("雨" * 20_000)], 0))
    ballast.unlink()
    one = draft()
    disk_full.note(acknowledged, [one], log.append([one], 0))
    figures = disk_full.figures(log, acknowledged)
    assert (figures["lost"], figures["broken"]) == (0, 0)
    log.close()
