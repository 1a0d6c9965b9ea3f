"""``GET {prefix}/api/v1/incidents/{id}/export.{format}``: the board as a file of geodata.

The file is written outside the loop of sockets, one at a time, sent from a handle whose name
is already gone: nothing of it stays, whatever becomes of the request.
"""

from __future__ import annotations

import errno
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from flask import Blueprint, Response, request, send_file

from dashboard import native
from dashboard.answers import seq_of
from dashboard.errors import Malformed, NotFound, StorageFull
from dashboard.media.store import MediaStore
from dashboard.people import People
from dashboard.principal import current_principal
from dashboard.projections.board import Board
from dashboard.realm import DRILL, Realm
from dashboard.reports.geodata import LEFT_OUT, Wanted, export_board
from layers.export import FORMATS, Exported
from layers.export.names import plain

PICTURES = ("1600", "320")  # the best there is


def blueprint(realm: Realm, people: People) -> Blueprint:
    """Return the export door of a realm."""
    door = Blueprint(f"export_{realm.name}", __name__, url_prefix=f"{realm.prefix}/api/v1")
    routes = Routes(realm, people)
    door.add_url_rule("/incidents/<incident_id>/export.<name>", "export", routes.export)
    return door


class Routes:
    """The view of one realm."""

    def __init__(self, realm: Realm, people: People) -> None:
        self.realm, self.people = realm, people
        self._turn = threading.Lock()  # an export takes a processor for itself

    def export(self, incident_id: str, name: str) -> Response:
        """Send the board, now or as known at a seq or time, as one file."""
        if name not in FORMATS:
            raise NotFound(f"There is no format {name[:20]!r}; ask for {', '.join(FORMATS)}.")
        live = self.realm.live
        live.board(incident_id)
        known = request.args.get("known_at")
        seq = seq_of(known, live.seq_at) if known else live.position
        board, wanted = live.as_known(incident_id, seq), self._wanted()
        with self._turn:
            file, made = native.run(_written, board, wanted, name, opener(self.realm.media))
        mark = f"{wanted.mark}_" if wanted.mark else ""
        answer = send_file(
            file,
            mimetype=made.mimetype,
            as_attachment=True,
            download_name=f"{mark}board_{plain(incident_id, 'incident')}.{made.extension}",
            max_age=0,
        )
        answer.content_length = file.seek(0, 2)
        file.seek(0)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    def _wanted(self) -> Wanted:
        audience = current_principal().audience(self.realm.name) or "nobody"
        teams = {team["id"]: team["name"] for team in self.people.teams()}
        mark = "訓練" if self.realm.name == DRILL else ""
        return Wanted(audience, _types(), teams, mark)


def opener(media: MediaStore) -> Callable[[str], bytes | None]:
    """Return what opens the picture of a photo: never the original, with all it tells."""

    def opened(sha256: str) -> bytes | None:
        for variant in PICTURES:
            path = media.variant_path(sha256, variant)
            if path.is_file():
                return path.read_bytes()
        return None

    return opened


def _types() -> frozenset[str]:
    given = [t for t in request.args.get("types", "").split(",") if t]
    for type_ in given:
        if type_ in LEFT_OUT:
            raise Malformed(
                f"types holds {type_!r}, which is no thing on a map; ask for report, photo, "
                "instruction or road_closure.", field="types", value=type_,
            )  # fmt: skip
    return frozenset(given)


def _written(
    board: Board, wanted: Wanted, name: str, pictures: Callable[[str], bytes | None]
) -> tuple[IO[bytes], Exported]:
    """Write the file; return it open, its name already gone."""
    try:
        with tempfile.TemporaryDirectory(prefix="eoc-export-") as folder:
            made = export_board(board, wanted, name, Path(folder) / "board", pictures)
            return made.path.open("rb"), made
    except (OSError, sqlite3.OperationalError) as error:
        if _is_full(error):
            raise StorageFull(
                "保存先の空き容量がなく、書き出せませんでした。情報係に連絡してください。",
                reason="storage_full",
            ) from error
        raise


def _is_full(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) in (
        errno.ENOSPC,
        errno.EDQUOT,
    )
