"""The doors as a program outside sees them: HTTP, a token per actor, nothing else.

The player never touches a log or a file of the server; what works for it works for a phone.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from dashboard import errors
from dashboard.errors import Busy, EocError, Forbidden, Misconfigured

CHUNK_BYTES = 4_000_000
Answer = tuple[int, Mapping[str, str], bytes]
Transport = Callable[[str, str, Mapping[str, str], bytes], Answer]


def over_http(base_url: str, timeout_s: float = 30.0) -> Transport:
    """Return a transport to a server.

    Raises:
        Misconfigured: ``base_url`` is not http:// or https:// with a host.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misconfigured(f"{base_url!r} is not an address like http://localhost:8050.")

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        link: http.client.HTTPConnection
        if parts.scheme == "https":
            secure = ssl.create_default_context()
            link = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=timeout_s, context=secure
            )
        else:
            link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)
        try:
            link.request(method, parts.path.rstrip("/") + path, body or None, dict(headers))
            reply = link.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        except (OSError, http.client.HTTPException) as error:
            raise Busy(f"{base_url} does not answer ({error}); is it running?") from None
        finally:
            link.close()

    return send


@dataclass(slots=True)
class Doors:
    """The API, changes and uploads of one realm; ``tokens`` maps actors to Bearer tokens."""

    send: Transport
    tokens: Mapping[str, str]
    prefix: str = ""

    def get(self, actor: str, path: str) -> Any:
        """Return the JSON of ``GET {prefix}/api/v1{path}``.

        Raises:
            EocError: what the server answered, as the same class.
        """
        return self._json("GET", actor, path, b"")

    def post(self, actor: str, path: str, value: Any) -> Any:
        """Send JSON; a batch with refused events is an answer, not an error.

        Raises:
            EocError: the request as a whole was refused.
        """
        return self._json("POST", actor, path, json.dumps(value).encode())

    def upload(self, actor: str, data: bytes, metadata: Mapping[str, str]) -> str:
        """Send a file by tus 1.0.0 (creation with upload) and return its address.

        Raises:
            EocError: the server refused the file.
        """
        pairs = (f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in metadata.items())
        first = data[:CHUNK_BYTES]
        headers = {"Upload-Length": str(len(data)), "Upload-Metadata": ",".join(pairs)}
        reply = self._tus("POST", actor, f"{self.prefix}/uploads", headers, first)
        address = urlsplit(_header(reply, "Location")).path
        offset = int(_header(reply, "Upload-Offset") or len(first))
        while offset < len(data):
            piece = data[offset : offset + CHUNK_BYTES]
            reply = self._tus("PATCH", actor, address, {"Upload-Offset": str(offset)}, piece)
            offset = int(_header(reply, "Upload-Offset"))
        return address

    def _tus(
        self, method: str, actor: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
        more = {
            "Tus-Resumable": "1.0.0",
            "Content-Type": "application/offset+octet-stream",
            "Upload-Checksum": f"sha256 {checksum}",
            **headers,
        }
        reply = self.send(method, path, self._headers(actor) | more, body)
        if reply[0] >= 400:
            raise error_of(reply[0], reply[2])
        return reply

    def _json(self, method: str, actor: str, path: str, body: bytes) -> Any:
        headers = self._headers(actor) | {"Accept": "application/json"}
        if body:
            headers["Content-Type"] = "application/json"
        status, _, answer = self.send(method, f"{self.prefix}/api/v1{path}", headers, body)
        try:
            value = json.loads(answer)
        except ValueError:
            raise error_of(status, answer) from None
        if status >= 400 and "results" not in value:
            raise error_of(status, answer)
        return value

    def _headers(self, actor: str) -> dict[str, str]:
        if actor not in self.tokens:
            raise Forbidden(f"There is no token for {actor!r}; add one with `eoc tokens add`.")
        return {"Authorization": f"Bearer {self.tokens[actor]}"}


@dataclass(slots=True)
class Replica:
    """What one actor sees of an incident, caught up by HTTP on demand."""

    doors: Doors
    actor: str
    incident_id: str
    position: int = 0
    features: dict[str, dict[str, Any]] = field(default_factory=dict)

    def catch_up(self) -> None:
        """Fetch what changed since the last time."""
        path = f"/incidents/{quote(self.incident_id)}/changes?limit=1000&after="
        for change in self._pages(path):
            if change["type"] == "Tombstone":
                self.features.pop(change["id"], None)
            else:
                self.features[change["id"]] = change

    def seen(self, subject_id: str) -> int:
        """Return the last seq of a subject as this actor sees it now; 0 if not at all."""
        self.catch_up()
        return int(self.features.get(subject_id, {}).get("seq", 0))

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        more = True
        while more:
            page = self.doors.get(self.actor, f"{path}{self.position}")
            yield from page["changes"]
            self.position, more = page["upto"], page["more"]


def error_of(status: int, body: bytes) -> EocError:
    """Return what a server answered as an error of our own tree."""
    try:
        shape = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        shape = {"code": "busy" if status in (429, 502, 503, 504) else "error", "message": ""}
    return from_shape(shape, status)


def from_shape(shape: Mapping[str, Any], status: int = 0) -> EocError:
    """Return the error of the one JSON error shape; an unknown code is an ``EocError``."""
    kinds = {cls.code: cls for cls in _tree(EocError)}
    cls = kinds.get(str(shape.get("code")), EocError)
    detail = dict(shape.get("detail") or {})
    return cls(str(shape.get("message") or f"The server answered {status}."), **detail)


def _tree(cls: type[EocError]) -> Iterator[type[EocError]]:
    yield cls
    for below in cls.__subclasses__():
        yield from _tree(below)


def _header(answer: Answer, name: str) -> str:
    """Header names differ in case between servers."""
    found = {k.lower(): v for k, v in answer[1].items()}
    return found.get(name.lower(), "")


TRANSIENT = (errors.Busy, errors.TooMany, errors.StorageFull)
