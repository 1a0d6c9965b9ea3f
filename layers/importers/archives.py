"""A file, folder or zip opened safely: what lies in it, as plain files that can be read.

Nothing is unpacked under a name of its own choosing; links are not followed; sizes are counted
while unpacking, whatever the archive declares. One archive inside another is opened, and counts
on the same budget.
"""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from layers.errors import BrokenFile, UnsafeFile
from layers.importers import limits
from layers.importers.unpack import Budget, unpack

ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
SIDE = (".shx", ".dbf", ".prj", ".cpg")  # what belongs to a .shp


@dataclass(frozen=True, slots=True)
class Member:
    """A file to look at: its name inside what was given, and where its bytes lie."""

    name: str
    path: Path

    @property
    def suffix(self) -> str:
        """The extension in lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()


@dataclass(slots=True)
class Contents:
    """What was found; ``ignored`` pairs a name with the reason in Japanese."""

    members: list[Member] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    folder: Path = Path()  # a temporary one, gone with the import


@contextmanager
def opened(path: Path) -> Iterator[Contents]:
    """Give the contents of a file, folder or archive while it is being read.

    Raises:
        BrokenFile: there is no such file, or the archive is damaged or locked.
        UnsafeFile: it is a bomb, leads out of itself, or is larger than the limits.
    """
    with tempfile.TemporaryDirectory(prefix="eoc-import-") as folder:
        contents = Contents(folder=Path(folder))
        budget = Budget(limits.MAX_BYTES, limits.MAX_ENTRIES)
        for member in _listed(path, contents):
            _take(member, contents, budget, depth=0)
        yield contents


def _listed(path: Path, contents: Contents) -> list[Member]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _walked(path, contents)
        if not stat.S_ISREG(mode):
            raise BrokenFile("ファイルでもフォルダでもありません。", where=path.name)
        if path.suffix.lower() == ".shp":
            return _family(path)
    except FileNotFoundError:
        raise BrokenFile(
            "ファイルがありません。名前を確かめてください。", where=path.name
        ) from None
    except OSError as error:
        raise BrokenFile(f"開けません（{error.strerror}）。", where=path.name) from None
    return [Member(path.name, path)]


def _walked(folder: Path, contents: Contents) -> list[Member]:
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        why = "リンクのため" if path.is_symlink() else unwanted(name)
        if why:
            contents.ignored.append((name, why))
        elif path.is_file():
            found.append(Member(name, path))
        if len(found) + len(contents.ignored) > limits.MAX_ENTRIES:
            raise UnsafeFile(f"ファイルが {limits.MAX_ENTRIES} を超えます。", where=folder.name)
    return found


def _family(shp: Path) -> list[Member]:
    """Return a .shp and what lies beside it under the same name."""
    beside = sorted(p for p in shp.parent.iterdir() if p.stem == shp.stem and p != shp)
    return [Member(p.name, p) for p in (shp, *beside) if p == shp or p.suffix.lower() in SIDE]


def unwanted(name: str) -> str:
    """Return why a name is passed over without being opened, else ""."""
    parts = PurePosixPath(name).parts
    if "__MACOSX" in parts:
        return "Macが付け足したファイル"
    return "隠しファイル" if any(part.startswith(".") for part in parts) else ""


def _take(member: Member, contents: Contents, budget: Budget, *, depth: int) -> None:
    try:
        size = member.path.stat().st_size
        with member.path.open("rb") as file:
            is_zip = file.read(4) in ZIPS
    except OSError as error:
        raise BrokenFile(f"開けません（{error.strerror}）。", where=member.name) from None
    if not is_zip:
        if depth == 0:  # what came out of an archive was counted on its way
            budget.take(size, member.name)
        contents.members.append(member)
    elif depth > 1:
        raise UnsafeFile("書庫の入れ子が深すぎます。取り出して渡してください。", where=member.name)
    else:
        _open_zip(member, contents, budget, depth)


def _open_zip(member: Member, contents: Contents, budget: Budget, depth: int) -> None:
    prefix = f"{member.name}/" if depth else ""
    for name, path in unpack(member.path, member.name, contents.folder, budget):
        why = unwanted(name)
        if why or path is None:
            contents.ignored.append((prefix + name, why or "対象外の形式"))
        else:
            _take(Member(prefix + name, path), contents, budget, depth=depth + 1)
