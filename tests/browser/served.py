"""The real application as a process of its own, with people, tokens and a built bundle."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dashboard import bundle
from dashboard.clock import iso
from dashboard.config import load
from dashboard.events import uuid7
from dashboard.people import Grant, NewPerson, NewToken, open_people
from tests.conftest import ROOT
from tests.wait import until

SECRET_KEY = "0123456789abcdef" * 3
PASSWORD = "tsukau-no-wa-test-dake"
TEAM, OTHER_TEAM = "建設水道課1班", "建設水道課2班"
# login → name, role, team
PEOPLE = {
    "honbu": ("本部長・統括班", "commander", None),
    "desk": ("本部事務局1", "desk", None),
    "patrol-1": ("建設水道課パトロール1", "field", TEAM),
    "patrol-2": ("建設水道課パトロール2", "field", OTHER_TEAM),
    "wall": ("本部大画面", "viewer", None),
    "joho": ("情報係", "admin", None),
}


@dataclass
class Served:
    """A running ``eoc serve`` on a free port; ``restart`` and ``kill`` keep its state."""

    state_dir: Path
    worker: bool = True
    url: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """The settings of the process."""
        return {"EOC_STATE_DIR": str(self.state_dir), "EOC_SECRET_KEY": SECRET_KEY}

    def seed(self) -> None:
        """Make the people, a token for each, and put the bundle where the start finds it."""
        built = bundle.build(ROOT / "var")  # kept between runs; git ignores it
        target = self.state_dir / "bundle" / built.name
        target.parent.mkdir(parents=True)
        shutil.copytree(built, target)
        store = open_people(load(self.environ))
        for login, (name, role, team) in PEOPLE.items():
            grants = tuple(Grant(realm, role) for realm in ("real", "drill"))
            person, _ = store.roster.put(NewPerson(login, name, team=team, grants=grants), PASSWORD)
            new = NewToken(login, person.id, frozenset({role}), "*")
            self.tokens[login] = store.access.add_token(new)[1]
            self.people[login] = person.id
        self.teams = {team["name"]: team["id"] for team in store.teams()}
        store.close()

    def start(self, port: int = 0, *options: str) -> None:
        """Start and wait until it answers."""
        ready = self.state_dir / "listening"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "dashboard.cli", "serve", "--port", str(port), *options]
        command += [] if self.worker else ["--no-worker"]
        environ = {k: v for k, v in os.environ.items() if not k.startswith("EOC_")}
        environ |= self.environ | {"PYTHONPATH": str(ROOT)}
        with (self.state_dir / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
            )
        until(lambda: self._ended() or (ready.exists() and ready.read_text()), 60)
        assert not self._ended(), self.log()
        self.url = ready.read_text()

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop the web process and what it started."""
        if self._process is None:
            return
        group = self._process.pid
        os.kill(group, number)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            number = signal.SIGKILL
        if number == signal.SIGKILL:
            os.killpg(group, signal.SIGKILL)
            self._process.wait(10)
        self._process = None

    def restart(self) -> None:
        """Start again on the same port."""
        self.start(httpx.URL(self.url).port or 0)

    def log(self) -> str:
        """What the process printed."""
        return (self.state_dir / "serve.log").read_text(errors="replace")[-5000:]

    def api(self, method: str, path: str, body: Any = None, who: str = "desk") -> Any:
        """Return the JSON of a call that must succeed."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        answer = httpx.request(method, self.url + path, json=body, headers=headers, timeout=20)
        assert answer.is_success, answer.text
        return answer.json()

    def open_incident(self, title: str = "大雨（試験）", prefix: str = "") -> str:
        """Open an incident; return its id."""
        made = self.api("POST", f"{prefix}/api/v1/incidents", {"title": title})
        return str(made["id"])

    def send(
        self, incident: str, kind: str, body: dict[str, Any], subject: str | None = None,
        who: str = "desk", prefix: str = "",
    ) -> str:  # fmt: skip
        """Send one event that must be taken; return its subject."""
        subject, now = subject or uuid7(), iso_now()
        sent = {
            "id": uuid7(), "kind": kind, "v": 1, "subject_id": subject,
            "occurred_at": now, "sent_at": now, "body": body,
        }  # fmt: skip
        self.api("POST", f"{prefix}/api/v1/incidents/{incident}/events", sent, who)
        return subject

    def features(self, incident: str, type_: str, prefix: str = "") -> list[dict[str, Any]]:
        """Return the features of a type on headquarters' board."""
        found = self.api("GET", f"{prefix}/api/v1/incidents/{incident}/board.geojson")
        return [f for f in found["features"] if f["properties"]["type"] == type_]


def iso_now() -> str:
    """Return the present moment as clients write it."""
    import time

    return iso(time.time_ns() // 1000)
