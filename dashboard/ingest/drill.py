"""The one player for demo, tests and drills: a scenario through the same doors as anyone.

It knows HTTP only. Ids are made from the run and the step, so a run that was cut goes on
where it stopped: what the log already holds is answered as such and not sent twice.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote
from uuid import UUID

from dashboard.clock import Clock, iso, parse_iso, to_datetime
from dashboard.errors import EocError
from dashboard.events import DECISION, KINDS, uuid7
from dashboard.ingest.doors import TRANSIENT, Doors, Replica, from_shape
from dashboard.ingest.pictures import Picture, draw_picture
from dashboard.ingest.scenario import STARTS, Photo, Scenario, Step, resolved

SENT, ALREADY, REFUSED = "sent", "already", "refused"
TRIES = 5
ARRIVED = frozenset({"received", "rendered", "refused"})


class Waits(Protocol):
    """Waits for seconds, or less: ``threading.Event.wait`` fits, and its ``set`` cancels."""

    def wait(self, timeout: float) -> bool:
        """Return True when the play is to stop."""
        ...


class Progress(NamedTuple):
    """One step done: its number (1 for the first), how many there are, and the outcome."""

    number: int
    total: int
    step: Step
    outcome: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One playing of a scenario; the same ``id`` goes on with the same run."""

    id: str = field(default_factory=uuid7)
    speed: float = 1.0

    def made(self, name: str, order: int = 0) -> str:
        """Return the UUIDv7 of a name in this run; they sort by ``order``."""
        began_ms = UUID(self.id).int >> 80
        dice = hashlib.sha256(f"{self.id}/{name}".encode()).digest()[:10]
        raw = bytearray((began_ms + order).to_bytes(6, "big") + dice)
        raw[6] = 0x70 | raw[6] & 0x0F
        raw[8] = 0x80 | raw[8] & 0x3F
        return str(UUID(bytes=bytes(raw)))


