"""Imports by the admin page: the file to disk, then ``eoc layers import`` as its own process.

GDAL reads files of strangers: in a process apart it can neither stop the hub nor take it down,
and it can be cancelled. What became of an import lies in its folder, so that any web process
can tell. A folder is swept a day after it was made.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from dashboard import native
from dashboard.errors import Busy, Malformed, NotFound, StorageFull, TooLarge
from dashboard.events import uuid7
from dashboard.media.store import FULL
from layers.importers.limits import MAX_BYTES
from layers.importers.report import printable

OPTIONS = (
    "title", "role", "source", "licence", "attribution", "date", "crs", "encoding", "name",
    "place_column", "uncertainty_m",
)  # fmt: skip
FLAGS = ("by_place", "schematic")  # asked for by 1, true or on
LONGEST_S = 600
MOST_AT_ONCE = 2
KEPT_S = 86_400
PIECE = 1 << 18
USAGE = 2  # click's code for options that cannot be
NAME_BYTES = 200  # of a file's name; file systems end at 255
ID = re.compile(r"[0-9a-f-]{36}")
SAFE = re.compile(r"[^\w.()（）ー・-]+")
CRASHED = (
    "読み取りの途中でプログラムが止まりました。ファイルが壊れていないか確かめ、"
    "別の形式（GeoJSON など）で保存し直して試してください。"
)


class Stream(Protocol):
    """The part of ``wsgi.input`` that is used."""

    def read(self, size: int, /) -> bytes: ...  # noqa: D102


class Imports:
    """The imports of one installation, each in a folder of its own."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.folder = state_dir / "layers" / "imports"

    def start(self, name: str, stream: Stream, length: int, asked: Mapping[str, str]) -> str:
        """Take a file in and begin its import; return the import's id.

        Raises:
            TooLarge: more than an import may hold, known before a byte is read.
            Malformed: no length, no name, or the file ended early.
            Busy: two imports run already.
        """
        if length > MAX_BYTES:
            raise TooLarge(
                f"取込は {MAX_BYTES >> 20} MB までです（{length >> 20} MB）。", limit=MAX_BYTES
            )
        safe = _safe(name)
        if length <= 0 or not safe:
            raise Malformed("ファイルと名前を付けてください。", field="filename", value=name[:80])
        self._sweep()
        if len([p for p in self.folder.glob("*/pid") if _alive(p)]) >= MOST_AT_ONCE:
            raise Busy("ほかの取込が終わるまでお待ちください。", retry_after_s=10)
        id_ = uuid7()
        target = self.folder / id_ / "file" / safe
        target.parent.mkdir(parents=True)
        _receive(stream, length, target)
        self._run(self.folder / id_, target, asked)
        return id_

    def state(self, id_: str) -> dict[str, Any]:
        """Return ``{id, state, layers, text, crs}``; ``crs``: EPSG codes that would fit.

        state: running, done, refused, cancelled or lost.

        Raises:
            NotFound: no such import here.
        """
        place = self._place(id_)
        alive, report = _alive(place / "pid"), place / "report.json"  # in this order: it may end
        if report.exists():
            told = json.loads(report.read_text("utf-8"))
            if isinstance(told, dict):
                return _state(id_, "refused", text=told["refused"], crs=told["crs"])
            return _state(id_, "done", layers=told, text=_text(place / "output"))
        ended = _text(place / "ended")
        cut = "cancelled" if (place / "cancelled").exists() else "lost"
        state = ended or ("running" if alive else cut)
        return _state(id_, state, text=_text(place / "output"))

    def cancel(self, id_: str) -> None:
        """Stop an import that runs: nothing of it is kept, or all if it was just being kept."""
        place = self._place(id_)
        if _alive(place / "pid"):
            (place / "cancelled").touch()
            _end(place / "pid", signal.SIGTERM)

    def _place(self, id_: str) -> Path:
        place = self.folder / id_
        if not ID.fullmatch(id_) or not place.is_dir():
            raise NotFound(f"There is no import {id_[:40]}; it may have been swept.", id=id_[:40])
        return place

    def _run(self, place: Path, target: Path, asked: Mapping[str, str]) -> None:
        told = _told(asked)
        command = [
            sys.executable,
            "-m",
            "dashboard.cli",
            "layers",
            "import",
            str(target.absolute()),
        ]
        environ = {**os.environ, "EOC_STATE_DIR": str(self.state_dir.absolute())}
        report = f"--report={(place / 'report.json').absolute()}"
        with (place / "output").open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command, arguments apart
                [*command, *told, report], env=environ, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        (place / "pid").write_text(str(process.pid))
        threading.Thread(target=_watch, args=(process, place), daemon=True).start()

    def _sweep(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for place in self.folder.iterdir():
            if time.time() - place.stat().st_mtime > KEPT_S:
                shutil.rmtree(place, ignore_errors=True)


def _told(asked: Mapping[str, str]) -> list[str]:
    """Return what was asked as the command takes it, a value never apart from its option."""
    words = {name: printable(asked.get(name, ""))[:200] for name in OPTIONS}
    values = [f"--{name.replace('_', '-')}={text}" for name, text in words.items() if text]
    flags = [name for name in FLAGS if asked.get(name) in {"1", "true", "on"}]
    return [*values, *(f"--{name.replace('_', '-')}" for name in flags)]


def _receive(stream: Stream, length: int, target: Path) -> None:
    left = length
    try:
        with target.open("wb") as file:
            while left and (piece := _read(stream, min(PIECE, left))):
                native.run(file.write, piece)
                left -= len(piece)
    except OSError as error:
        shutil.rmtree(target.parents[1])
        if error.errno in FULL:
            raise StorageFull("保存先の空き容量がありません。情報係に連絡してください。") from error
        raise
    if left:
        shutil.rmtree(target.parents[1])
        raise Malformed(
            "ファイルが途中で切れました。もう一度送ってください。", field="body", value=left
        )


def _read(stream: Stream, size: int) -> bytes:
    try:
        return stream.read(size)
    except OSError:  # gevent's word for a sender who left
        return b""


def _safe(name: str) -> str:
    """Return the last part of a name as one a file may have; its ending tells the format."""
    shown = PurePosixPath(SAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).lstrip("."))
    room = NAME_BYTES - len(shown.suffix.encode())
    stem = shown.stem.encode()[: max(room, 0)].decode("utf-8", "ignore")
    return f"{stem}{shown.suffix}" if stem and room > 0 else ""


