"""The choices of the import page are the importer's own: none is without words, none is other."""

from __future__ import annotations

from dashboard import locale
from dashboard.geo.imports import OPTIONS
from layers.crs import KNOWN
from layers.schema import ROLES


def test_every_coordinate_system_and_role_has_its_words() -> None:
    for lang in locale.LANGUAGES:
        words = locale.catalogue(lang)
        assert {f"role.{role}" for role in ROLES} <= set(words)
        assert {f"crs.{code}" for code in KNOWN} <= set(words)
        assert {f"import.{name}" for name in OPTIONS} <= set(words)


def test_a_coordinate_system_is_called_the_same_in_the_report_and_in_the_choice() -> None:
    assert {code: locale.words("ja", f"crs.{code}") for code in KNOWN} == KNOWN
