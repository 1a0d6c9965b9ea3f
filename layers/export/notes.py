"""What an export changed or left out, counted and with examples, as sentences."""

from __future__ import annotations

from collections.abc import Iterable

EXAMPLES = 20


class Notes:
    """Counts by sentence; the first 20 ids of each are kept."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._ids: dict[str, list[str]] = {}

    def add(self, sentence: str, ids: Iterable[str | None]) -> None:
        """Note that a sentence holds for some features."""
        for id_ in ids:
            self._counts[sentence] = self._counts.get(sentence, 0) + 1
            some = self._ids.setdefault(sentence, [])
            if id_ is not None and id_ not in some and len(some) < EXAMPLES:
                some.append(id_)

    def lines(self) -> list[str]:
        """Return the sentences: ``高さを省いた地物: 2件（a、b）``."""
        return [f"{said}: {n}件{self._examples(said, n)}" for said, n in self._counts.items()]

    def _examples(self, sentence: str, count: int) -> str:
        some = self._ids[sentence]
        if not some:
            return ""
        rest = f" ほか{count - len(some)}件" if count > len(some) else ""
        return f"（{'、'.join(some)}{rest}）"
