"""The words of every screen: one flat catalogue a language, for Python and the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("ja", "en")
COOKIE = "eoc_lang"


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Return key → text of one language (``ja`` or ``en``)."""
    text = (Path(__file__).parent / f"{lang}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words


def words(lang: str, key: str, **values: object) -> str:
    """Return the text of a key; ``{name}`` is filled from values, a missing key shows itself."""
    text = catalogue(lang).get(key, key)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def chosen(cookies: Mapping[str, str]) -> str:
    """Return the language a browser asked for; Japanese when it asked for none."""
    wanted = cookies.get(COOKIE, "")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]
