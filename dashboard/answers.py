"""The edge: errors to HTTP status in one table, JSON in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from dashboard import errors
from dashboard.clock import parse_iso
from dashboard.errors import EocError, Malformed, Refused, TooLarge
from layers.errors import LayerError

STATUS: dict[type[EocError], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.NotYet: 404,
    errors.Conflict: 409,
    errors.Stale: 409,
    errors.IdReused: 409,
    errors.OffsetMismatch: 409,
    errors.Locked: 423,
    errors.Expired: 410,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.Refused: 422,
    errors.BrokenMedia: 422,
    errors.TooMany: 429,
    errors.ChecksumMismatch: 460,
    errors.EocError: 500,
    errors.Misconfigured: 500,
    errors.Busy: 503,
    errors.StorageFull: 507,
}
MAX_JSON_BYTES = 8_000_000


def status_of(error: EocError) -> int:
    """Return the HTTP status of an error of our tree."""
    return STATUS[type(error)]


def answer(value: Any, status: int = 200) -> Response:
    """Return a JSON response; nothing of it is kept by caches."""
    body = orjson.dumps(value)
    headers = {"Cache-Control": "no-store"}
    return Response(body, status, headers=headers, mimetype="application/json")


def failure(error: EocError) -> Response:
    """Return the one error shape with the status of its class."""
    response = answer({"error": error.shape()}, status_of(error))
    if "retry_after_s" in error.detail:
        response.headers["Retry-After"] = str(error.detail["retry_after_s"])
    return response


def body_json() -> Any:
    """Return the request's JSON body.

    Raises:
        TooLarge: more than 8 MB, known before it is read.
        Malformed: not JSON.
    """
    if (request.content_length or 0) > MAX_JSON_BYTES:
        raise TooLarge(
            f"The request holds {request.content_length} bytes; send at most {MAX_JSON_BYTES}.",
            limit=MAX_JSON_BYTES,
        )
    try:
        return orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The request is not JSON: {error}.", field="", value=None) from None


def whole(name: str, default: int, *, low: int = 0, high: int = 2**62) -> int:
    """Return a whole number of the query string.

    Raises:
        Malformed: not a number, or out of range.
    """
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text[:20]) <= high:
        raise Malformed(
            f"{name} is {text[:40]!r}; it must be a whole number from {low} to {high}.",
            field=name, value=text[:40],
        )  # fmt: skip
    return int(text)


def moment_us(text: str) -> int:
    """Return the microseconds of a time in the query string.

    Raises:
        Malformed: not ISO 8601, or without a zone.
    """
    try:
        return parse_iso(text.replace(" ", "+"))
    except ValueError as error:
        raise Malformed(f"Not a time: {error}.", field="time", value=text[:40]) from None


def seq_of(text: str, seq_at: Callable[[int], int]) -> int:
    """Return the seq that ``known_at`` means: a seq, or a time looked up by ``seq_at``.

    Raises:
        Malformed: neither.
    """
    if text.isascii() and text.isdigit():
        return int(text[:18])
    return seq_at(moment_us(text))


def install_error_answers(app: Flask) -> None:
    """Answer every error of API, uploads and media in the one shape."""
    app.register_error_handler(EocError, failure)
    app.register_error_handler(LayerError, lambda error: failure(Refused(f"{error}"[:2000])))
    app.register_error_handler(HTTPException, _http)


def _http(error: HTTPException) -> Response:
    code = (error.name or "error").lower().replace(" ", "_")
    shape = {"code": code, "message": error.description or "", "detail": {"path": request.path}}
    response = answer({"error": shape}, error.code or 500)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "location"):
            response.headers[name] = value
    return response
