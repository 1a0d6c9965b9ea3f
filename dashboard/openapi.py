"""The OpenAPI document, built from the tables that the program itself runs on."""

from __future__ import annotations

from typing import Any

from dashboard import __version__
from dashboard.events import KINDS, Sent

Schema = dict[str, Any]
REF = "#/components/schemas/{model}"


def document(prefix: str = "") -> Schema:
    """Return the OpenAPI 3.1 description of one realm's API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "biei-eoc",
            "version": __version__,
            "description": "Events in, changes out. Positions are lon, lat in EPSG:4326.",
        },
        "servers": [{"url": f"{prefix}/api/v1"}],
        "security": [{"bearer": []}, {"session": []}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "securitySchemes": SECURITY},
    }


SECURITY: Schema = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
}
ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "detail"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "detail": {"type": "object"},
            },
        }
    },
}
CHANGE: Schema = {
    "type": "object",
    "required": ["type", "id", "seq"],
    "properties": {
        "type": {"enum": ["Feature", "Tombstone"]},
        "id": {"type": "string"},
        "seq": {"type": "integer"},
        "geometry": {"type": ["object", "null"]},
        "properties": {"type": "object"},
    },
}
RESULT: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": ["string", "null"]},
        "seq": {"type": "integer"},
        "duplicate": {"type": "boolean"},
        "error": {"type": "object"},
        "status": {"type": "integer"},
    },
}


def _schemas() -> Schema:
    made = {"Error": ERROR, "Change": CHANGE, "Result": RESULT}
    made["Sent"] = Sent.model_json_schema(ref_template=REF)
    for kind in KINDS.values():
        schema = kind.body.model_json_schema(ref_template=REF)
        made |= schema.pop("$defs", {})
        made[kind.body.__name__] = schema
    made["Sent"]["description"] = "body by kind: " + ", ".join(
        f"{k.name} → {k.body.__name__}" for k in KINDS.values()
    )
    return made


def _paths() -> Schema:
    known = ["incident_id"]
    return {
        "/me": {"get": _get("Who am I here", {"type": "object"})},
        "/teams": {"get": _get("Teams", _object("teams", _list({"type": "object"})))},
        "/incidents": {
            "get": _get("Incidents, newest first", _object("incidents", _list({"type": "object"}))),
            "post": _post("Open an incident", OPEN, {"type": "object"}, "201"),
        },
        "/incidents/{incident_id}/events": {
            "post": _post("1 to 500 events", _batch(), _object("results", _list(_ref("Result"))))
            | {"parameters": _parameters(known)}
        },
        "/incidents/{incident_id}/changes": {
            "get": _get("What changed after a seq", CHANGES, known, "after", "limit")
        },
        "/incidents/{incident_id}/board.geojson": {
            "get": _get("The board, now or then", {"type": "object"}, known, "known_at", "true_at")
        },
        "/incidents/{incident_id}/timeline": {
            "get": _get("The timeline", {"type": "object"}, known, "after", "limit")
        },
        "/incidents/{incident_id}/timeline.csv": {
            "get": _get("The timeline as CSV", {"type": "string"}, known, media="text/csv")
        },
        "/incidents/{incident_id}/shelters": {
            "get": _get(
                "Shelters that fit a place",
                _object("sites", _list({"type": "object"})),
                known,
                "lon",
                "lat",
                "hazard",
                "kind",
            )
        },
        "/incidents/{incident_id}/export.{format}": {
            "get": _get(
                "The board as geojson, gpkg, kml, kmz, fgb or csv",
                {"type": "string", "format": "binary"},
                [*known, "format"],
                "types",
                "known_at",
                media="application/octet-stream",
            )
        },
        **{
            path: {"get": _get(summary, {"type": "object"}, [], *query)}
            for path, (summary, *query) in GROUND.items()
        },
        "/layers/imports": {
            "post": _post("Import a file of geodata; its body is the file", FILE, OBJECT, "202")
            | {"parameters": _parameters([], "filename", *IMPORT)}
        },
        "/layers/imports/{id}": {
            "get": _get("How an import stands", OBJECT, ["id"]),
            "delete": _get("Cancel an import", OBJECT, ["id"]),
        },
        "/incidents/{incident_id}/layers/{name}": {
            "put": _post("Put a layer of the shelf in force", DECISION, OBJECT, "201")
            | {"parameters": _parameters([*known, "name"])},
            "delete": _get("Take a layer out of force", OBJECT, [*known, "name"]),
        },
        "/openapi.json": {"get": _get("This document", {"type": "object"})},
    }


OBJECT: Schema = {"type": "object"}
FILE: Schema = {"type": "string", "format": "binary"}
DECISION: Schema = {
    "type": "object",
    "properties": {
        "reason": {"type": "string"},
        "seen": {"type": "integer"},
        "sha256": {"type": "string"},
    },
}
IMPORT = ("name", "title", "role", "source", "licence", "attribution", "date", "crs", "encoding")
# path → summary and the words of its query
GROUND: dict[str, tuple[str, ...]] = {
    "/layers": ("Layers of the map", "incident", "known_at", "lang"),
    "/layers/shelf": ("What the town imported or fetched", "incident"),
    "/places": ("Places by name", "q", "limit", "incident", "lang"),
    "/place": ("The words of a position", "lon", "lat", "uncertainty_m", "incident", "lang"),
    "/stretch": (
        "Part of a river or road",
        "kind", "lon", "lat", "to_lon", "to_lat", "length_m", "incident",
    ),
}  # fmt: skip


def _ref(name: str) -> Schema:
    return {"$ref": REF.format(model=name)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(name: str, schema: Schema) -> Schema:
    return {"type": "object", "required": [name], "properties": {name: schema}}


OPEN: Schema = {
    "type": "object",
    "required": ["title"],
    "properties": {"id": {"type": "string"}, "title": {"type": "string"}},
}
CHANGES: Schema = {
    "type": "object",
    "required": ["after", "upto", "more", "changes"],
    "properties": {
        "after": {"type": "integer"},
        "upto": {"type": "integer"},
        "more": {"type": "boolean"},
        "changes": _list(_ref("Change")),
    },
}


def _batch() -> Schema:
    return {"oneOf": [_object("events", _list(_ref("Sent"))), _list(_ref("Sent")), _ref("Sent")]}


def _parameters(path: list[str], *query: str) -> list[Schema]:
    text = {"type": "string"}
    return [{"name": n, "in": "path", "required": True, "schema": text} for n in path] + [
        {"name": n, "in": "query", "required": False, "schema": text} for n in query
    ]


def _answers(schema: Schema, status: str, media: str = "application/json") -> Schema:
    error = {"description": "error", "content": {"application/json": {"schema": _ref("Error")}}}
    return {
        status: {"description": "done", "content": {media: {"schema": schema}}}
    } | dict.fromkeys(("400", "401", "403", "404", "409", "422", "507"), error)


def _get(
    summary: str,
    schema: Schema,
    path: list[str] | None = None,
    *query: str,
    media: str = "application/json",
) -> Schema:
    return {
        "summary": summary,
        "parameters": _parameters(path or [], *query),
        "responses": _answers(schema, "200", media),
    }


def _post(summary: str, sent: Schema, schema: Schema, status: str = "200") -> Schema:
    return {
        "summary": summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": sent}}},
        "responses": _answers(schema, status),
    }
