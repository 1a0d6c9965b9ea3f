"""The reference of ``ingest``: a bare WSGI handler that streams to a file and fsyncs.

``python -m tests.bench.bare_server FOLDER``: the same server class as ours, nothing else.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.app_server import serve

PIECE = 262_144


def main(folder: str) -> None:
    """Serve until killed."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        left = int(environ.get("CONTENT_LENGTH") or 0)
        with (place / uuid.uuid4().hex).open("wb") as file:
            while left and (piece := environ["wsgi.input"].read(min(PIECE, left))):
                file.write(piece)
                left -= len(piece)
            file.flush()
            os.fsync(file.fileno())
        start_response("201 Created", [("Content-Length", "0")])
        return []

    serve(app, {})


if __name__ == "__main__":
    main(*sys.argv[1:])
