"""Asking one address: paced, bounded, tried again, and only of hosts somebody wrote down."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self, TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from layers.errors import FetchFailed
from layers.fetching.manners import Manners, Pace, back_off, retry_after
from layers.fetching.time import Time

T = TypeVar("T")
HOPS = 5
SHORT_PAGE = 64 * 1024
FOUND = 200
PARTIAL = (206, 416)  # answers to a Range
UNCHANGED = 304
MISSING = (204, 404, 410)
MOVED = (301, 302, 303, 307, 308)
LATER = (408, 425, 429, 500, 502, 503, 504)


class TryAgain(Exception):  # noqa: N818  a turn of the loop below, seen by nobody outside
    """It failed in a way that may pass; ``wait_s`` is what the provider asked for, if it did."""

    def __init__(self, why: str, wait_s: float | None = None) -> None:
        super().__init__(why)
        self.why, self.wait_s = why, wait_s


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``body`` is None when it is unchanged (304) or missing (404)."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None = None

    @property
    def unchanged(self) -> bool:
        """Tell whether what we have is still right."""
        return self.status == UNCHANGED

    @property
    def missing(self) -> bool:
        """Tell whether the provider has nothing there."""
        return self.status in MISSING


class Client:
    """A polite downloader. Close it, or use it in a ``with``.

    ``hosts`` are the only names it talks to, redirects included; ``elsewhere`` sends the requests
    for a host to another base address (a mirror, a test). ``contact`` stands in the User-Agent so
    that a provider who is troubled by us can say so.
    """

    def __init__(
        self, *, hosts: frozenset[str], contact: str = "", manners: Manners | None = None,
        elsewhere: Mapping[str, str] | None = None, time: Time | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:  # fmt: skip
        self.time, self.manners = time or Time(), manners or Manners()
        self._hosts, self._elsewhere = hosts, dict(elsewhere or {})
        self._jitter = jitter
        self._pace = Pace(self.manners, self.time)
        about = f"biei-eoc layers ({contact})" if contact else "biei-eoc layers"
        self._http = httpx.Client(
            # as it is: sizes and ranges then count what is stored, and nothing unpacks on the way
            headers={"User-Agent": about, "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(self.manners.read_s, connect=self.manners.connect_s),
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer to one address, its body in memory and at most ``limit`` bytes.

        Raises:
            FetchFailed: the host is not allowed, the body is too large, the provider refuses, or
                it did not work after as many tries as ``Manners`` allows.
        """

        def once() -> Answer:
            with self.opened(url, headers or {}, limit=limit) as (answer, chunks):
                if answer.status in PARTIAL:
                    raise FetchFailed("A part came that nobody asked for.", where=url)
                body = b"".join(chunks) if answer.status == FOUND else None
                return Answer(answer.status, answer.headers, body)

        return self.tried(url, once)

    def tried(self, url: str, once: Callable[[], T]) -> T:
        """Return what ``once`` returns, trying again while it raises :class:`TryAgain`."""
        why = ""
        for attempt in range(self.manners.tries):
            try:
                return once()
            except TryAgain as again:
                why = again.why
                wait = again.wait_s
            if wait is None:
                wait = back_off(self.manners, attempt, self._jitter)
            if wait > self.manners.max_wait_s:
                raise FetchFailed(f"The provider asks to come back in {wait:.0f} s.", where=url)
            if attempt + 1 < self.manners.tries:
                self.time.sleep(wait)
        raise FetchFailed(f"{why}; tried {self.manners.tries} times. Try again later.", where=url)

    @contextmanager
    def opened(
        self, url: str, headers: Mapping[str, str], *, limit: int
    ) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """Ask once; yield the head of the answer and its chunks, checked while they come.

        Raises:
            TryAgain: it may work later.
            FetchFailed: it will not.
        """
        started = self.time.elapsed()
        try:
            with self._followed(url, headers) as response:
                self._check_status(url, response)
                _read_out(response)
                head = Answer(response.status_code, response.headers)
                yield head, self._chunks(url, response, limit, started)
        except httpx.TimeoutException as error:
            raise TryAgain(f"No answer in time ({type(error).__name__})") from None
        except httpx.TransportError as error:
            raise TryAgain(f"The connection broke ({type(error).__name__}: {error})") from None
        except (httpx.DecodingError, httpx.InvalidURL) as error:
            raise FetchFailed(f"The answer cannot be read: {error}.", where=url) from None

    @contextmanager
    def _followed(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        for _ in range(HOPS):
            real = self._allowed(url)
            self._pace.wait(urlsplit(real).netloc)
            with self._http.stream("GET", real, headers=dict(headers)) as response:
                if response.status_code not in MOVED:
                    yield response
                    return
                _read_out(response)
                url = _sent_on(url, response.headers.get("location", ""))
        raise FetchFailed(f"It is sent on more than {HOPS} times.", where=url)

    def _allowed(self, url: str) -> str:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host not in self._hosts or parts.scheme != "https" or parts.port not in (None, 443):
            raise FetchFailed(
                f"Only https and {sorted(self._hosts)} may be asked, not this.", where=url
            )
        base = self._elsewhere.get(host)
        return base.rstrip("/") + urlunsplit(("", "", *parts[2:4], "")) if base else url

    def _check_status(self, url: str, response: httpx.Response) -> None:
        status = response.status_code
        if status in LATER:
            wait = retry_after(response.headers, self.time)
            raise TryAgain(f"The provider answers {status}", wait)
        if status not in (FOUND, *PARTIAL, UNCHANGED, *MISSING):
            raise FetchFailed(f"The provider answers {status}.", where=url)

    def _chunks(
        self, url: str, response: httpx.Response, limit: int, started: float
    ) -> Iterator[bytes]:
        total = 0
        if int(response.headers.get("content-length") or 0) > limit:
            raise FetchFailed(f"It is larger than {limit} bytes.", where=url)
        for chunk in response.iter_bytes():
            total += len(chunk)
            if total > limit:
                raise FetchFailed(f"It is larger than {limit} bytes.", where=url)
            if self.time.elapsed() - started > self.manners.total_s:
                raise TryAgain(f"The answer took longer than {self.manners.total_s:.0f} s")
            yield chunk


def _read_out(response: httpx.Response) -> None:
    """Read the page that comes with a "not here", if it is short, so that the line stays open."""
    length = int(response.headers.get("content-length", SHORT_PAGE + 1))
    if response.status_code in (*MOVED, *MISSING) and length <= SHORT_PAGE:
        response.read()


def _sent_on(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise FetchFailed(f"It is sent on to {location!r}, no address.", where=url) from None