class Player:
    """Plays one run of one scenario.

    ``stop`` is waited on between steps: a ``threading.Event`` cancels the play when set.
    """

    def __init__(
        self,
        scenario: Scenario,
        doors: Doors,
        run: Run,
        *,
        clock: Clock,
        stop: Waits,
        on_step: Callable[[Progress], None] = lambda progress: None,
        draw: Callable[[Picture], bytes] = draw_picture,
    ) -> None:
        self.scenario, self.doors, self.run = scenario, doors, run
        self.clock, self.stop, self.on_step, self.draw = clock, stop, on_step, draw
        self.incident_id = run.made("incident")
        self.ids = {s.subject: run.made(f"subject/{s.subject}") for s in scenario.steps}
        self.teams: dict[str, str] = {}
        self.desk = _first(scenario, "commander", "desk", "admin")
        self.replica = Replica(doors, self.desk, self.incident_id)
        self.outcomes: dict[int, str] = {}
        self._drawn: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._origin_us = 0

    def play(self) -> bool:
        """Play everything; return False when it was cancelled.

        Raises:
            EocError: the server did not answer, or refused the whole play.
        """
        self.open()
        return self.rest()

    def open(self) -> None:
        """Open the incident and play the opening part at once, without waiting."""
        self._open_incident()
        self._set_clock()
        for number, step in self._numbered():
            if step.at <= self.scenario.opening and not self.stop.wait(0):
                self._one(number, step)

    def rest(self) -> bool:
        """Play what follows the opening at the speed of the run; False when cancelled."""
        self._start_clock()
        later = ((n, s) for n, s in self._numbered() if s.at > self.scenario.opening)
        for number, step in later:
            if self._wait_for(step) or not self._one_unless_stopped(number, step):
                return False
        return True

    def _one_unless_stopped(self, number: int, step: Step) -> bool:
        """Play one step; a server that goes away while we are stopped is no error."""
        try:
            self._one(number, step)
        except TRANSIENT:
            if not self.stop.wait(0):
                raise
            return False
        return True

    def _numbered(self) -> Iterator[tuple[int, Step]]:
        return iter(enumerate(self.scenario.steps, 1))

    def _open_incident(self) -> None:
        listed = self._tried(lambda: self.doors.get(self.desk, "/incidents"))["incidents"]
        if self.incident_id not in {row["id"] for row in listed}:
            wanted = {"id": self.incident_id, "title": self.scenario.title}
            self._tried(lambda: self.doors.post(self.desk, "/incidents", wanted))
        self._tried(self.replica.catch_up)
        self._know_teams()
        self._start_clock()

    def _know_teams(self) -> None:
        """Teams go by name: the people store of this machine may know them by other ids."""
        listed = self._tried(lambda: self.doors.get(self.desk, "/teams"))["teams"]
        known = {row["name"]: row["id"] for row in listed}
        self.teams = {key: known.get(name, key) for key, name in self.scenario.teams.items()}
        self.ids |= self.teams

    def _set_clock(self) -> None:
        """Tell a drill which time its story has (想定時刻)."""
        actor = _first(self.scenario, "controller") if self.scenario.realm == "drill" else ""
        if actor:
            story = self.scenario.starts_at + timedelta(seconds=self.scenario.opening)
            body = {"story_at": story.isoformat(), "speed": min(self.run.speed, 1000.0), "seen": 0}
            self._events(actor, [self._event("drill.clock_set", self.run.made("clock"), 0, body)])

    def _start_clock(self) -> None:
        """Put the story's clock so that the next step not yet played comes at its time."""
        last = self.scenario.opening
        for step in self.scenario.steps:
            if step.kind in STARTS and self.ids[step.subject] in self.replica.features:
                last = max(last, step.at)
        self._origin_us = self.clock.now_us() - self._after_opening_us(last)

    def _after_opening_us(self, at: float) -> int:
        if math.isinf(self.run.speed):
            return 0
        return round(max(0.0, at - self.scenario.opening) / self.run.speed * 1e6)

    def _wait_for(self, step: Step) -> bool:
        due_us = self._origin_us + self._after_opening_us(step.at)
        while (left_s := (due_us - self.clock.now_us()) / 1e6) > 0:
            if self.stop.wait(min(left_s, 1.0)):
                return True
        return self.stop.wait(0)

    def _one(self, number: int, step: Step) -> None:
        outcome, message = self._tried(lambda: self._send(number, step))
        self.outcomes[number] = outcome
        total = len(self.scenario.steps)
        self.on_step(Progress(number, total, step, outcome, message))

    def _send(self, number: int, step: Step) -> tuple[str, str]:
        subject, body = self.ids[step.subject], self._body(step)
        pictures = dict(self._pictures(number, step))
        for _ in range(TRIES):
            body |= self._seen(step, subject, body)
            events = [self._event(step.kind, subject, number, body)]
            events += [announced for announced, _ in pictures.values()]
            answer = self._events(step.actor, events)
            if answer is None or answer.code != "stale":
                break
        for id_, (announced, data) in pictures.items():
            self._upload(step.actor, announced["body"], data)
            del self._drawn[id_]
        return _outcome(answer)

    def _body(self, step: Step) -> dict[str, Any]:
        body: dict[str, Any] = resolved(step.body, self.ids)
        return body | ({"team": self.teams[body["team"]]} if body.get("team") else {})

    def _seen(self, step: Step, subject: str, body: Mapping[str, Any]) -> dict[str, int]:
        kind = KINDS[step.kind]
        if kind.nature != DECISION:
            return {}
        about = body.get(kind.about) if kind.about else None
        return {"seen": self.replica.seen(about or subject)}

    def _event(self, kind: str, subject: str, order: int, body: dict[str, Any]) -> dict[str, Any]:
        now = iso(self.clock.now_us())
        return {
            "id": self.run.made(f"event/{order}/{kind}/{subject}", order),
            "kind": kind,
            "v": KINDS[kind].v,
            "subject_id": subject,
            "occurred_at": now,
            "sent_at": now,
            "body": body,
        }

    def _events(self, actor: str, events: list[dict[str, Any]]) -> EocError | None:
        """Send a batch; return what became of its first event, None for taken."""
        path = f"/incidents/{quote(self.incident_id)}/events"
        result = self.doors.post(actor, path, {"events": events})["results"][0]
        return from_shape(result["error"], result["status"]) if "error" in result else None

    def _pictures(
        self, number: int, step: Step
    ) -> Iterator[tuple[str, tuple[dict[str, Any], bytes]]]:
        for index, photo in enumerate(step.photos):
            id_ = self.run.made(f"photo/{number}/{index}", number)
            known = self.replica.features.get(id_, {}).get("properties", {})
            if known.get("state") not in ARRIVED:
                if id_ not in self._drawn:  # a second try must send the same bytes
                    self._drawn[id_] = self._picture(id_, number, step, photo, known)
                yield id_, self._drawn[id_]

    def _picture(
        self, id_: str, number: int, step: Step, photo: Photo, known: Mapping[str, Any]
    ) -> tuple[dict[str, Any], bytes]:
        """Draw a photo; one that was announced before is drawn as it was announced."""
        taken_us = parse_iso(known["taken_at"]) if known.get("taken_at") else self.clock.now_us()
        taken_us -= taken_us % 1_000_000
        drawn = Picture(key=f"{self.run.id}/{id_}", taken_at=to_datetime(taken_us), **vars(photo))
        data = self.draw(drawn)
        body = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "content_type": "image/jpeg",
            "filename": f"sample_{number:03d}_{photo.scene}.jpg",
            "report_id": self.ids[step.subject],
            "taken_at": iso(taken_us),
        }
        if place := step.body.get("place"):
            body["place"] = place
        return self._event("photo.announced", id_, number, body), data

    def _upload(self, actor: str, announced: Mapping[str, Any], data: bytes) -> None:
        metadata = {"incident_id": self.incident_id} | {
            name: announced[name] for name in ("sha256", "filename")
        }
        self.doors.upload(actor, data, metadata)

    def _tried(self, act: Callable[[], Any]) -> Any:
        """Try again while the server is busy or away, a little longer each time."""
        for attempt in range(TRIES - 1):
            try:
                return act()
            except TRANSIENT:
                if self.stop.wait(0.5 * 2**attempt):
                    raise
        return act()


def _outcome(error: EocError | None) -> tuple[str, str]:
    if error is None:
        return SENT, ""
    return (ALREADY, "") if error.code == "id_reused" else (REFUSED, error.message)


def _first(scenario: Scenario, *roles: str) -> str:
    found = (name for role in roles for name, a in scenario.actors.items() if a.role == role)
    return next(found, "")
