"""What `make run` shows: the demo fills the wall by itself. Its screenshot is the README's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import WALL, Watch, shoot, sign_in
from tests.browser.served import Served

pytestmark = pytest.mark.browser


class Demo(Served):
    """The application as `make run` starts it."""

    @property
    def environ(self) -> dict[str, str]:
        """The settings, demo on."""
        return super().environ | {"EOC_DEMO": "1"}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A running demo."""
    server = Demo(tmp_path)
    server.seed()
    server.start()
    yield server
    server.stop()


def test_the_demo_fills_the_wall_by_itself(demo: Demo, browser: Browser) -> None:
    watch = Watch(urlsplit(demo.url).netloc)
    context = browser.new_context(
        base_url=demo.url, viewport={"width": WALL[0], "height": WALL[1]}, locale="ja-JP",
        timezone_id="Asia/Tokyo",
    )  # fmt: skip
    watch.follow(context)
    sign_in(context, "wall")
    page = context.new_page()
    page.goto("/wall")
    expect(page.locator("#wall-instructions [data-instruction]").nth(1)).to_be_visible(
        timeout=120_000
    )
    expect(page.locator(".wall-strip figure").nth(5).locator("img")).to_be_visible(timeout=120_000)
    expect(page.locator("#eoc-title")).to_contain_text("デモ")
    assert page.locator(".eoc-marker").count() >= 5
    shoot(page, "readme-wall")
    context.close()
    watch.clean()
