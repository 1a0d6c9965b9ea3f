"""Law ``tus``: over a line that is cut, reset and stalled every upload arrives whole.

Uploads run through the TCP proxy with the ``tuspy`` client; of each cut at most one chunk
is sent again.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from tests.proxy import Proxy
from tests.tus_client import CREW, jpeg, serving
from tests.wait import until

CHUNK_BYTES = 65_536
PHOTO_BYTES = 600_000
HEADER_BYTES = 2_000  # of one request; not part of a chunk
# per 200 cuts: what BASELINES.md asks for
SHARE = {"cut": 200, "reset": 50, "stall": 20}
MOST_TRIES = 400


def run(count: int, seed: int) -> dict[str, Any]:
    """Hinder ``count`` times by cuts (and resets and stalls in proportion).

    Returns:
        cuts, resets, stalls (that happened), uploads, and the violations: wrong (hash differs
        or photo not on the board), sent_again (cuts that cost more than one chunk), failed.
    """
    chance = random.Random(seed)
    troubles = [name for name, share in SHARE.items() for _ in range(max(1, count * share // 200))]
    chance.shuffle(troubles)
    figures = {"cuts": 0, "resets": 0, "stalls": 0, "uploads": 0}
    figures |= {"wrong": 0, "sent_again": 0, "failed": 0}
    with (
        tempfile.TemporaryDirectory(prefix="eoc-tus-") as folder,
        serving(Path(folder)) as server,
        Proxy(server.port) as proxy,
    ):
        while troubles:
            number = figures["uploads"] = figures["uploads"] + 1
            data = jpeg(seed * 100_000 + number, PHOTO_BYTES)
            _Upload(proxy, data, chance, troubles, figures).run()
        photos = server.client().photos().values()
        held = {p["sha256"] for p in photos if p["state"] == "received"}
        kept = {path.name: path for path in Path(folder).glob("real/media/original/??/*")}
        for number in range(1, figures["uploads"] + 1):
            sha256 = hashlib.sha256(jpeg(seed * 100_000 + number, PHOTO_BYTES)).hexdigest()
            whole = sha256 in kept and _sha(kept[sha256]) == sha256
            figures["wrong"] += not (whole and sha256 in held)
    return figures


class _Upload:
    """One photo sent with ``tuspy`` while the line misbehaves."""

    def __init__(
        self,
        proxy: Proxy,
        data: bytes,
        chance: random.Random,
        troubles: list[str],
        figures: dict[str, int],
    ) -> None:
        self.proxy, self.data, self.chance = proxy, data, chance
        self.troubles, self.figures = troubles, figures
        client = TusClient(f"http://127.0.0.1:{proxy.port}/uploads", {"X-Person": CREW})
        given = {"incident_id": "inc-1", "sha256": hashlib.sha256(data).hexdigest()}
        self.uploader = client.uploader(
            file_stream=BytesIO(data), chunk_size=CHUNK_BYTES, metadata=given
        )

    def run(self) -> None:
        """Send until all is there; try again as a phone does."""
        for _ in range(MOST_TRIES):
            trouble = self._arm()
            before, sent_before = self.uploader.offset, self.proxy.bytes_up
            try:
                self.uploader.upload()
            except (TusUploadFailed, TusCommunicationError):
                self._count(trouble, before, self.proxy.bytes_up - sent_before)
            else:
                self._disarm(trouble)
                return
        self.figures["failed"] += 1

    def _arm(self) -> str | None:
        if not self.troubles:
            return None
        trouble = self.troubles.pop()
        after = self.chance.randrange(1, 3 * CHUNK_BYTES)
        self.proxy.reset = trouble == "reset"
        if trouble == "stall":
            self.proxy.stall_after = after
            seconds = self.chance.uniform(0.05, 0.3)
            self.proxy.on_stall = lambda: threading.Timer(seconds, self._go_on).start()
        else:
            self.proxy.budget = after
        return trouble

    def _go_on(self) -> None:
        self.figures["stalls"] += 1
        self.proxy.stalled = False

    def _disarm(self, trouble: str | None) -> bool:
        """Keep a trouble that did not come about for the next try; tell whether there was one."""
        waiting = self.proxy.budget is not None or self.proxy.stall_after is not None
        self.proxy.budget = self.proxy.stall_after = None
        if trouble and waiting:
            self.troubles.append(trouble)
        return waiting

    def _count(self, trouble: str | None, before: int, sent: int) -> None:
        if not self._disarm(trouble):  # else: the server was still busy with the line cut before
            self.figures["resets" if trouble == "reset" else "cuts"] += trouble != "stall"
        if self.uploader.url is None:
            return  # cut within the creation: nothing was sent yet
        self.uploader.offset = until(self._offset, 10)[0]
        chunks = (sent // CHUNK_BYTES + 2) * HEADER_BYTES
        again = before + sent - chunks - self.uploader.offset
        self.figures["sent_again"] += again > CHUNK_BYTES

    def _offset(self) -> tuple[int] | None:
        try:
            return (self.uploader.get_offset(),)
        except (TusCommunicationError, TusUploadFailed):
            return None


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
