"""``GET {prefix}/media/{sha256}[/{variant}]``: pictures to those who may see their photo.

Variants carry no metadata and go to every audience of the photo; the original, with all a
camera wrote into it, goes to headquarters only, as a download, and leaves an audit line.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, request, send_file

from dashboard import native
from dashboard.errors import Forbidden, NotFound, NotYet
from dashboard.people import People
from dashboard.principal import ADMIN, COMMANDER, DESK, Principal, current_principal
from dashboard.projections.subject import Subject
from dashboard.projections.visible import visible
from dashboard.realm import Realm

MAY_HAVE_ORIGINAL = frozenset({COMMANDER, DESK, ADMIN})
VARIANTS = ("320", "1600")
A_YEAR_S = 31_536_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
# a picture is data: it may run nothing, load nothing and be framed by nobody
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Found(NamedTuple):
    """A file to send, its content type and whether it can ever change."""

    path: Path
    content_type: str
    final: bool


def blueprint(realm: Realm, people: People) -> Blueprint:
    """Return the media door of a realm."""
    door = Blueprint(f"media_{realm.name}", __name__, url_prefix=f"{realm.prefix}/media")
    routes = Routes(realm, people)
    door.add_url_rule("/<sha256>", "original", routes.original)
    door.add_url_rule("/<sha256>/<variant>", "variant", routes.variant)
    return door


class Routes:
    """The views of one realm."""

    def __init__(self, realm: Realm, people: People) -> None:
        self.realm, self.people = realm, people

    def original(self, sha256: str) -> Response:
        """Send the untouched file as a download, and note who took it."""
        who = current_principal()
        photo = self._photo(sha256, who)
        if not who.roles(self.realm.name) & MAY_HAVE_ORIGINAL:
            raise Forbidden(
                "The original goes to headquarters only; ask for /320 or /1600.",
                field="role", roles=sorted(who.roles(self.realm.name)),
            )  # fmt: skip
        if photo.get("state") in ("announced", "preview"):
            raise _not_yet(sha256)
        if not self.realm.media.has(sha256):
            raise NotFound("The original was not kept here.", sha256=sha256)
        answer = send_file(
            self.realm.media.path(sha256).absolute(),
            mimetype="application/octet-stream",
            as_attachment=True,
            download_name=photo.get("filename") or f"{sha256[:12]}.bin",
            etag=sha256,
            max_age=0,
            conditional=True,
        )
        if answer.status_code != 304:
            native.run(
                self.people.audit.note, "media.original", who.person_id,
                realm=self.realm.name, address=request.remote_addr or "", target=sha256,
            )  # fmt: skip
        return _sealed(answer, "private, no-cache")

    def variant(self, sha256: str, variant: str) -> Response:
        """Send a picture made for screens; the phone's preview while there is none."""
        if variant not in VARIANTS:
            raise NotFound(f"There is no variant {variant[:20]}; ask for 320 or 1600.")
        photo = self._photo(sha256, current_principal())
        found = self._picture(photo, sha256, variant)
        answer = send_file(
            found.path.absolute(),
            mimetype=found.content_type,
            etag=f"{sha256}-{variant}-{found.final:d}",
            conditional=True,
        )
        forever = f"private, max-age={A_YEAR_S}, immutable"
        return _sealed(answer, forever if found.final else "private, no-cache")

    def _picture(self, photo: Subject, sha256: str, variant: str) -> Found:
        if photo.get("state") == "refused":
            refusal = photo.get("refusal") or {}
            raise NotFound(refusal.get("message", "The file was refused."), sha256=sha256)
        if variant in (photo.get("variants") or ()):
            media = self.realm.media
            kind = media.content_type(sha256, variant)
            return Found(media.variant_path(sha256, variant), kind, final=True)
        preview = photo.get("preview_sha256")
        if preview is None:
            raise _not_yet(sha256)
        media = self.realm.media
        return Found(media.path(preview), media.content_type(preview), final=False)

    def _photo(self, sha256: str, who: Principal) -> Subject:
        """Return a photo of this hash that the sender may see; what is hidden is not there."""
        audience = who.audience(self.realm.name)
        if audience and _SHA256.fullmatch(sha256):
            for board in self.realm.live.opened():
                for subject_id in board.photos_by_sha(sha256):
                    if visible(board.subjects[subject_id], audience):
                        return board.subjects[subject_id]
        raise NotFound(f"There is no media {sha256[:64]} here.", sha256=sha256[:64])


def _not_yet(sha256: str) -> NotYet:
    return NotYet("写真はまだ届いていません。しばらくお待ちください。", sha256=sha256)


def _sealed(answer: Response, caching: str) -> Response:
    answer.headers["Cache-Control"] = caching
    for name, value in HEADERS.items():
        answer.headers[name] = value
    return answer
