"""The words of tus 1.0.0: headers in, headers out. Pure; no file and no request is touched."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime

from dashboard.clock import to_datetime
from dashboard.errors import Malformed, OffsetMismatch, TooLarge

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
ALGORITHMS = ("sha1", "sha256")
CHUNK_TYPE = "application/offset+octet-stream"
MAX_METADATA_BYTES = 8_000
_DIGITS = re.compile(r"[0-9]{1,18}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUBJECT = re.compile(r"[0-9A-Za-z:_.-]{1,100}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Announced:
    """What the creation of an upload says: length in bytes, whose file and where it belongs."""

    length: int
    incident_id: str
    sha256: str
    filename: str = ""
    preview_of: str | None = None


@dataclass(frozen=True, slots=True)
class Checksum:
    """The hash a client promises for one chunk."""

    algorithm: str
    digest: bytes


def announced(headers: Mapping[str, str], max_bytes: int) -> Announced:
    """Return what ``Upload-Length`` and ``Upload-Metadata`` say.

    Raises:
        Malformed: a header is missing or cannot be read; names it and its value.
        TooLarge: the length is over ``max_bytes``.
    """
    if "Upload-Defer-Length" in headers:
        raise Malformed(
            "Upload-Defer-Length is not offered; send Upload-Length.", field="Upload-Defer-Length"
        )
    length = whole(headers, "Upload-Length")
    if length > max_bytes:
        raise too_large(length, max_bytes)
    given = metadata(headers.get("Upload-Metadata", ""))
    return Announced(
        length=length,
        incident_id=_matching(given, "incident_id", _SUBJECT),
        sha256=_matching(given, "sha256", _SHA256),
        filename=plain_name(given.get("filename", "")),
        preview_of=_matching(given, "preview_of", _SHA256) if given.get("preview_of") else None,
    )


def too_large(length: int, max_bytes: int) -> TooLarge:
    """Return the answer to more bytes than the limit, in Japanese: the crew reads it."""
    limit = max_bytes // 1_000_000
    return TooLarge(
        f"ファイルが大きすぎます（{length / 1e6:.0f} MB）。{limit} MB以下にして送ってください。",
        size=length, max_bytes=max_bytes,
    )  # fmt: skip


def metadata(header: str) -> dict[str, str]:
    """Return the pairs of ``Upload-Metadata``: ``key base64,key base64``.

    Raises:
        Malformed: not that form, a key twice, not base64 or not UTF-8.
    """
    if len(header) > MAX_METADATA_BYTES:
        raise _bad("Upload-Metadata", header, f"is longer than {MAX_METADATA_BYTES} bytes")
    pairs: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in header.split(","))):
        key, _, value = part.partition(" ")
        if key in pairs:
            raise _bad("Upload-Metadata", key, "comes twice")
        pairs[key] = _decoded(key, value.strip())
    return pairs


def _decoded(key: str, value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _bad(f"Upload-Metadata {key}", value, "is not base64 of UTF-8") from None


def _matching(given: Mapping[str, str], key: str, pattern: re.Pattern[str]) -> str:
    value = given.get(key, "")
    if not pattern.fullmatch(value):
        raise _bad(f"Upload-Metadata {key}", value, f"must match {pattern.pattern}")
    return value


def plain_name(name: str) -> str:
    """Return a file's name for screens: no folders, no control or direction characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _CONTROL.sub("", last)[:200]


def whole(headers: Mapping[str, str], name: str) -> int:
    """Return a header that must be a whole number of bytes.

    Raises:
        Malformed: missing, or not digits only.
    """
    value = headers.get(name, "")
    if not _DIGITS.fullmatch(value):
        raise _bad(name, value, "must be a whole number of bytes")
    return int(value)


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Return the chunk's promised hash, or None when the client promises none.

    Raises:
        Malformed: an algorithm not offered, or not base64.
    """
    header = headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, text = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise _bad("Upload-Checksum", header, f"algorithm must be one of {', '.join(ALGORITHMS)}")
    try:
        return Checksum(algorithm, base64.b64decode(text.strip(), validate=True))
    except binascii.Error:
        raise _bad("Upload-Checksum", header, "is not base64") from None


def check_offset(claimed: int, offset: int) -> None:
    """Check that a chunk continues where the stored bytes end.

    Raises:
        OffsetMismatch: it does not; the detail says where to go on.
    """
    if claimed != offset:
        raise OffsetMismatch(
            f"Upload-Offset is {claimed}, but {offset} bytes lie here; go on from {offset}.",
            offset=offset,
        )


def http_date(us: int) -> str:
    """Return microseconds UTC as the date form of HTTP headers."""
    return format_datetime(to_datetime(us), usegmt=True)


def _bad(field: str, value: str, why: str) -> Malformed:
    return Malformed(f"{field} {why}; got {value[:80]!r}.", field=field, value=value[:80])
