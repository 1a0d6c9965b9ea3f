"""The routes of the ground in one realm."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import orjson
from flask import Blueprint, Response, request, send_file

from dashboard import native
from dashboard.answers import answer
from dashboard.clock import iso
from dashboard.config import Settings
from dashboard.errors import Malformed, NotFound
from dashboard.geo import shelf
from dashboard.geo.listing import Listing
from dashboard.geo.on_line import KIND_JA, Stretch
from dashboard.geo.places import Places
from dashboard.geo.shelters import Asked, Shelters
from dashboard.geo.tiles import TYPES, TileFolder
from dashboard.locale import LANGUAGES, chosen
from dashboard.people import People
from dashboard.principal import current_principal
from dashboard.projections.board import Board
from dashboard.projections.visible import visible
from dashboard.realm import Realm
from layers import catalog

A_YEAR_S = 31_536_000
DAY_S = 86_400
MOST_M = 100_000
LENGTH_M = 100.0  # of a stretch of which one point alone is known
SHA256 = re.compile(r"[0-9a-f]{64}")
# a layer is data: whatever it holds, it may run nothing
SEALED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def blueprint(realm: Realm, people: People, settings: Settings, places: Places) -> Blueprint:
    """Return the door to the ground of a realm."""
    door = Blueprint(f"geo_{realm.name}", __name__, url_prefix=realm.prefix or None)
    routes = Routes(realm, settings, places)
    for rule, view in (
        ("/api/v1/layers", routes.layers),
        ("/api/v1/places", routes.places),
        ("/api/v1/place", routes.place),
        ("/api/v1/stretch", routes.stretch),
        ("/api/v1/incidents/<incident_id>/shelters", routes.shelters),
        ("/layers/<sha256>.geojson", routes.file),
        ("/tiles/<name>/<int:z>/<int:x>/<int:y>", routes.tile),
    ):
        door.add_url_rule(rule, view.__name__, view)
    shelf.add(door, realm, people, settings)
    return door


class Routes:
    """The views of one realm."""

    def __init__(self, realm: Realm, settings: Settings, places: Places) -> None:
        self.realm = realm
        self.catalog = catalog.load()
        self.tiles = TileFolder(settings.state_dir / "tiles")
        self.listing = Listing(realm, settings, self.catalog, self.tiles)
        self.found = places
        self.refuges = Shelters(realm)

    def layers(self) -> Response:
        """Every layer the map can show, now or as it was known at a seq."""
        lang = _lang()
        rows = self.listing.rows(self._board(), lang)
        spoken = "title_en" if lang == "en" else "title_ja"
        groups = [{"id": g.name, "title": getattr(g, spoken)} for g in self.catalog.groups]
        now = iso(self.realm.clock.now_us())
        return answer({"as_of": now, "groups": groups, "layers": rows})

    def places(self) -> Response:
        """Candidates for the words of a place, best first."""
        text = request.args.get("q", "")[:200]
        found = self.found.search(self._board(), text, _limit(), _lang())
        return answer({"q": text, "candidates": found})

    def place(self) -> Response:
        """The words of a position, and the river and road it lies on."""
        unsure_m = _metres("uncertainty_m", 0.0)
        return answer(self.found.about(self._board(), _position(), _lang(), unsure_m))

    def stretch(self) -> Response:
        """Part of a river or road: between two points, or a length around one."""
        return answer(self.found.stretch(self._board(), _stretch()))

    def shelters(self, incident_id: str) -> Response:
        """The sites that fit a place, away from the danger area chosen, and why others do not."""
        asked = Asked(
            _position(), request.args.get("hazard", "")[:64], request.args.get("kind", "volcano")
        )
        return answer(self.refuges.answer(self.realm.live.board(incident_id), asked))

    def file(self, sha256: str) -> Response:
        """A published layer: immutable, to whoever may see that it was published."""
        if not SHA256.fullmatch(sha256) or not self._published(sha256):
            raise NotFound(f"There is no layer {sha256[:64]} here.", sha256=sha256[:64])
        path: Path = self.realm.media.path(sha256)
        if not path.is_file():
            raise NotFound(f"The file of layer {sha256[:12]}… is not here.", sha256=sha256)
        forever = f"private, max-age={A_YEAR_S}, immutable"
        if kind := request.args.get("kind"):
            body = native.run(_part, path, kind)
            return _sealed(Response(body, mimetype="application/geo+json"), forever)
        sent = send_file(
            path.absolute(), mimetype="application/geo+json", etag=sha256, conditional=True
        )
        return _sealed(sent, forever)

    def tile(self, name: str, z: int, x: int, y: int) -> Response:
        """One tile of an archive kept here; 204 where it holds none: that is not "safe"."""
        archive = self.tiles.archive(name)
        inside = z <= 22 and x < 2**z and y < 2**z
        content = native.run(archive.tile, z, x, y) if inside else None
        if content is None:
            return _sealed(Response(status=204), f"private, max-age={DAY_S}")
        sent = Response(content, mimetype=TYPES.get(archive.format, "application/octet-stream"))
        if archive.encoding == "gzip":
            sent.headers["Content-Encoding"] = "gzip"
        return _sealed(sent, f"private, max-age={DAY_S}")

    def _board(self) -> Board | None:
        """Return the board asked for, else that of the newest incident, else None."""
        asked, live = request.args.get("incident", ""), self.realm.live
        if not asked:
            return next(iter(live.opened()), None)
        known = request.args.get("known_at", "")
        if not known:
            return live.board(asked)
        if not known.isascii() or not known.isdigit():
            raise Malformed("known_at must be a seq.", field="known_at", value=known[:40])
        return live.as_known(asked, int(known[:18]))

    def _published(self, sha256: str) -> bool:
        audience = current_principal().audience(self.realm.name) or "nobody"
        layers = (s for board in self.realm.live.opened() for s in board.of_type("layer"))
        return any(s.get(f"file:{sha256}") and visible(s, audience) for s in layers)


@lru_cache(maxsize=32)
def _part(path: Path, kind: str) -> bytes:
    """Return the features of one kind of a layer file that never changes."""
    document = orjson.loads(path.read_bytes())
    kept = [f for f in document["features"] if f["properties"].get("kind") == kind]
    return orjson.dumps({**document, "features": kept})


def _lang() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else chosen(request.cookies)


def _limit() -> int:
    text = request.args.get("limit", "10")
    return min(50, int(text)) if text.isascii() and text.isdigit() else 10


def _position(before: str = "") -> tuple[float, float]:
    names = f"{before}lon", f"{before}lat"
    try:
        lon, lat = (float(request.args[name]) for name in names)
    except (KeyError, ValueError):
        raise Malformed(
            f"Give {names[0]} and {names[1]} in degrees.", field=names[0], value=None
        ) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Malformed(f"lon {lon}, lat {lat} is no position.", field=names[0], value=f"{lon}")
    return lon, lat


def _metres(name: str, default: float) -> float:
    text = request.args.get(name, "")
    try:
        metres = float(text) if text else default
    except ValueError:
        metres = -1.0
    if not 0 <= metres <= MOST_M:
        raise Malformed(
            f"{name} is {text[:40]!r}; give metres from 0 to {MOST_M}.",
            field=name, value=text[:40],
        )  # fmt: skip
    return metres


def _stretch() -> Stretch:
    kind = request.args.get("kind", "")
    if kind not in KIND_JA:
        raise Malformed(
            f"kind is {kind[:40]!r}; use one of {sorted(KIND_JA)}.", field="kind", value=kind[:40]
        )
    if "to_lon" in request.args:
        return Stretch(kind, _position(), _position("to_"))
    return Stretch(kind, _position(), length_m=_metres("length_m", LENGTH_M) or LENGTH_M)


def _sealed(sent: Response, caching: str) -> Response:
    sent.headers["Cache-Control"] = caching
    for name, value in SEALED.items():
        sent.headers[name] = value
    return sent
