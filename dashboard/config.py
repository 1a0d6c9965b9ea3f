"""Settings: every ``EOC_*`` variable, its default and what it is for, in one table."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dashboard.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: name, default (as text) and help."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting("EOC_STATE_DIR", "./var", "Folder for databases, media, uploads and the bundle."),
    Setting("EOC_DATABASE_URL", "", "Empty: SQLite files in EOC_STATE_DIR. Or postgresql://…"),
    Setting("EOC_SECRET_KEY", "", "Signs sessions. Needed unless EOC_DEMO=1. 32+ characters."),
    Setting("EOC_HOST", "127.0.0.1", "Address to listen on."),
    Setting("EOC_PORT", "8050", "Port to listen on."),
    Setting(
        "EOC_PUBLIC_URL",
        "http://localhost:8050",
        "Address people type; decides links, allowed origin, Secure cookies, passkey domain.",
    ),
    Setting("EOC_PROXIES", "0", "Reverse proxies in front that set X-Forwarded-*; 0: none."),
    Setting("EOC_DEMO", "0", "1: demo incident, demo logins, a secret key made at first start."),
    Setting("EOC_TILES_URL", "", "Base map tiles {z}/{x}/{y}; empty: the hand-made ground only."),
    Setting("EOC_TILES_ATTRIBUTION", "", "Attribution of EOC_TILES_URL, shown on the map."),
    Setting(
        "EOC_ONLINE_TILES",
        "0",
        "1: browsers may load the catalogue's tiles from their providers where none are kept here.",
    ),
    Setting("EOC_CONTACT", "", "Mail address told to map providers when data is fetched."),
    Setting("EOC_TIMEZONE", "Asia/Tokyo", "Zone of photo times that carry none."),
    Setting("EOC_MAX_UPLOAD_MB", "100", "Largest photo accepted, in megabytes."),
    Setting("EOC_UPLOAD_HOURS", "72", "Hours after which an unfinished upload expires."),
    Setting("EOC_LOG_LEVEL", "info", "debug, info, warning or error."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force, parsed. Build with :func:`load`."""

    state_dir: Path = Path("var")
    database_url: str = ""
    secret_key: str = ""
    host: str = "127.0.0.1"
    port: int = 8050
    public_url: str = "http://localhost:8050"
    proxies: int = 0
    demo: bool = False
    tiles_url: str = ""
    tiles_attribution: str = ""
    online_tiles: bool = False
    contact: str = ""
    timezone: str = "Asia/Tokyo"
    max_upload_mb: int = 100
    upload_hours: int = 72
    log_level: str = "info"
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secure(self) -> bool:
        """Tell whether cookies must be ``Secure`` (the public address is https)."""
        return urlsplit(self.public_url).scheme == "https"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment.

    Raises:
        Misconfigured: an unknown ``EOC_*`` name, or a value of the wrong type.
    """
    given = {k: v for k, v in (environ or os.environ).items() if k.startswith("EOC_")}
    known = {s.name: s.default for s in SETTINGS}
    for name in given:
        if name not in known:
            raise Misconfigured(f"{name} is not a setting; see `eoc settings`.", name=name)
    raw = {**known, **given}
    return Settings(
        state_dir=Path(raw["EOC_STATE_DIR"]),
        database_url=raw["EOC_DATABASE_URL"],
        secret_key=raw["EOC_SECRET_KEY"],
        host=raw["EOC_HOST"],
        port=_whole(raw, "EOC_PORT"),
        public_url=raw["EOC_PUBLIC_URL"].rstrip("/"),
        proxies=_whole(raw, "EOC_PROXIES"),
        demo=_flag(raw, "EOC_DEMO"),
        tiles_url=raw["EOC_TILES_URL"],
        tiles_attribution=raw["EOC_TILES_ATTRIBUTION"],
        online_tiles=_flag(raw, "EOC_ONLINE_TILES"),
        contact=raw["EOC_CONTACT"],
        timezone=raw["EOC_TIMEZONE"],
        max_upload_mb=_whole(raw, "EOC_MAX_UPLOAD_MB"),
        upload_hours=_whole(raw, "EOC_UPLOAD_HOURS"),
        log_level=raw["EOC_LOG_LEVEL"],
        raw=raw,
    )


def require_secret(settings: Settings) -> str:
    """Return the key that signs sessions; the demo makes and keeps one of its own.

    Raises:
        Misconfigured: no key outside the demo, or one that is too short.
    """
    if settings.secret_key:
        if len(settings.secret_key) < 32:
            raise Misconfigured("EOC_SECRET_KEY is shorter than 32 characters; make a longer one.")
        return settings.secret_key
    if not settings.demo:
        raise Misconfigured("EOC_SECRET_KEY is not set; set it, or EOC_DEMO=1 for a demo.")
    path = settings.state_dir / "demo-secret"
    if not path.exists():
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def _whole(raw: Mapping[str, str], name: str) -> int:
    try:
        return int(raw[name])
    except ValueError:
        raise Misconfigured(
            f"{name} has value {raw[name]!r}; it must be a whole number.", name=name
        ) from None


def _flag(raw: Mapping[str, str], name: str) -> bool:
    allowed = {"0": False, "1": True}
    if raw[name] not in allowed:
        raise Misconfigured(f"{name} has value {raw[name]!r}; it must be 0 or 1.", name=name)
    return allowed[raw[name]]
