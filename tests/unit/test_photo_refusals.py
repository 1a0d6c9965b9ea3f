"""Every refusal has words in both languages, and the phone shows what the door said."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest

from dashboard.media.refusals import REASONS, refuse

LOCALE = Path(__file__).parents[2] / "dashboard" / "locale"


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_refusal_reads_the_same_at_the_door_and_in_the_catalogue(reason):
    japanese, english = (
        json.loads((LOCALE / f"{lang}.json").read_text())[f"refusal.{reason}"]
        for lang in ("ja", "en")
    )
    assert japanese == REASONS[reason][1]
    assert _fields(english) <= _fields(japanese) | {"value", "found"}
    assert english.isascii()


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_refusal_carries_its_reason_and_values(reason):
    error = refuse(reason, value=12, found="image/png")
    assert error.detail == {"reason": reason, "value": 12, "found": "image/png"}
    assert "{" not in error.message
    assert error.message.endswith("。")


def _fields(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}
