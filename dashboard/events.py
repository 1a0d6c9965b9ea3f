"""The entries of the log: their envelope, the table of kinds and what ``upgrade`` reads.

A *fact* (a photo, a report, an arrival) is always accepted and marked if odd.
A *decision* (triage, instruction, release) carries ``seen``, the last seq of its
subject that the decider had on screen. ``docs/kinds.md`` is generated from ``KINDS``.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from dashboard import bodies as b
from dashboard.clock import to_us
from dashboard.errors import Malformed

MAX_BODY_BYTES = 64_000
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


class Event(NamedTuple):
    """One row of the log. Times are microseconds UTC; ``body`` is None once erased."""

    seq: int
    id: str
    incident_id: str
    kind: str
    v: int
    subject_id: str
    about_id: str | None
    occurred_us: int
    sent_us: int
    recorded_us: int
    person_id: str | None
    device_id: str | None
    source: str
    body: dict[str, Any] | None
    body_hash: bytes
    hash: bytes


class Sent(BaseModel):
    """What a client sends. Unknown keys are refused: a typo must not be lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    kind: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=64)
    v: int = Field(ge=1, le=1000, strict=True)
    subject_id: str = Field(pattern=r"^[0-9A-Za-z:_.-]{1,100}$")
    occurred_at: AwareDatetime
    sent_at: AwareDatetime
    body: dict[str, Any]
    person_id: str | None = Field(default=None, pattern=r"^[0-9A-Za-z:_.-]{1,64}$")

    @property
    def occurred_us(self) -> int:
        """When it happened by the sender's clock, microseconds UTC."""
        return to_us(self.occurred_at)

    @property
    def sent_us(self) -> int:
        """When it was sent by the sender's clock, microseconds UTC."""
        return to_us(self.sent_at)


