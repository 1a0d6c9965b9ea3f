"""``docs/security.md``: its table of routes × roles is made from ``routes.ROUTES``."""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.principal import ROLES
from dashboard.security.routes import MACHINE, PUBLIC, ROUTES, SIGNED_IN, Route

TARGET = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- routes: begin -->\n", "<!-- routes: end -->\n"
WHOLE = {PUBLIC: "everybody", SIGNED_IN: "any role, any realm", MACHINE: "this machine, or admin"}


def table() -> str:
    """Return the table of routes × roles as Markdown."""
    head = f"| methods | path | {' | '.join(ROLES)} | also |\n"
    return head + "|---|---|" + ":-:|" * len(ROLES) + "---|\n" + "".join(map(_line, ROUTES))


def document(text: str) -> str:
    """Return the document with today's table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


def main() -> int:
    """Write the table into the document, or with ``--check`` say whether it is today's."""
    text = TARGET.read_text("utf-8")
    if "--check" not in sys.argv:
        TARGET.write_text(document(text), "utf-8")
        return 0
    if text == document(text):
        return 0
    sys.stderr.write(
        "docs/security.md is not today's; run `python -m dashboard.security.document`.\n"
    )
    return 1


def _line(row: Route) -> str:
    everybody = row.roles in (PUBLIC, SIGNED_IN)
    marks = ["●" if everybody or role in row.roles else "" for role in ROLES]
    also = [WHOLE.get(row.roles, "" if row.roles else "nobody")]
    also += [f"audit `{row.audit}`"] if row.audit else []
    also += [] if row.in_drill else ["no drill"]
    methods = " ".join(sorted(row.methods))
    notes = ", ".join(filter(None, also))
    return f"| {methods} | `{row.path}` | {' | '.join(marks)} | {notes} |\n"


if __name__ == "__main__":
    sys.exit(main())
