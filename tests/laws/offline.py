"""Law ``offline``: reports and photos queued on a phone page, the browser killed while sending.

Chromium writes ``count`` reports with a photo each while offline; then it sends, and is
killed with SIGKILL again and again in the middle. Every report and photo must be there once.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright, sync_playwright

from tests.browser.conftest import ARGUMENTS, sign_in
from tests.browser.served import Served
from tests.tus_client import jpeg
from tests.wait import until

PHOTO_BYTES = 200_000
KILLS_PER_500 = 20
LEAST_KILLS = 3
WAITING = "document.querySelectorAll('#reports [data-state=waiting]').length"


def run(count: int, seed: int) -> dict[str, Any]:
    """Queue ``count`` reports with a photo each and kill the browser while it sends them.

    Returns:
        reports, kills, and the violations: lost, double (reports), photos_lost, photos_double.
    """
    chance = random.Random(seed)
    kills = max(LEAST_KILLS, count * KILLS_PER_500 // 500)
    with tempfile.TemporaryDirectory(prefix="eoc-offline-") as folder:
        state_dir = Path(folder) / "state"
        state_dir.mkdir()
        server = Served(state_dir, worker=False)
        server.seed()
        server.start()
        try:
            with sync_playwright() as play:
                phone = Phone(play, Path(folder) / "profile", server)
                phone.write(count, seed)
                done = sum(phone.send_and_die(chance.uniform(0.2, 1.5)) for _ in range(kills))
                phone.send_all(count)
            return {"reports": count, "kills": done} | _missing(server, phone.incident, count, seed)
        finally:
            server.stop()


class Phone:
    """A browser profile that outlives its browsers."""

    def __init__(self, play: Playwright, profile: Path, server: Served) -> None:
        self.play, self.profile, self.server = play, profile, server
        self.incident = server.open_incident()
        self.cookies: list[Any] = []

    @contextmanager
    def opened(self, *, offline: bool = False) -> Iterator[tuple[BrowserContext, Page]]:
        """Start the browser on the phone page."""
        context = self.play.chromium.launch_persistent_context(
            str(self.profile), executable_path=shutil.which("chromium"), args=ARGUMENTS,
            base_url=self.server.url, viewport={"width": 390, "height": 844}, locale="ja-JP",
        )  # fmt: skip
        try:
            if self.cookies:
                context.add_cookies(self.cookies)  # Chromium itself keeps them half a minute late
            else:
                sign_in(context, "patrol-1")
                self.cookies = context.cookies()
            page = context.new_page()
            page.goto(f"/field?incident={self.incident}")
            page.wait_for_selector("#categories button")
            context.set_offline(offline)
            yield context, page
        finally:
            with suppress(Error):  # it was killed
                context.close()

    def write(self, count: int, seed: int) -> None:
        """Fill the outbox while there is no line, then kill the browser."""
        with self.opened(offline=True) as (_, page):
            for number in range(count):
                data = jpeg(seed * 100_000 + number, PHOTO_BYTES)
                file = {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": data}
                page.set_input_files("#files", file)
                page.fill("#words", f"通報 {number}")
                page.click("#send")
                until(lambda: page.input_value("#words") == "", 20)
            until(lambda: page.evaluate(WAITING) == count, 20)
            self.kill()

    def send_and_die(self, seconds: float) -> bool:
        """Let it send for a moment, then kill it; True when something still waited."""
        with self.opened() as (_, page):
            page.wait_for_timeout(seconds * 1000)
            waiting = bool(page.evaluate(WAITING))
            self.kill()
            return waiting

    def send_all(self, count: int) -> None:
        """Let it send to the end."""
        with self.opened() as (_, page):
            page.wait_for_selector("[data-state=live]", timeout=30_000)
            until(lambda: page.evaluate(WAITING) == 0, 60 + 2 * count, every=0.2)
            page.wait_for_selector("#unsent", state="hidden", timeout=60_000)

    def kill(self) -> None:
        """SIGKILL the browser of this profile, and wait until it is gone."""
        found = self._pids()
        assert found, "the browser to kill was not found"
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not self._pids(), 20)
        (self.profile / "SingletonLock").unlink(missing_ok=True)

    def _pids(self) -> list[int]:
        mark = f"--user-data-dir={self.profile}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue  # it ended meanwhile
            if mark in words and not any(w.startswith(b"--type=") for w in words):
                found.append(int(entry.name))
        return found


def _missing(server: Served, incident: str, count: int, seed: int) -> dict[str, int]:
    texts = [f["properties"]["text"] for f in server.features(incident, "report")]
    photos = [
        f["properties"]["sha256"]
        for f in server.features(incident, "photo")
        if f["properties"]["state"] in ("received", "rendered")
    ]
    hashes = {
        hashlib.sha256(jpeg(seed * 100_000 + n, PHOTO_BYTES)).hexdigest() for n in range(count)
    }
    return {
        "lost": count - len(set(texts)),
        "double": len(texts) - len(set(texts)),
        "photos_lost": len(hashes - set(photos)),
        "photos_double": len(photos) - len(set(photos)),
    }
