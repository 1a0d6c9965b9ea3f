"""Keys of names, and which of them a question matches: exact, prefix, part, within, similar.

Five thousand entries have some fifteen thousand keys. Going through them all takes about a
millisecond in plain Python, less than any clever index costs to keep right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

from rapidfuzz import fuzz, process

from layers.gazetteer.entry import Entry
from layers.gazetteer.folding import fold, keys
from layers.gazetteer.readings import Readings

SIMILAR_FROM = 60.0  # rapidfuzz ratio (0..100); two of three characters right give 67
MOST = 200  # hits of one kind that are looked at further: a question of one letter hits thousands


class Hit(NamedTuple):
    """A match: which entry, how good (0..1), the key and the kind of match."""

    owner: int
    score: float
    key: str
    why: str


@dataclass(frozen=True)
class Names:
    """All keys, in the order of their entries; ``owners`` says whose each is."""

    keys: tuple[str, ...]
    owners: tuple[int, ...]

    @classmethod
    def of(cls, entries: Iterable[Entry], readings: Readings) -> Self:
        """Fold the names, other names and readings of entries."""
        pairs = [(k, at) for at, entry in enumerate(entries) for k in keys_of(entry, readings)]
        return cls(tuple(k for k, _ in pairs), tuple(at for _, at in pairs))

    def hits(self, question: str) -> list[Hit]:
        """Return the best hit of every entry that a question (as typed) matches at all.

        Similar names are looked for only where nothing contains the question.
        """
        found: dict[int, Hit] = {}
        for at, asked in enumerate(keys(question)):
            close = list(self._containing(asked))
            for hit in close or (*self._within(asked), *self._similar(asked)):
                # what was found without 美瑛町字 stands just behind what was found with it
                score = hit.score * (0.99 if at else 1.0)
                if hit.owner not in found or found[hit.owner].score < score:
                    found[hit.owner] = hit._replace(score=score)
        return list(found.values())

    def _containing(self, asked: str) -> Iterator[Hit]:
        where = [at for at, key in enumerate(self.keys) if asked in key]
        # shorter keys first: the question is more of them
        where.sort(key=lambda at: (not self.keys[at].startswith(asked), len(self.keys[at])))
        for at in where[:MOST]:
            key = self.keys[at]
            share = len(asked) / len(key)
            if key == asked:
                yield Hit(self.owners[at], 1.0, key, "exact")
            elif key.startswith(asked):
                yield Hit(self.owners[at], 0.8 + 0.15 * share, key, "prefix")
            else:
                yield Hit(self.owners[at], 0.6 + 0.2 * share, key, "part")

    def _within(self, asked: str) -> Iterator[Hit]:
        where = [at for at, key in enumerate(self.keys) if len(key) > 1 and key in asked]
        where.sort(key=lambda at: -len(self.keys[at]))
        for at in where[:MOST]:
            score = 0.35 + 0.3 * len(self.keys[at]) / len(asked)
            yield Hit(self.owners[at], score, self.keys[at], "within")

    def _similar(self, asked: str) -> Iterator[Hit]:
        if len(asked) < 2:
            return
        for key, ratio, at in process.extract(
            asked, self.keys, scorer=fuzz.ratio, processor=None,
            score_cutoff=SIMILAR_FROM, limit=MOST,
        ):  # fmt: skip
            yield Hit(self.owners[at], 0.0075 * ratio, key, "similar")


def keys_of(entry: Entry, readings: Readings) -> list[str]:
    """Return the keys of one entry, without doubles."""
    written = [key for name in (entry.name, *entry.others) for key in keys(name)]
    spoken = [sound for key in written for sound in readings.of_name(key)]
    return list(dict.fromkeys((*written, *spoken, *filter(None, [fold(entry.kana)]))))
