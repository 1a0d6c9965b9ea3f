"""``make soak``: every law at its full count. ``ONLY=id`` runs one, ``LIST=1`` prints the ids.

One JSON line a law: ``{law, count, seed, holds, seconds, figures}``; ends with 1 when one fails.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

from tests.soak.table import LAWS, Law

SEED = 20160823


def held(law: Law, seed: int) -> dict[str, Any]:
    """Run a law at its full count."""
    began = time.monotonic()
    try:
        figures = importlib.import_module(law.module).run(law.count, seed)
        holds = law.holds(figures)
    except Exception as error:  # noqa: BLE001 - one broken law must not hide the others
        traceback.print_exc()
        figures, holds = {"error": f"{type(error).__name__}: {error}"[:500]}, False
    seconds = round(time.monotonic() - began, 1)
    return {
        "law": law.id, "count": law.count, "seed": seed,
        "holds": holds, "seconds": seconds, "figures": figures,
    }  # fmt: skip


def main() -> int:
    """Run the laws asked for."""
    if os.environ.get("LIST"):
        print("\n".join(dict.fromkeys(law.id for law in LAWS)))  # an id may hold several laws
        return 0
    only, seed = os.environ.get("ONLY"), int(os.environ.get("SEED", SEED))
    laws = [law for law in LAWS if not only or law.id == only]
    if not laws:
        print(f"There is no law {only}; LIST=1 prints the ids.", file=sys.stderr)
        return 2
    good = True
    for law in laws:
        result = held(law, seed)
        good &= result["holds"]
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
