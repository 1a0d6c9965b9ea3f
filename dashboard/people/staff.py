"""The staff list of the town hall: a CSV from a spreadsheet, read line by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dashboard.errors import Malformed
from dashboard.people.persons import Grant, NewPerson, check_new, normal_login
from dashboard.principal import (
    ADMIN,
    COMMANDER,
    CONTROLLER,
    DESK,
    DRILL_ONLY,
    EVALUATOR,
    FIELD,
    VIEWER,
)

LARGEST_BYTES = 5_000_000
# BOM first; strict UTF-8 almost never fits CP932 text by chance, the other way it does
ENCODINGS = (("utf-8-sig", "UTF-8"), ("cp932", "CP932 (Shift_JIS)"))
HEADERS = {
    "氏名": "name", "名前": "name", "表示名": "name", "name": "name",
    "職員番号": "login", "番号": "login", "利用者名": "login", "number": "login", "login": "login",
    "課": "department", "部課": "department", "所属": "department", "department": "department",
    "係": "section", "section": "section",
    "班": "team", "team": "team",
    "役割": "roles", "権限": "roles", "role": "roles", "roles": "roles",
}  # fmt: skip
NEEDED = {"name": "氏名", "login": "職員番号"}
ROLE_WORDS = {
    "本部長": COMMANDER, "統括班": COMMANDER, "本部長・統括班": COMMANDER,
    "本部事務局": DESK, "情報班": DESK, "対策班": DESK,
    "現場": FIELD, "現場班": FIELD,
    "大画面": VIEWER, "閲覧": VIEWER,
    "統制班": CONTROLLER, "進行管理者": CONTROLLER, "評価者": EVALUATOR, "評価員": EVALUATOR,
    "情報係": ADMIN, "管理者": ADMIN,
    **{role: role for role in (COMMANDER, DESK, FIELD, VIEWER, CONTROLLER, EVALUATOR, ADMIN)},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be taken: its number in the file, the value and the reason."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class StaffFile:
    """What a file holds: ``people`` by line number, ``faults``, and how it was read."""

    encoding: str
    people: dict[int, NewPerson] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_staff(raw: bytes) -> StaffFile:
    """Return the people of a CSV in UTF-8 or CP932; faulty lines are reported, not fatal.

    Raises:
        Malformed: neither encoding, no header line, a needed column missing, over 5 MB.
    """
    if len(raw) > LARGEST_BYTES:
        raise Malformed(f"The file has {len(raw)} bytes; at most {LARGEST_BYTES} are read.")
    text, encoding = _decode(raw)
    rows = csv.reader(io.StringIO(text, newline=""))
    columns = _columns(next(rows, []))
    found, seen = StaffFile(encoding), {}
    for line, cells in _numbered(rows):
        values = _values(columns, cells)
        try:
            _check_width(cells, columns)
            person = _person(values)
            _check_once(person, line, seen)
        except Malformed as error:
            fault = Fault(line, error.detail["field"], error.detail["value"], error.message)
            found.faults.append(fault)
        else:
            found.people[line] = person
    return found


def _decode(raw: bytes) -> tuple[str, str]:
    for codec, name in ENCODINGS:
        try:
            return raw.decode(codec), name
        except UnicodeDecodeError as error:
            at = error.start
    line = raw[:at].count(b"\n") + 1
    raise Malformed(
        f"The file is neither UTF-8 nor CP932: byte {raw[at]:#04x} in line {line}; "
        "save it again as CSV UTF-8.",
        field="", value=f"{raw[at]:#04x}", line=line,
    )  # fmt: skip


def _columns(header: list[str]) -> list[str | None]:
    columns = [HEADERS.get(cell.strip().lower()) for cell in header]
    for name, ja in NEEDED.items():
        if name not in columns:
            raise Malformed(
                f"The first line has no column {ja}; it has {', '.join(header)[:200]!r}.",
                field=ja, value=",".join(header)[:200],
            )  # fmt: skip
    return columns


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Number the lines by where each record begins; blank lines are passed over."""
    reader: csv.Reader = rows  # type: ignore[name-defined]
    while True:
        line = reader.line_num + 1
        cells = next(rows, None)
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _check_width(cells: list[str], columns: list[str | None]) -> None:
    if len(cells) > len(columns):
        raise Malformed(
            f"{len(cells)} cells, but the first line has {len(columns)}.",
            field="", value=",".join(cells)[:100],
        )  # fmt: skip


def _values(columns: list[str | None], cells: list[str]) -> dict[str, str]:
    pairs = zip(columns, cells, strict=False)
    return {name: cell.strip() for name, cell in pairs if name is not None}


def _person(values: dict[str, str]) -> NewPerson:
    new = NewPerson(
        login=values.get("login", ""),
        name=values.get("name", ""),
        department=values.get("department") or None,
        section=values.get("section") or None,
        team=values.get("team") or None,
        grants=_grants(values.get("roles", "")),
    )
    check_new(new)
    return new


def _grants(text: str) -> tuple[Grant, ...] | None:
    """Return the grants of a cell such as 本部事務局、現場: both realms, drill roles in drills."""
    if not text:
        return None
    words = [text] if text in ROLE_WORDS else re.split(r"[、,;/・\s]+", text)
    grants: list[Grant] = []
    for word in filter(None, words):
        role = ROLE_WORDS.get(word.strip().lower())
        if role is None:
            allowed = "、".join(w for w in ROLE_WORDS if not w.isascii())
            raise Malformed(f"役割 {word!r} is not one of {allowed}.", field="役割", value=word)
        realms = ("drill",) if role in DRILL_ONLY else ("real", "drill")
        grants += [Grant(realm, role) for realm in realms]
    return tuple(dict.fromkeys(grants))


def _check_once(person: NewPerson, line: int, seen: dict[str, int]) -> None:
    first = seen.setdefault(normal_login(person.login), line)
    if first != line:
        raise Malformed(
            f"職員番号 {person.login} stands in line {first} already.",
            field="職員番号", value=person.login,
        )  # fmt: skip
