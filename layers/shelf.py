"""The shelf: every layer ever imported or fetched, as a file that never changes, by its SHA-256.

``<folder>/<sha256>.geojson`` are the layers; ``<folder>/index.jsonl`` says, a line for each
time one was put, which name it got. The last line of a name counts; the others are its history.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import orjson

from layers.collection import canonical, encoded, to_collection
from layers.errors import BrokenFile, NotThere
from layers.schema import Collection, Metadata

__all__ = ["Shelf", "Version", "to_collection"]

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Version:
    """One time a name was put on the shelf; ``put_at`` is ISO 8601, UTC."""

    sha256: str
    put_at: str
    metadata: Metadata


class Shelf:
    """Layers by name and by hash in a folder; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, collection: Collection, metadata: Metadata) -> str:
        """Keep a FeatureCollection (EPSG:4326) under ``metadata.name``; return its SHA-256.

        The file is whole or absent, whenever the power fails. The same content under the same
        name is kept once.
        """
        return self._put(canonical({**collection, "metadata": metadata.as_dict()}), metadata)

    def put_frame(self, frame: geopandas.GeoDataFrame, metadata: Metadata) -> str:
        """Keep a frame as :meth:`put` would keep its collection; many times faster."""
        return self._put(encoded(frame, metadata), metadata)

    def _put(self, data: bytes, metadata: Metadata) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if not self._place(sha256).exists():
                self._write(self._place(sha256), data)
            history = [v for v in self._versions() if v.metadata.name == metadata.name]
            if not history or history[-1].sha256 != sha256:
                self._note(sha256, metadata)
        return sha256

    def get(self, name: str) -> tuple[str, Metadata]:
        """Return the hash and metadata in force under a name.

        Raises:
            NotThere: nothing was ever put under it.
        """
        last = self.history(name)[-1]
        return last.sha256, last.metadata

    def collection(self, sha256: str) -> Collection:
        """Return a layer by its hash.

        Raises:
            NotThere: there is none.
            BrokenFile: the file is not what its name says.
        """
        data = self.path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BrokenFile("The file was changed; take it back from a backup.", where=sha256)
        found: Collection = orjson.loads(data)
        return found

    def path(self, sha256: str) -> Path:
        """Return the file of a layer.

        Raises:
            NotThere: there is none of this hash.
        """
        if not SHA256.fullmatch(sha256) or not self._place(sha256).exists():
            raise NotThere(f"No layer on the shelf has the hash {sha256[:80]!r}.")
        return self._place(sha256)

    def names(self) -> list[str]:
        """Return the names there are, in alphabetical order."""
        return sorted({version.metadata.name for version in self._versions()})

    def newest(self) -> list[Version]:
        """Return the version that counts of every name, in alphabetical order."""
        last = {version.metadata.name: version for version in self._versions()}
        return [last[name] for name in sorted(last)]

    def history(self, name: str) -> list[Version]:
        """Return every version of a name, the oldest first.

        Raises:
            NotThere: nothing was ever put under it.
        """
        found = [version for version in self._versions() if version.metadata.name == name]
        if not found:
            raise NotThere(f"No layer on the shelf is called {name[:80]!r}.")
        return found

    def _place(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.geojson"

    def _versions(self) -> list[Version]:
        try:
            lines = (self.folder / "index.jsonl").read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            if line:
                row = orjson.loads(line)
                found.append(Version(row["sha256"], row["put_at"], Metadata.of(row)))
        return found

    def _note(self, sha256: str, metadata: Metadata) -> None:
        row = {"sha256": sha256, "put_at": datetime.now(UTC).isoformat(timespec="seconds")}
        line = orjson.dumps(row | {"metadata": metadata.as_dict()})
        path = self.folder / "index.jsonl"
        # a line half written when the power failed ends here, and is left out of the reading
        before = path.read_bytes() if path.exists() else b""
        self._write(path, before[: before.rfind(b"\n") + 1] + line + b"\n")

    def _write(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
