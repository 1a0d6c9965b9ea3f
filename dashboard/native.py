"""Blocking C calls (SQLite, fsync, argon2, hashing) run outside gevent's loop.

Under gevent one blocking call stops every socket of the process; a native thread
does not. Outside gevent (worker, command line, tests) the call simply runs.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def under_gevent() -> bool:
    """Tell whether this process serves with gevent (sockets are patched)."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("socket"))


class _Thread(threading.local):
    native = False  # True inside a native thread: a call within a call stays there


_thread = _Thread()


class _Ended(NamedTuple):
    """How a call ended: gevent prints errors that leave a native thread, so none does."""

    value: Any
    error: Exception | None


def _mark(call: Callable[..., Any], *args: Any, **kwargs: Any) -> _Ended:
    _thread.native = True
    try:
        return _Ended(call(*args, **kwargs), None)
    except Exception as error:  # noqa: BLE001 - raised again on the caller's side
        return _Ended(None, error)
    finally:
        _thread.native = False


def _opened(ended: _Ended) -> Any:
    if ended.error is not None:
        raise ended.error
    return ended.value


def run(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return ``call(*args)``, run in gevent's native thread pool when under gevent."""
    if not under_gevent() or _thread.native:
        return call(*args, **kwargs)
    from gevent import get_hub

    result: T = _opened(get_hub().threadpool.apply(_mark, (call, *args), kwargs))
    return result


class OneThread:
    """A native thread of its own, for a connection that must not be shared."""

    def __init__(self) -> None:
        self._pool = None
        if under_gevent():
            from gevent.threadpool import ThreadPool

            self._pool = ThreadPool(1)

    def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return ``call(*args)``, always on the same native thread under gevent."""
        if self._pool is None or _thread.native:
            return call(*args, **kwargs)
        result: T = _opened(self._pool.apply(_mark, (call, *args), kwargs))
        return result
