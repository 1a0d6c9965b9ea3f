"""Every kind, setting and command is documented, and the catalogues agree."""

from __future__ import annotations

import importlib
import json
import re
import shlex

import click
import pytest

from dashboard import answers, errors, kinds
from dashboard.cli import COMMANDS, group
from dashboard.cli.layers import COMMANDS as LAYER_COMMANDS
from dashboard.config import SETTINGS
from dashboard.openapi import document
from layers.lahar import LaharTable
from layers.roads import Closure, Network, isolation
from tests.conftest import ROOT

LAYERS_MD = (ROOT / "docs" / "layers.md").read_text("utf-8")


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


def block(language: str) -> str:
    """Return the first block of a language in docs/layers.md."""
    return LAYERS_MD.partition(f"```{language}\n")[2].partition("```")[0]


def test_every_layers_command_is_in_the_handbook_and_no_other() -> None:
    assert set(re.findall(r"\beoc layers ([a-z-]+)", LAYERS_MD)) == set(LAYER_COMMANDS)


def test_every_command_line_of_the_handbook_has_options_that_exist() -> None:
    lines = re.findall(r"^(?:EOC_\w+=\S+ )?eoc layers (\S+) ?(.*)$", LAYERS_MD, re.MULTILINE)
    assert len(lines) > len(LAYER_COMMANDS)
    for name, rest in lines:
        module, _, attribute = LAYER_COMMANDS[name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        context = click.Context(command)
        command.make_parser(context).parse_args(shlex.split(rest))  # refuses unknown options


def test_every_setting_of_the_handbook_exists() -> None:
    assert set(re.findall(r"EOC_\w+", LAYERS_MD)) <= {setting.name for setting in SETTINGS}


def test_the_network_of_the_handbook_isolates_what_lies_behind_its_bridge() -> None:
    network = Network.from_collection(json.loads(block("json")))
    assert (network.notices, network.unattached) == ((), ())
    bridge = network.places[network.of_kind("bridge")[0]]
    point = {"type": "Point", "coordinates": list(bridge.lonlat)}
    closed = Closure("c", geometry=point, road_name=bridge.name)
    answer = isolation(network, [closed])
    assert [(s.place.name, s.place.counts["households"]) for s in answer.isolated] == [
        ("例集落", 12)
    ]


def test_the_mudflow_table_of_the_handbook_is_one_for_drills() -> None:
    assert LaharTable.read(block("yaml")).drill
