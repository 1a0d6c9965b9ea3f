"""Large files: taken up where they broke off, under their name only when they are whole."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layers.errors import FetchFailed
from layers.fetching.checks import check
from layers.fetching.client import Answer, Client, TryAgain

LIMIT = 500 * 2**20
Progress = Callable[[int, int], None]  # bytes here, bytes in all (0: not known)
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch: its address, its format, where it goes, and what is written beside it."""

    url: str
    format: str
    path: Path
    about: Mapping[str, Any]
    limit: int = LIMIT


def silent(here: int, total: int) -> None:
    """Say nothing of the progress."""


def fetch_file(client: Client, wanted: Wanted, progress: Progress = silent) -> Path:
    """Fetch a file, or find that the one here is still right; return its path.

    Beside it lies ``<name>.json`` with address, ETag, date, size, SHA-256 and ``about`` (licence,
    attribution). A download that breaks off leaves ``<name>.part`` and goes on from there.

    Raises:
        FetchFailed: it cannot be had, or is not what it should be.
    """
    wanted.path.parent.mkdir(parents=True, exist_ok=True)
    client.tried(wanted.url, lambda: _once(client, wanted, progress))
    return wanted.path


def _once(client: Client, wanted: Wanted, progress: Progress) -> None:
    part, note = _beside(wanted.path, ".part"), _beside(wanted.path, ".json")
    begun = _read(_beside(part, ".json"))
    here = part.stat().st_size if part.exists() and _strong(begun) else 0
    headers = _going_on(begun, here) if here else _conditions(wanted.path, _read(note))
    with client.opened(wanted.url, headers, limit=wanted.limit - here) as (answer, chunks):
        if answer.unchanged:
            return
        if answer.missing:
            raise FetchFailed("The provider has no such file.", where=wanted.url)
        here = _kept(answer, here, part)
        _write(_beside(part, ".json"), _validators(answer))
        _receive(part, chunks, here, _total(answer, here), progress)
    _finish(wanted, part, _validators(answer))


def _kept(answer: Answer, here: int, part: Path) -> int:
    """Return how many bytes of what is here the answer goes on from."""
    if answer.status == 416:
        part.unlink(missing_ok=True)
        raise TryAgain("The file changed while it was fetched")
    if answer.status == 206:
        found = RANGE.fullmatch(answer.headers.get("content-range", ""))
        if not found or int(found[1]) != here:
            part.unlink(missing_ok=True)
            raise TryAgain("The provider goes on from another place than asked for")
        return here
    return 0


def _receive(
    part: Path, chunks: Iterator[bytes], here: int, total: int, progress: Progress
) -> None:
    with part.open("r+b" if here else "wb") as file:
        file.seek(here)
        for chunk in chunks:
            file.write(chunk)
            here += len(chunk)
            progress(here, total)
        file.truncate()
    if total and here != total:
        raise TryAgain(f"It ended after {here} of {total} bytes")


def _finish(wanted: Wanted, part: Path, validators: dict[str, str]) -> None:
    with part.open("rb") as file:
        head = file.read(4096)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        check(wanted.format, head, where=wanted.url)
    except FetchFailed:
        part.unlink()
        raise
    finally:
        _beside(part, ".json").unlink(missing_ok=True)
    size = part.stat().st_size
    part.replace(wanted.path)
    note = {"url": wanted.url, "bytes": size, "sha256": digest, **validators, **wanted.about}
    _write(_beside(wanted.path, ".json"), note)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, note: Mapping[str, Any]) -> None:
    new = _beside(path, ".new")
    new.write_text(json.dumps(dict(note), ensure_ascii=False, indent=1), encoding="utf-8")
    new.replace(path)


def _validators(answer: Answer) -> dict[str, str]:
    headers = answer.headers
    return {"etag": headers.get("etag", ""), "modified": headers.get("last-modified", "")}


def _strong(begun: Mapping[str, str]) -> str:
    # a weak ETag says "as good as", and half of one with half of the other is neither
    etag = begun.get("etag", "")
    return etag if etag and not etag.startswith("W/") else ""


def _going_on(begun: Mapping[str, str], here: int) -> dict[str, str]:
    return {"Range": f"bytes={here}-", "If-Range": _strong(begun)}


def _conditions(path: Path, note: Mapping[str, str]) -> dict[str, str]:
    if not path.exists():
        return {}
    asked = {"If-None-Match": note.get("etag"), "If-Modified-Since": note.get("modified")}
    return {name: value for name, value in asked.items() if value}


def _total(answer: Answer, here: int) -> int:
    length = int(answer.headers.get("content-length") or 0)
    return here + length if length else 0
