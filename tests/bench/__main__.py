"""``make bench``: every row, ours beside its reference in one run.

``JSON=1`` prints one JSON list and nothing else; ``ONLY=name`` runs one row, or all
rows of a module by its NAME. A row is a module ``row_*.py`` with NAME, UNIT, BAR (as text) and
``run()`` returning one result or a list of them:
``{name?, ours, reference, ratio, pass, bar?, unit?, note?}``.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

HERE = Path(__file__).parent
COLUMNS = ("name", "ours", "reference", "ratio", "bar", "pass", "unit")
TABLE = "{:<16} {:>12} {:>12} {:<10} {:>8} {:<5} {}"


def rows(only: str | None) -> list[ModuleType]:
    """Return the modules of the rows asked for; a module may hold several NAMES."""
    names = sorted(p.stem for p in HERE.glob("row_*.py"))
    modules = [importlib.import_module(f"tests.bench.{name}") for name in names]
    return [m for m in modules if only is None or only in (m.NAME, *held(m))]


def held(module: ModuleType) -> tuple[str, ...]:
    """Return the names of the results of a row module."""
    return tuple(getattr(module, "NAMES", (module.NAME,)))


def measured(module: ModuleType, only: str | None) -> list[dict[str, Any]]:
    """Return the results of a module; a failure is a result with its reason."""
    fixed = {"name": module.NAME, "bar": module.BAR, "unit": module.UNIT}
    empty = dict.fromkeys(("ours", "reference", "ratio"))
    try:
        found = module.run()
    except Exception as error:  # noqa: BLE001 - one broken row must not hide the others
        traceback.print_exc()
        reason = f"{type(error).__name__}: {error}"[:300]
        return [{**empty, **fixed, "name": n, "pass": False, "note": reason} for n in held(module)]
    results = found if isinstance(found, list) else [found]
    shaped = [{**empty, **fixed, "pass": False, **result} for result in results]
    return [result for result in shaped if only in (None, module.NAME, result["name"])]


@contextlib.contextmanager
def quiet_output() -> Iterator[TextIO]:
    """Give the real standard output; whatever rows and their programs print goes to error."""
    sys.stdout.flush()
    real = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(real), "w", encoding="utf-8") as out:
            yield out
    finally:
        os.dup2(real, 1)
        os.close(real)


def line(result: dict[str, Any]) -> str:
    """Return one result as a line of the table."""
    ours, reference, ratio = (_short(result[n]) for n in ("ours", "reference", "ratio"))
    verdict = "pass" if result["pass"] else "FAIL"
    note = f"  # {result['note']}" if result.get("note") else ""
    cells = (result["name"], ours, reference, result["unit"], ratio, verdict, result["bar"])
    return TABLE.format(*cells) + note


def main() -> int:
    """Run the rows; 2 when no row has the name asked for, else 0: a timing is not a test."""
    only, as_json = os.environ.get("ONLY") or None, bool(os.environ.get("JSON"))
    found: list[dict[str, Any]] = []
    with quiet_output() as out:
        modules = rows(only)
        if not as_json:
            print(TABLE.format("name", "ours", "reference", "unit", "ratio", "", "bar"), file=out)
        for module in modules:
            began = time.monotonic()
            results = measured(module, only)
            found += results
            print(f"{module.NAME}: {time.monotonic() - began:.0f} s", file=sys.stderr)
            if not as_json:
                print("\n".join(line(r) for r in results), file=out, flush=True)
        if as_json:
            print(json.dumps([{c: r[c] for c in COLUMNS} for r in found]), file=out)
    if only and not modules:
        print(f"There is no row {only}; see tests/bench/row_*.py.", file=sys.stderr)
        return 2
    return 0


def _short(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
