"""The last byte has come: prove the hash, read the header, keep the file, write the event.

Every step may be repeated: a process killed between any two of them settles the upload
when the phone asks again or the sweeper passes, and no second row is made, because the
ids of the events follow from what they say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard import errors, native
from dashboard.clock import iso
from dashboard.commands import Sender, submit
from dashboard.errors import BrokenMedia, ChecksumMismatch, EocError, IdReused, UnsupportedMedia
from dashboard.events import derived_id
from dashboard.media.photo import PhotoFacts, read_header
from dashboard.realm import Realm
from dashboard.uploads.store import Upload, UploadStore, done

REFUSALS = (UnsupportedMedia, BrokenMedia, errors.TooLarge)
BY_CODE = {error.code: error for error in REFUSALS}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the media store: its size in bytes and what its header says."""

    size: int
    facts: PhotoFacts


class Arrivals:
    """Settles complete uploads of one realm; ``zone`` is that of times that carry none."""

    def __init__(self, realm: Realm, store: UploadStore, zone: str) -> None:
        self.realm, self.store, self.zone = realm, store, zone

    def settle(self, upload: Upload) -> Upload:
        """Return the upload with its answer; the file and its events are durable by then.

        Raises:
            ChecksumMismatch: the file is not the one announced; its bytes are removed.
            UnsupportedMedia, BrokenMedia, TooLarge: the file is no picture we take;
                headquarters sees that as ``photo.refused``.
            StorageFull, Busy: ask again, nothing is lost.
        """
        if upload.done is None:
            upload = self._decide(upload)
        refused = (upload.done or {}).get("refused")
        if refused:
            raise BY_CODE[refused["code"]](refused["message"], **refused["detail"])
        return upload

    def _decide(self, upload: Upload) -> Upload:
        try:
            kept = native.run(self._bring_in, upload)
        except ChecksumMismatch:
            native.run(self.store.remove, upload.id)
            raise
        except REFUSALS as error:
            self._refuse(upload, error)
            answer: dict[str, Any] = {"refused": error.shape()}
            native.run(self.store.bin(upload.id).unlink, missing_ok=True)
        else:
            answer = {"seqs": self._append(upload, *_said(upload, kept))}
        fresh = done(upload, answer)
        native.run(self.store.save, fresh)
        return fresh

    def _bring_in(self, upload: Upload) -> Kept:
        """Prove, read and adopt the file; a file adopted before a crash is read again."""
        path, sha256 = self.store.bin(upload.id), upload.announced.sha256
        if not path.exists():
            path = self.realm.media.path(sha256)
            return self._read(path, upload)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise ChecksumMismatch(
                "届いたファイルが送信元と一致しません。もう一度送ってください。",
                announced=sha256, found=found,
            )  # fmt: skip
        kept = self._read(path, upload)
        self.realm.media.adopt(path, sha256)
        return kept

    def _read(self, path: Path, upload: Upload) -> Kept:
        facts = read_header(path, upload.announced.filename, self.zone)
        return Kept(path.stat().st_size, facts)

    def _refuse(self, upload: Upload, error: EocError) -> None:
        """Tell headquarters. A refused preview says nothing about its original."""
        if upload.announced.preview_of is None:
            body = {
                "sha256": upload.announced.sha256,
                "code": error.code,
                "message": error.message[:2000],
            }
            self._append(upload, "photo.refused", upload.announced.sha256, body)

    def _append(self, upload: Upload, kind: str, original: str, body: dict[str, Any]) -> list[int]:
        """Append one event per photo announced with the hash ``original``; return the seqs."""
        live, incident_id = self.realm.live, upload.announced.incident_id
        board = live.board(incident_id)
        subjects = board.photos_by_sha(original)
        if not subjects:  # another process may just have taken the announcement
            live.catch_up()
            subjects = board.photos_by_sha(original) or [f"photo:{original}"]
        now_us = self.realm.clock.now_us()
        raws = [
            {
                "id": derived_id(board.incident_id, kind, subject_id, body["sha256"]),
                "kind": kind, "v": 1, "subject_id": subject_id,
                "occurred_at": iso(upload.created_us), "sent_at": iso(now_us), "body": body,
            }
            for subject_id in subjects
        ]  # fmt: skip
        sender = Sender(
            frozenset({"system"}), "uploads",
            person_id=upload.person_id, device_id=upload.device_id,
        )  # fmt: skip
        answers = submit(self.realm.log, board, raws, sender, now_us)
        live.catch_up()
        return [_seq(outcome) for _, outcome in answers]


def _seq(outcome: Any) -> int:
    if isinstance(outcome, IdReused):
        # the same file by another sender or an older header reader: the first row stands
        return 0
    if isinstance(outcome, EocError):
        raise outcome
    return int(outcome.seq)


def _said(upload: Upload, kept: Kept) -> tuple[str, str, dict[str, Any]]:
    """Return kind, hash of the original and body of what is to be written."""
    announced = upload.announced
    body: dict[str, Any] = {"sha256": announced.sha256, "size": kept.size}
    facts = kept.facts.as_body()
    if announced.preview_of:
        body |= {name: facts[name] for name in ("content_type", "width", "height")}
        body["preview_of"] = announced.preview_of
        return "photo.preview_received", announced.preview_of, body
    body |= {"filename": announced.filename, **facts}
    return "photo.received", announced.sha256, body
