"""Structured logs: one JSON line a request, with an id that the answer carries too."""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid

import structlog
from flask import Flask, Response, g, request

REQUEST_ID = "X-Request-Id"
WELL_FORMED = re.compile(r"[0-9A-Za-z-]{8,64}")


def configure(level: str) -> None:
    """Write JSON lines to standard error, at ``level`` and above."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )


def install_request_log(app: Flask) -> None:
    """Give every request an id and a line: method, path, status, milliseconds, person."""
    log = structlog.get_logger("request")

    def begin() -> None:
        given = request.headers.get(REQUEST_ID, "")
        g.request_id = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        g.began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    def end(response: Response) -> Response:
        response.headers[REQUEST_ID] = g.get("request_id", "")
        who = g.get("principal")
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round(1000 * (time.perf_counter() - g.get("began", 0.0)), 1),
            person_id=who.person_id if who else None,
        )
        structlog.contextvars.clear_contextvars()
        return response

    app.before_request(begin)
    app.after_request(end)
