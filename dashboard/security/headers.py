"""Headers of every answer: what a page may load, and what others may do with it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from dashboard.config import Settings
from layers import catalog

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def install(app: Flask, settings: Settings) -> None:
    """Put the headers on every answer of an application.

    The hashes of Dash's inline scripts are read from ``app.config["EOC_CSP_HASHES"]``.
    """
    app.config.setdefault("EOC_CSP_HASHES", [])
    tiles = " ".join(sorted(filter(None, _tile_origins(settings))))

    def headers(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault(
            "Content-Security-Policy", csp(request.host, app.config["EOC_CSP_HASHES"], tiles)
        )  # a door may be stricter: a picture runs nothing
        if settings.secure:
            response.headers["Strict-Transport-Security"] = HSTS
        if g.get("principal") is not None:
            # a shared computer must not show the last person's page from its cache
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(headers)


def csp(host: str, script_hashes: list[str], tiles: str = "") -> str:
    """Return the policy: only our own scripts, pictures, sockets; tiles if there are any."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(dict.fromkeys(["'self'", *script_hashes])),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' blob: data: {tiles}".strip(),
        "connect-src": f"'self' ws://{host} wss://{host}",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _tile_origins(settings: Settings) -> set[str]:
    """Return where browsers may load tiles from: nowhere unless a setting says so."""
    online = catalog.load().layers if settings.online_tiles else ()
    official = {_origin(layer.url) for layer in online if layer.kind == "raster"}
    return {_origin(settings.tiles_url), *official}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    # tile addresses may name a sub-domain by letter: https://{s}.example/…
    host = parts.netloc.replace("{s}", "*")
    return f"{parts.scheme}://{host}" if parts.scheme and host else ""
