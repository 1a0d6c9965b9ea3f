"""What an exported file says of itself, whatever its format: title, source, licence, as-of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from layers.export.cells import clean_text
from layers.schema import Metadata

WORDS = ("title", "source", "licence", "attribution", "as_of", "note", "mark")
SCHEMATIC = "概略（計測・避難経路の判断には使用不可）"


@dataclass(frozen=True, slots=True)
class About:
    """The words that travel with the data.

    ``as_of`` is the time or date of the data (ISO 8601). ``mark`` (訓練) goes in front of the
    title and of every layer, and into a column of every row. ``note`` is free text. ``layer``
    is all that a layer of the shelf says of itself, for a format that an import reads again.
    """

    title: str
    source: str = ""
    licence: str = ""
    attribution: str = ""
    as_of: str = ""
    note: str = ""
    mark: str = ""
    layer: Metadata | None = None

    def __post_init__(self) -> None:
        for name in WORDS:
            object.__setattr__(self, name, clean_text(getattr(self, name)))

    @classmethod
    def of_layer(cls, metadata: Metadata, mark: str = "") -> Self:
        """Return what a layer of the shelf says of itself; a schematic one says 概略."""
        notes = [SCHEMATIC if metadata.schematic else "", metadata.note_ja]
        return cls(
            title=metadata.title_ja,
            source=metadata.source,
            licence=metadata.licence,
            attribution=metadata.attribution,
            as_of=metadata.date,
            note=" ".join(filter(None, notes)),
            mark=mark,
            layer=metadata,
        )

    @property
    def heading(self) -> str:
        """The title with the mark in front of it."""
        return f"{self.mark} {self.title}".strip()

    def lines(self, notes: Iterable[str] = ()) -> list[str]:
        """Return all of it as lines of text, then what the export changed or left out."""
        said = {
            "出典": self.source, "利用条件": self.licence, "表示": self.attribution,
            "時点": self.as_of, "備考": self.note,
        }  # fmt: skip
        rows = [f"{label}: {text}" for label, text in said.items() if text]
        return [self.heading, *rows, *notes]

    def as_dict(self, notes: Iterable[str] = ()) -> dict[str, object]:
        """Return it as JSON wants it."""
        # whoever imports a layer of a drill again must still read that it is one
        layer = {**self.layer.as_dict(), "title_ja": self.heading} if self.layer else {}
        own = {name: getattr(self, name) for name in WORDS}
        return {**layer, **own, "heading": self.heading, "notes": list(notes)}
