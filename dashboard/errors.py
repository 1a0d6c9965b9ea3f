"""Every error this program raises on purpose, as one tree.

EocError
├── Malformed          the shape of what was sent is wrong
├── Unauthenticated    nobody signed in
├── Forbidden          signed in, but the role may not
├── NotFound           no such incident, subject or file
│   └── NotYet         announced, still on its way
├── Conflict
│   ├── Stale          the decider had not seen the newest state
│   ├── IdReused       the same id came with other content
│   ├── OffsetMismatch an upload continued at the wrong byte
│   └── Locked         another request is writing the same upload
├── Refused            well formed, but not allowed in this state
├── Expired            the upload or token is past its time
├── TooLarge           more bytes or pixels than the limit
├── UnsupportedMedia   not one of the accepted picture types
├── BrokenMedia        the type is right, the content is damaged
├── ChecksumMismatch   the bytes differ from the hash announced
├── TooMany            rate limit
├── StorageFull        the disk is full
├── Busy               another writer held the log too long
└── Misconfigured      a setting is missing, unknown or wrong

Each message says what, which value, what to do. The table to HTTP is in ``app.py``.
"""

from __future__ import annotations

from typing import Any


class EocError(Exception):
    """Base of the tree; ``detail`` is machine-readable and goes to the sender."""

    code = "error"

    def __init__(self, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail

    def shape(self) -> dict[str, Any]:
        """Return the one JSON error shape, without its outer ``error`` key."""
        return {"code": self.code, "message": self.message, "detail": self.detail}


class Malformed(EocError):
    code = "malformed"


class Unauthenticated(EocError):
    code = "unauthenticated"


class Forbidden(EocError):
    code = "forbidden"


class NotFound(EocError):
    code = "not_found"


class NotYet(NotFound):
    code = "not_yet"


class Conflict(EocError):
    code = "conflict"


class Stale(Conflict):
    code = "stale"


class IdReused(Conflict):
    code = "id_reused"


class OffsetMismatch(Conflict):
    code = "offset_mismatch"


class Locked(Conflict):
    code = "locked"


class Refused(EocError):
    code = "refused"


class Expired(EocError):
    code = "expired"


class TooLarge(EocError):
    code = "too_large"


class UnsupportedMedia(EocError):
    code = "unsupported_media"


class BrokenMedia(EocError):
    code = "broken_media"


class ChecksumMismatch(EocError):
    code = "checksum_mismatch"


class TooMany(EocError):
    code = "too_many"


class StorageFull(EocError):
    code = "storage_full"


class Busy(EocError):
    code = "busy"


class Misconfigured(EocError):
    code = "misconfigured"
