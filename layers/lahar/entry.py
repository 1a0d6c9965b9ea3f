"""A table typed by hand, in YAML, read without guessing.

YAML guesses types (``1:30`` is ninety, ``no`` is false, the last of two equal keys wins). Here
every value is text until the table says what it must be, and a mistake is answered with its
line and key.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

import yaml

from layers.errors import BrokenTable

MOST_BYTES = 256 * 1024
DEEPEST = 8
LONGEST = 500  # characters of a text
_NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One mapping of the file; ``path`` is empty at the top, else like ``places[2]``."""

    path: str
    line: int
    values: dict[str, yaml.Node]

    def where(self, key: str = "") -> str:
        """Return line and key, as errors name them."""
        node = self.values.get(key)
        line = self.line if node is None else node.start_mark.line + 1
        return f"{line}行目 {'.'.join(part for part in (self.path, key) if part)}".strip()

    def only(self, known: tuple[str, ...]) -> None:
        """Raise BrokenTable if there is a key the table does not know."""
        for key in self.values:
            if key not in known:
                raise BrokenTable(
                    f"「{key}」という項目はありません。使えるのは {'、'.join(known)}。",
                    where=self.where(key),
                )

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it must be there."""
        node = self.values.get(key)
        value = str(node.value).strip() if isinstance(node, yaml.ScalarNode) else None
        if not value and default is not None and (node is None or value == ""):
            return default
        if not value or len(value) > LONGEST:
            raise BrokenTable(f"{LONGEST}字までの文字を書いてください。", where=self.where(key))
        return value

    def number(self, key: str, least: float, most: float) -> Fraction:
        """Return a number, exactly as written, from ``least`` to ``most``."""
        value = _number(self.values.get(key), self.where(key))
        if not least <= value <= most:
            raise BrokenTable(
                f"{float(value):g} は {least:g} から {most:g} までにありません。"
                "単位を確かめてください。",
                where=self.where(key),
            )
        return value

    def entries(self, key: str) -> list[Entry]:
        """Return the mappings of a list; none if the key is not there."""
        return [
            _entry(item, f"{self.path}.{key}[{at}]".lstrip("."))
            for at, item in enumerate(self._items(key), 1)
        ]

    def entry(self, key: str) -> Entry:
        """Return the mapping under a key."""
        return _entry(self.values[key], f"{self.path}.{key}".lstrip("."))

    def pairs(self, key: str) -> list[tuple[float, float]]:
        """Return a list of pairs of numbers."""
        found = []
        for item in self._items(key):
            where = f"{item.start_mark.line + 1}行目 {key}"
            if not isinstance(item, yaml.SequenceNode) or len(item.value) != 2:
                raise BrokenTable("[経度, 緯度] の形で書いてください。", where=where)
            lon, lat = (float(_number(part, where)) for part in item.value)
            found.append((lon, lat))
        return found

    def _items(self, key: str) -> list[yaml.Node]:
        node = self.values.get(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise BrokenTable("「- 」で始まる並びにしてください。", where=self.where(key))
        return list(node.value)


def read(text: str) -> Entry:
    """Return the top of a YAML file.

    Raises:
        BrokenTable: too large, not YAML, nested too deep, with aliases, or a key twice.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise BrokenTable(f"表が大きすぎます。{MOST_BYTES // 1024} KiB までです。")
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BrokenTable(
            f"YAMLとして読めません（{error.problem}）。", where=f"{line}行目"
        ) from None
    except yaml.YAMLError as error:
        raise BrokenTable(f"YAMLとして読めません（{error}）。") from None
    return _entry(node, "")


def _check_events(text: str) -> None:
    """Refuse what makes a small file large: aliases, and lists in lists without end."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent):
            raise BrokenTable(
                "別名（*）は使えません。値を書いてください。", where=f"*{event.anchor}"
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BrokenTable("入れ子が深すぎます。")


def _entry(node: yaml.Node | None, path: str) -> Entry:
    if not isinstance(node, yaml.MappingNode):
        line = 1 if node is None else node.start_mark.line + 1
        raise BrokenTable("「項目: 値」の形で書いてください。", where=f"{line}行目 {path}".strip())
    values: dict[str, yaml.Node] = {}
    for key, value in node.value:
        where = f"{key.start_mark.line + 1}行目 {path}".strip()
        if not isinstance(key, yaml.ScalarNode):
            raise BrokenTable("項目の名前が文字ではありません。", where=where)
        if key.value in values:
            raise BrokenTable(f"項目「{key.value}」が二つあります。", where=where)
        values[key.value] = value
    return Entry(path, node.start_mark.line + 1, values)


def _number(node: yaml.Node | None, where: str) -> Fraction:
    given = node.value if isinstance(node, yaml.ScalarNode) else ""
    text = unicodedata.normalize("NFKC", given).strip()  # full-width digits are digits
    if not _NUMBER.fullmatch(text):
        raise BrokenTable(
            f"数ではありません（{given!r}）。半角の数字で書いてください。", where=where
        )
    return Fraction(text)