def _watch(process: subprocess.Popen[bytes], place: Path) -> None:
    try:
        code = process.wait(LONGEST_S)
        said = _last_words(code, _text(place / "output"))
    except subprocess.TimeoutExpired:
        said = f"{LONGEST_S} 秒で終わらなかったため中止しました。"
        _end(place / "pid", signal.SIGKILL)
        code = process.wait()
    if code and not (place / "report.json").exists():
        (place / "output").write_text(said, "utf-8")
        (place / "ended").write_text("cancelled" if (place / "cancelled").exists() else "refused")
    shutil.rmtree(place / "file", ignore_errors=True)


def _last_words(code: int, output: str) -> str:
    """Return what an import without a report said; how it crashed is for nobody on the page."""
    return output.removeprefix("eoc: ") if code == USAGE else CRASHED


def _alive(pid: Path) -> bool:
    try:
        if time.time() - pid.stat().st_mtime > LONGEST_S + 60:
            return False  # after a restart the number may be that of another program
        os.kill(int(pid.read_text()), 0)
    except (OSError, ValueError):
        return False
    return not (pid.parent / "ended").exists() and not (pid.parent / "report.json").exists()


def _end(pid: Path, how: signal.Signals) -> None:
    try:
        os.killpg(int(pid.read_text()), how)
    except (ProcessLookupError, ValueError, FileNotFoundError):
        return


def _state(id_: str, state: str, **told: Any) -> dict[str, Any]:
    return {"id": id_, "state": state, "layers": [], "text": "", "crs": [], **told}


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else ""
