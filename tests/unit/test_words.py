"""Settings, clock and ids: the words everything else stands on."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from dashboard.clock import iso, parse_iso
from dashboard.config import load, require_secret
from dashboard.errors import Misconfigured
from dashboard.events import KINDS, upgrade, uuid7


def test_an_unknown_setting_is_an_error() -> None:
    with pytest.raises(Misconfigured, match="EOC_STATE_DIRR"):
        load({"EOC_STATE_DIRR": "x"})


@pytest.mark.parametrize(("name", "value"), [("EOC_PORT", "http"), ("EOC_DEMO", "yes")])
def test_a_wrong_value_is_shown_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=value):
        load({name: value})


def test_without_a_secret_nothing_starts_outside_the_demo(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="EOC_SECRET_KEY"):
        require_secret(load({"EOC_STATE_DIR": str(tmp_path)}))
    with pytest.raises(Misconfigured, match="shorter"):
        require_secret(load({"EOC_SECRET_KEY": "short"}))


def test_the_demo_makes_its_secret_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    settings = load({"EOC_STATE_DIR": str(tmp_path / "var"), "EOC_DEMO": "1"})
    assert require_secret(settings) == require_secret(settings)
    assert (tmp_path / "var" / "demo-secret").stat().st_mode & 0o077 == 0


def test_times_survive_the_way_out_and_in() -> None:
    us = parse_iso("2016-08-23T15:45:00.123+09:00")
    assert iso(us) == "2016-08-23T06:45:00.123Z"
    assert parse_iso(iso(us)) == us


def test_a_time_without_zone_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse_iso("2016-08-23T15:45:00")


def test_new_ids_are_uuid7_and_sort_by_time() -> None:
    early, late = uuid7(1_000_000), uuid7(1_000_001)
    assert UUID(early).version == UUID(late).version == 7
    assert early < late


def test_a_body_of_todays_version_needs_no_upgrade() -> None:
    assert all(len(kind.upgrades) == kind.v - 1 for kind in KINDS.values())
    assert upgrade("report.received", 1, {"text": "x"}) == {"text": "x"}
