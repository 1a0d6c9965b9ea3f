"""The law ``offline`` at a reduced, seeded count; ``make soak ONLY=offline`` runs it in full."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.laws import offline


@pytest.mark.browser
def test_a_browser_killed_while_sending_loses_nothing_and_sends_nothing_twice() -> None:
    if shutil.which("chromium") is None:
        pytest.skip("Debian's chromium is not installed: `apt-get install chromium`")
    with ThreadPoolExecutor(1) as apart:  # this thread may already hold a Playwright
        figures = apart.submit(offline.run, 12, 7).result()
    assert figures["kills"] > 0, figures
    assert {figures[name] for name in ("lost", "double", "photos_lost", "photos_double")} == {0}
