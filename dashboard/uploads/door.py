"""``{prefix}/uploads``: bytes enter by tus 1.0.0, and only here.

Offered: creation, creation-with-upload, checksum, expiration, termination. The answer to
the last byte comes after the file and its event are durable.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from flask import Blueprint, Response, g, jsonify, request

from dashboard import native
from dashboard.config import Settings
from dashboard.errors import (
    ChecksumMismatch,
    EocError,
    Expired,
    Forbidden,
    Locked,
    Malformed,
    NotFound,
    UnsupportedMedia,
)
from dashboard.events import KINDS
from dashboard.principal import Principal, current_principal
from dashboard.realm import Realm
from dashboard.uploads import protocol
from dashboard.uploads.arrival import Arrivals
from dashboard.uploads.receive import Readers, pieces, receive
from dashboard.uploads.store import HOUR_US, Upload, UploadStore, new_id

SENDERS = KINDS["photo.announced"].roles


def blueprint(realm: Realm, settings: Settings) -> Blueprint:
    """Return the upload door of a realm, to be registered under ``realm.prefix``."""
    door = Door(realm, settings)
    found = Blueprint(f"uploads_{realm.name}", __name__, url_prefix=f"{realm.prefix}/uploads")
    # Flask must not answer OPTIONS and HEAD by itself: tus says what is in them
    for rule, methods, view in (
        ("", ["OPTIONS"], door.options),
        ("", ["POST"], door.create),
        ("/<upload_id>", ["OPTIONS"], door.options),
        ("/<upload_id>", ["HEAD", "PATCH", "DELETE", "POST"], door.one),
    ):
        found.add_url_rule(
            rule, f"{view.__name__}_{len(rule)}", view, methods=methods,
            provide_automatic_options=False,
        )  # fmt: skip
    found.before_request(door.check_version)
    found.after_request(door.stamp)
    return found


class Door:
    """The requests of tus for one realm."""

    def __init__(self, realm: Realm, settings: Settings) -> None:
        self.realm = realm
        self.store = UploadStore(realm.folder / "uploads")
        self.arrivals = Arrivals(realm, self.store, settings.timezone)
        self.readers = Readers()
        self.max_bytes = settings.max_upload_mb * 1_000_000
        self.keep_us = settings.upload_hours * HOUR_US
        self.views = {"HEAD": self.head, "PATCH": self.patch, "DELETE": self.delete}

    def check_version(self) -> Response | None:
        """Refuse another version of the protocol, as it asks: 412 with ours."""
        if request.method == "OPTIONS" or request.headers.get("Tus-Resumable") == protocol.VERSION:
            return None
        error = Malformed(
            f"Tus-Resumable must be {protocol.VERSION}.",
            field="Tus-Resumable", value=request.headers.get("Tus-Resumable"),
        )  # fmt: skip
        answer = Response(status=412, headers={"Tus-Version": protocol.VERSION})
        if request.method != "HEAD":
            answer = jsonify(error=error.shape())
            answer.status_code, answer.headers["Tus-Version"] = 412, protocol.VERSION
        return answer

    def stamp(self, answer: Response) -> Response:
        """Put the headers of the protocol on every answer, refusals included."""
        answer.headers["Tus-Resumable"] = protocol.VERSION
        answer.headers["Cache-Control"] = "no-store"
        if location := g.get("upload_location"):
            # also on a refusal: the client can go on once the disk has room
            answer.headers["Location"] = location
        return answer

    def options(self, upload_id: str = "") -> Response:
        """Say what this door offers."""
        return Response(
            status=204,
            headers={
                "Tus-Version": protocol.VERSION,
                "Tus-Extension": protocol.EXTENSIONS,
                "Tus-Max-Size": str(self.max_bytes),
                "Tus-Checksum-Algorithm": ",".join(protocol.ALGORITHMS),
            },
        )

    def create(self) -> Response:
        """Make an upload; bytes may come along (creation-with-upload)."""
        who = self._sender()
        announced = protocol.announced(request.headers, self.max_bytes)
        body_length = self._body_length(announced.length)
        self.realm.live.board(announced.incident_id)
        now_us = self.realm.clock.now_us()
        upload = Upload(
            new_id(), _owner(who), announced, now_us, now_us + self.keep_us,
            person_id=who.person_id, device_id=who.device_id,
        )  # fmt: skip
        native.run(self.store.begin, upload)
        g.upload_location = f"{self.realm.prefix}/uploads/{upload.id}"
        try:
            answer = self._take(upload, 0, body_length, status=201)
        except EocError as error:
            native.run(self._save_refused, upload, error)
            raise
        if not self.store.has(upload.id):  # all in one request takes one write: with its answer
            native.run(self.store.save, upload)
        return answer

    def _save_refused(self, upload: Upload, error: EocError) -> None:
        """Let the client go on later, but not with a file that proved to be another."""
        wrong_file = isinstance(error, ChecksumMismatch) and not self.store.bin(upload.id).exists()
        if not wrong_file and not self.store.has(upload.id):
            self.store.save(upload)

    def one(self, upload_id: str) -> Response:
        """Serve HEAD, PATCH and DELETE; a proxy that knows only POST may name them."""
        method = request.headers.get("X-HTTP-Method-Override", request.method).upper()
        if method not in self.views:
            raise Malformed(f"An upload has no {method}; use PATCH.", field="method", value=method)
        upload = self._own(upload_id)
        return self.views[method](upload)

    def head(self, upload: Upload) -> Response:
        """Say where to go on. What is complete but unanswered is settled first."""
        if self.store.offset(upload) == upload.announced.length:
            upload = self._settle(upload)
        answer = self._state(upload, 200)
        answer.headers["Upload-Length"] = str(upload.announced.length)
        return answer

    def patch(self, upload: Upload) -> Response:
        """Append bytes at the offset where the stored ones end."""
        claimed = protocol.whole(request.headers, "Upload-Offset")
        _check_type()
        protocol.check_offset(claimed, self.store.offset(upload))
        length = self._body_length(upload.announced.length - claimed)
        return self._take(upload, claimed, length, status=204)

    def delete(self, upload: Upload) -> Response:
        """Forget an upload. A photo already received stays."""
        with contextlib.suppress(NotFound), self._writing(upload):
            self.store.remove(upload.id)
        self.store.remove(upload.id)
        return Response(status=204)

    def _take(self, upload: Upload, claimed: int, length: int, status: int) -> Response:
        promised = protocol.checksum(request.headers)
        if length and upload.done is None:
            with self._writing(upload) as fd:
                protocol.check_offset(claimed, self.store.offset(upload))
                body = pieces(
                    request.environ["wsgi.input"], length, lambda: self.readers.waiting(upload.id)
                )
                receive(self.store, upload, fd, body, length=length, promised=promised)
                if self.store.offset(upload) == upload.announced.length:
                    upload = self.arrivals.settle(upload)
        elif self.store.offset(upload) == upload.announced.length:
            upload = self._settle(upload)
        return self._state(upload, status)

    def _settle(self, upload: Upload) -> Upload:
        """Answer a complete upload once; whoever asks meanwhile waits with 423."""
        if upload.done is None and self.store.bin(upload.id).exists():
            with self._writing(upload):
                # another request may have settled it while this one waited for the lock
                known = self.store.has(upload.id)
                return self.arrivals.settle(self.store.get(upload.id) if known else upload)
        return self.arrivals.settle(upload)

    @contextlib.contextmanager
    def _writing(self, upload: Upload) -> Iterator[int]:
        """Take the lock of an upload, from a silent older request if need be."""
        lock = self.store.writing(upload.id)
        try:
            fd = lock.__enter__()
        except Locked:
            if not self.readers.interrupt(upload.id):
                raise
            lock = self.store.writing(upload.id)
            fd = lock.__enter__()
        try:
            yield fd
        finally:
            lock.__exit__(None, None, None)

    def _state(self, upload: Upload, status: int) -> Response:
        answer = Response(status=status)
        answer.headers["Upload-Offset"] = str(self.store.offset(upload))
        if upload.done is None:
            answer.headers["Upload-Expires"] = protocol.http_date(upload.expires_us)
        return answer

    def _body_length(self, room: int) -> int:
        """Return the bytes this request brings, checked before one is read."""
        length = request.content_length
        if length is None and request.environ.get("HTTP_TRANSFER_ENCODING"):
            raise Malformed("Send Content-Length, not chunks.", field="Transfer-Encoding")
        if (length or 0) > room:
            raise Malformed(
                f"The body has {length} bytes, but only {room} are missing.",
                field="Content-Length", value=length,
            )  # fmt: skip
        if length:
            _check_type()
        return length or 0

    def _sender(self) -> Principal:
        who = current_principal()
        if not who.roles(self.realm.name) & SENDERS:
            raise Forbidden(
                "Your role may not send photos; ask the desk.",
                field="role", roles=sorted(who.roles(self.realm.name)),
            )  # fmt: skip
        return who

    def _own(self, upload_id: str) -> Upload:
        """Return the sender's own upload; another's is as if it were not there."""
        who = self._sender()
        upload = self.store.get(upload_id)
        if upload.owner != _owner(who):
            raise NotFound(f"There is no upload {upload_id}; create a new one.", id=upload_id)
        if upload.done is None and self.realm.clock.now_us() > upload.expires_us:
            raise Expired(f"Upload {upload_id} has expired; create a new one.", id=upload_id)
        return upload


def _owner(who: Principal) -> str:
    return who.person_id or f"device:{who.device_id}"


def _check_type() -> None:
    if request.mimetype != protocol.CHUNK_TYPE:
        raise UnsupportedMedia(
            f"Content-Type must be {protocol.CHUNK_TYPE}.",
            field="Content-Type", value=request.mimetype,
        )  # fmt: skip
