"""Every kind, setting and command is documented, and the catalogues agree."""

from __future__ import annotations

import importlib
import json

import pytest

from dashboard import answers, errors, kinds
from dashboard.cli import COMMANDS, group
from dashboard.config import SETTINGS
from dashboard.openapi import document
from tests.conftest import ROOT


def test_kinds_md_is_todays() -> None:
    assert kinds.TARGET.read_text() == kinds.document()


def test_every_setting_says_what_it_is_for() -> None:
    assert all(setting.help and setting.name.startswith("EOC_") for setting in SETTINGS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_loads_and_says_what_it_does(name: str) -> None:
    module, _, attribute = COMMANDS[name].partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert command.help
    assert name in group.list_commands(None)  # type: ignore[arg-type]


def test_every_error_has_a_status() -> None:
    def tree(cls: type[errors.EocError]) -> set[type[errors.EocError]]:
        return {cls}.union(*(tree(sub) for sub in cls.__subclasses__()))

    assert tree(errors.EocError) == set(answers.STATUS)


def test_both_languages_have_the_same_words() -> None:
    folder = ROOT / "dashboard" / "locale"
    ja, en = (json.loads((folder / f"{lang}.json").read_text()) for lang in ("ja", "en"))
    assert set(ja) == set(en)


def test_the_openapi_document_is_valid() -> None:
    from openapi_spec_validator import validate

    validate(document("/drill"))