FACT, DECISION = "fact", "decision"
HQ = frozenset({"commander", "desk"})
CREW = HQ | {"field"}
STAFF = HQ | {"admin"}
SYSTEM = frozenset({"system"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of ``KINDS``: shape, nature, who may send it and its name on screen."""

    name: str
    ja: str
    nature: str
    roles: frozenset[str]
    body: type[BaseModel]
    v: int = 1
    about: str | None = None  # the key of the body that names the second subject
    upgrades: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()
    max_bytes: int = MAX_BODY_BYTES  # a worker's table of the whole town may be larger

    @property
    def noun(self) -> str:
        """The type of its subject."""
        return self.name.partition(".")[0]


def _table(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


KINDS: dict[str, Kind] = _table(
    Kind("incident.opened", "事案開始", DECISION, STAFF, b.IncidentOpened),
    Kind("incident.ended", "事案終結", DECISION, STAFF, b.Ended),
    Kind("report.received", "通報受付", FACT, CREW | {"partner", "controller"}, b.ReportReceived),
    Kind("report.corrected", "通報訂正", FACT, CREW, b.ReportCorrected),
    Kind("report.triaged", "優先度判定", DECISION, HQ, b.ReportTriaged),
    Kind("report.placed", "位置確定", DECISION, HQ, b.Placed),
    Kind("report.retracted", "通報取下げ", DECISION, CREW, b.Ended),
    Kind("report.shared", "関係機関へ共有", DECISION, HQ, b.Shared),
    Kind("report.unshared", "共有解除", DECISION, HQ, b.Shared),
    Kind(
        "photo.announced",
        "写真送信予告",
        FACT,
        CREW | {"controller"},
        b.PhotoAnnounced,
        about="report_id",
    ),
    Kind("photo.preview_received", "写真縮小版受領", FACT, SYSTEM, b.PreviewReceived),
    Kind("photo.received", "写真受領", FACT, SYSTEM, b.PhotoReceived),
    Kind("photo.rendered", "写真表示用作成", FACT, SYSTEM, b.PhotoRendered),
    Kind("photo.refused", "写真受付不可", FACT, SYSTEM, b.PhotoRefused),
    Kind("photo.placed", "写真位置確定", DECISION, HQ, b.Placed),
    Kind("instruction.issued", "指示", DECISION, HQ, b.InstructionIssued, about="report_id"),
    Kind("instruction.delivered", "指示到達", FACT, CREW, b.Stamp),
    Kind("instruction.read", "指示既読", FACT, CREW, b.Stamp),
    Kind("instruction.acknowledged", "了解", FACT, CREW, b.Stamp),
    Kind("instruction.departed", "向かう", FACT, CREW, b.Stamp),
    Kind("instruction.arrived", "到着", FACT, CREW, b.Stamp),
    Kind("instruction.completed", "作業完了", FACT, CREW, b.Stamp),
    Kind("instruction.support_requested", "応援求む", FACT, CREW, b.Stamp),
    Kind("instruction.found_normal", "異常なし", FACT, CREW, b.Stamp),
    Kind("instruction.withdrawn", "指示取消", DECISION, HQ, b.Ended),
    Kind("road_closure.declared", "通行止め開始", DECISION, HQ, b.ClosureDeclared),
    Kind("road_closure.lifted", "通行止め解除", DECISION, HQ, b.Ended),
    Kind("road_damage.reported", "道路被害", FACT, CREW, b.DamageReported, about="report_id"),
    Kind("river_damage.reported", "河川被害", FACT, CREW, b.DamageReported, about="report_id"),
    Kind("layer.published", "地図レイヤー公開", DECISION, STAFF | SYSTEM, b.LayerPublished),
    Kind("layer.withdrawn", "地図レイヤー取下げ", DECISION, STAFF, b.Ended),
    Kind("isolation.computed", "孤立判定", FACT, SYSTEM, b.IsolationComputed, max_bytes=1_000_000),
    Kind("lahar_clock.started", "泥流時計開始", DECISION, HQ | {"controller"}, b.LaharStarted),
    Kind("lahar_clock.computed", "泥流到達時間", FACT, SYSTEM, b.LaharComputed),
    Kind("lahar_clock.stopped", "泥流時計停止", DECISION, HQ | {"controller"}, b.Ended),
    Kind("team.formed", "班編成", DECISION, STAFF, b.TeamFormed),
    Kind("team.disbanded", "班解散", DECISION, STAFF, b.Ended),
    Kind("person.mustered", "参集", FACT, CREW | {"admin"}, b.Mustered),
    Kind("person.assigned", "配置", DECISION, STAFF, b.Assigned),
    Kind("person.dismissed", "解散・帰庁", FACT, CREW | {"admin"}, b.Mustered),
    Kind("drill.clock_set", "想定時刻設定", DECISION, frozenset({"controller"}), b.ClockSet),
    Kind("body.erased", "内容消去", FACT, SYSTEM, b.Erased),
)


def read_sent(raw: Any, index: int = 0) -> Sent:
    """Return the envelope of one event.

    Raises:
        Malformed: naming ``index``, ``field`` and ``value`` of the first fault.
    """
    if not isinstance(raw, dict):
        raise Malformed(
            f"Event {index} is not an object.", index=index, field="", value=_short(raw)
        )
    try:
        sent = Sent.model_validate(raw)
    except ValidationError as error:
        raise _malformed(error, index) from None
    if sent.id.version != 7:
        raise Malformed(
            f"Event {index}: id {sent.id} is not a UUIDv7.",
            index=index, field="id", value=str(sent.id),
        )  # fmt: skip
    return sent


def check_body(sent: Sent, index: int = 0) -> None:
    """Check a body against its kind; an unknown kind is kept as it is.

    Raises:
        Malformed: a missing or extra key, a wrong type, a version never released,
            or more than 64 kB.
    """
    try:
        size = len(canonical(sent.body))
    except ValueError as error:  # NaN, Infinity or half a surrogate pair: no JSON can hold it
        raise Malformed(
            f"Event {index}: body cannot be written as JSON: {error}.",
            index=index, field="body", value=None,
        ) from None  # fmt: skip
    kind = KINDS.get(sent.kind)
    limit = kind.max_bytes if kind else MAX_BODY_BYTES
    if size > limit:
        raise Malformed(
            f"Event {index}: body is larger than {limit} bytes.",
            index=index, field="body", value=None,
        )  # fmt: skip
    if kind is None:
        return
    if sent.v > kind.v:
        raise Malformed(
            f"Event {index}: {sent.kind} has no version {sent.v}; the newest is {kind.v}.",
            index=index, field="v", value=sent.v,
        )  # fmt: skip
    try:
        kind.body.model_validate(upgrade(sent.kind, sent.v, sent.body))
    except ValidationError as error:
        raise _malformed(error, index, "body.") from None


def upgrade(kind: str, v: int, body: dict[str, Any]) -> dict[str, Any]:
    """Return a body in today's shape of its kind; rows are never rewritten."""
    known = KINDS.get(kind)
    for step in known.upgrades[v - 1 :] if known else ():
        body = step(body)
    return body


def canonical(value: Any) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(value).encode()


def sameness(sent: Sent) -> bytes:
    """Return the SHA-256 of what the client sent, but for ``sent_at``.

    A phone that tries again stamps a new ``sent_at``; it is still the same event.
    """
    same = [
        str(sent.id), sent.kind, sent.v, sent.subject_id,
        sent.occurred_us, sent.person_id, sent.body,
    ]  # fmt: skip
    return hashlib.sha256(canonical(same)).digest()


def uuid7(now_ms: int | None = None) -> str:
    """Return a new UUIDv7 (RFC 9562): 48 bits of milliseconds, 74 random bits."""
    ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    raw = bytearray(ms.to_bytes(6, "big") + os.urandom(10))
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return str(UUID(bytes=bytes(raw)))


def derived_id(*parts: str) -> str:
    """Return an id of UUIDv7's form that follows from ``parts``.

    For entries of our own programs that must not come twice, whoever writes them.
    """
    raw = bytearray(hashlib.sha256("\x00".join(parts).encode()).digest()[:16])
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return str(UUID(bytes=bytes(raw)))


def _malformed(error: ValidationError, index: int, prefix: str = "") -> Malformed:
    first = error.errors(include_url=False)[0]
    field = prefix + ".".join(str(part) for part in first["loc"])
    return Malformed(
        f"Event {index}: {field}: {first['msg']}.",
        index=index, field=field, value=_short(first.get("input")),
    )  # fmt: skip


def _short(value: Any) -> Any:
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    text = value if isinstance(value, str) else repr(value)
    return text[:200]
