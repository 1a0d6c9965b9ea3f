"""Chromium against the real application: phone and wall, and what they may not do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.layer_server import LayerServer
from tests.browser.served import PASSWORD, Served
from tests.conftest import ROOT

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, WALL, DESK, NOTEBOOK = (390, 844), (1920, 1080), (1920, 1080), (1366, 768)
SHOTS = ROOT / "var" / "screenshots"  # looked at by people; git ignores it


@dataclass
class Watch:
    """What a context did that it may not: console errors, exceptions, foreign requests."""

    host: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)  # parts of console errors a test expects

    def follow(self, context: BrowserContext) -> None:
        """Collect from every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", lambda request: self._request(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.foreign.append(url)

    def clean(self) -> None:
        """Assert that nothing happened but what the test allowed."""
        assert self.foreign == []
        assert [e for e in self.errors if not any(part in e for part in self.allowed)] == []


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application, demo off, with people, tokens and the bundle; one for all tests.

    A test that breaks or restarts it starts one of its own.
    """
    if shutil.which("chromium") is None:
        pytest.skip("Debian's chromium is not installed: `apt-get install chromium`")
    server = Served(tmp_path_factory.mktemp("served"))
    server.seed()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Debian's chromium is not installed: `apt-get install chromium`")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


Open = Callable[..., BrowserContext]


@pytest.fixture
def watch(served: Served) -> Iterator[Watch]:
    """Collects console errors and foreign requests of the contexts; checked at the end."""
    collected = Watch(urlsplit(served.url).netloc)
    yield collected
    collected.clean()


@pytest.fixture
def context(browser: Browser, served: Served, watch: Watch) -> Iterator[Open]:
    """Open a signed-in context: ``context("patrol-1", PHONE, color_scheme="dark")``."""
    opened: list[BrowserContext] = []

    def open_(login: str, size: tuple[int, int], **options: object) -> BrowserContext:
        options.setdefault("locale", "ja-JP")
        made = browser.new_context(
            base_url=served.url, viewport={"width": size[0], "height": size[1]},
            timezone_id="Asia/Tokyo", **options,
        )  # fmt: skip
        made.set_default_timeout(15_000)
        watch.follow(made)
        opened.append(made)
        sign_in(made, login)
        return made

    yield open_
    for made in opened:
        made.close()


def sign_in(context: BrowserContext, login: str) -> None:
    """Sign in by the form, as a person does."""
    page = context.new_page()
    page.goto("/login")
    page.fill("#name", login)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    page.close()


@pytest.fixture
def phone(context: Open) -> BrowserContext:
    """A crew's phone in the town, 390 × 844, with its position allowed."""
    return context(
        "patrol-1", PHONE, permissions=["geolocation"], has_touch=True, is_mobile=True,
        geolocation={"longitude": 142.467, "latitude": 43.5883, "accuracy": 12},
        device_scale_factor=2,
    )  # fmt: skip


@pytest.fixture
def wall(context: Open) -> BrowserContext:
    """The big screen, 1920 × 1080."""
    return context("wall", WALL)


@pytest.fixture
def desk(context: Open) -> BrowserContext:
    """The desk of headquarters, 1920 × 1080."""
    return context("desk", DESK)


@pytest.fixture
def layers(shared: Path) -> LayerServer:
    """What the catalogue offers to a context, and how its data answers."""
    return LayerServer(shared)


@pytest.fixture
def office(context: Open) -> BrowserContext:
    """The 情報係 at a small notebook, 1366 × 768."""
    return context("joho", NOTEBOOK)


@pytest.fixture
def bare(served: Served) -> Iterator[Path]:
    """The folder of an empty shelf; what is published here is given to no other test."""
    folder = served.state_dir / "layers"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def shoot(page: Page, name: str) -> Path:
    """Keep a screenshot for people to look at; return its file."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path
