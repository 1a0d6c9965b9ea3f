"""``docs/kinds.md`` from the table of kinds: ``python -m dashboard.kinds [--check]``."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.events import KINDS, Kind

TARGET = Path(__file__).parents[1] / "docs" / "kinds.md"
HEAD = """# Kinds of events

Made from `KINDS` in `dashboard/events.py` by `python -m dashboard.kinds`; do not edit.
A fact is always accepted and marked if odd. A decision carries `seen`.

| kind | 日本語 | nature | v | roles | body |
|---|---|---|---|---|---|
"""


def document() -> str:
    """Return the text of ``docs/kinds.md``."""
    return HEAD + "".join(_row(kind) for kind in KINDS.values())


def _row(kind: Kind) -> str:
    fields = kind.body.model_fields.items()
    keys = ", ".join(f"`{n}`" if f.is_required() else f"`{n}`?" for n, f in fields)
    roles = ", ".join(sorted(kind.roles))
    return f"| `{kind.name}` | {kind.ja} | {kind.nature} | {kind.v} | {roles} | {keys} |\n"


def main() -> int:
    """Write the document, or with ``--check`` say whether it is today's."""
    if "--check" not in sys.argv:
        TARGET.write_text(document())
        return 0
    if TARGET.exists() and TARGET.read_text() == document():
        return 0
    sys.stderr.write("docs/kinds.md is not today's; run `python -m dashboard.kinds`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
