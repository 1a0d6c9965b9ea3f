"""The law ``markup``: what people type is words on every screen and in every export.

Payloads: a set of carriers (elements, handlers, addresses, templates, formulas) around a
call that leaves a mark in the page. ``payloads(n)`` gives n of them, the same every time.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

PAYLOADS = 100
CALL = "window.__ran=(window.__ran||0)+1"
CARRIERS = (
    "<script>{0}</script>",
    "<img src=x onerror={0}>",
    "\"><img src=x onerror='{0}'>",
    "<svg onload={0}>",
    "<svg><animate onbegin={0} attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.{0}</script>'>",
    '<a href="javascript:{0}">押す</a>',
    "javascript:{0}",
    "<details open ontoggle={0}>",
    "<math><mtext><img src=x onerror={0}></mtext></math>",
    "</script><script>{0}</script>",
    "<!--<img src='--><img src=x onerror={0}>",
    "{{{{constructor.constructor('{0}')()}}}}",
    "${{{0}}}",
    "<style>@import 'javascript:{0}';</style>",
    "<body onload={0}>",
    '<object data="javascript:{0}">',
    "\u2028<img src=x onerror={0}>",
)
FORMULAS = (
    "=HYPERLINK(\"x\",\"押す\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1",
    " =1+1", "＝1+1",
)  # fmt: skip
WRAPPERS = ("{}", "冠水 {}", "{} 通行止め", "'{}'", "`{}`", "【{}】")


def payloads(count: int) -> list[str]:
    """Return ``count`` payloads, formulas first."""
    made = (
        wrap.format(carrier.format(CALL)) for wrap, carrier in itertools.product(WRAPPERS, CARRIERS)
    )
    return list(itertools.islice(itertools.chain(FORMULAS, made), count))


TESTS = (
    "tests/browser/test_markup.py",
    "tests/unit/layers/test_export_hostile.py",
    "tests/web/test_export_door.py",
)


def run(count: int, seed: int) -> dict[str, Any]:
    """Run the tests of screens and exports; they use all 100 payloads, whatever the seed."""
    command = [sys.executable, "-m", "pytest", "-q", *TESTS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    return {"payloads": count, "failed": int(done.returncode != 0), "said": lines[-1:]}
