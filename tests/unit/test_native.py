"""Calls that leave gevent's loop, and come back with their result."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from dashboard import native

ROOT = Path(__file__).parents[2]
NESTED = """
from gevent import monkey; monkey.patch_all()
import _thread, gevent
from dashboard import native
one = native.OneThread()
main = _thread.get_ident()
outer, inner, single = native.run(
    lambda: (_thread.get_ident(), native.run(_thread.get_ident), one.run(_thread.get_ident)))
assert outer != main and inner == outer == single, (main, outer, inner, single)
assert len({one.run(_thread.get_ident) for _ in range(5)} - {main, outer}) == 1
try:
    native.run(int, 'x')
except ValueError:
    assert native.run(_thread.get_ident) != main
    print('nested ok')
"""


def test_outside_gevent_a_call_simply_runs() -> None:
    assert native.run(sorted, [3, 1, 2], reverse=True) == [3, 2, 1]
    assert native.OneThread().run(len, "雨雨") == 2


def test_a_call_within_a_native_call_stays_on_its_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NESTED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "nested ok", done.stderr
