"""A row that breaks is a result that says so; the harness hides nothing."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from tests.bench import row_import
from tests.bench.__main__ import COLUMNS, held, line, measured, rows
from tests.soak.table import LAWS


def _row(run: Any, **given: Any) -> ModuleType:
    module = ModuleType("row")
    module.__dict__.update({"NAME": "a", "UNIT": "ms", "BAR": "<= 1", "run": run, **given})
    return module


def test_a_row_that_raises_is_reported_as_failed_with_its_reason() -> None:
    def run() -> None:
        raise RuntimeError("no such program")

    results = measured(_row(run, NAMES=("a", "b")), None)
    assert [(r["name"], r["pass"]) for r in results] == [("a", False), ("b", False)]
    assert "no such program" in line(results[0])


def test_every_result_has_every_column_and_one_can_be_asked_for() -> None:
    row = _row(lambda: [{"name": "a", "ours": 1.0, "pass": True}, {"name": "b"}], NAMES=("a", "b"))
    (result,) = measured(row, "b")
    assert set(COLUMNS) <= set(result)
    assert (result["name"], result["pass"]) == ("b", False)
    assert held(row) == ("a", "b")


def test_a_module_is_found_by_its_own_name_and_by_each_of_its_rows() -> None:
    assert rows("import") == rows("import gpkg") == [row_import]
    assert rows("no such row") == []


def test_the_soak_holds_the_laws_of_push() -> None:
    ids = {law.id for law in LAWS}
    assert {"same-id", "other-body", "catch-up", "stalled", "order", "realms"} <= ids
