"""A served application of this folder's tests, and a socket to it, frame by frame."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any, Self

import websocket


class Socket:
    """A socket that follows the incident, frame by frame (Engine.IO 4, Socket.IO 5)."""

    def __init__(
        self, told: dict[str, Any], cookie: str = "", token: str = "", namespace: str = "/live"
    ) -> None:
        url = f"ws://127.0.0.1:{told['port']}/socket.io/?EIO=4&transport=websocket"
        self.line = websocket.create_connection(url, timeout=10, cookie=cookie)
        # the root namespace is not written in frames
        self.namespace = "" if namespace == "/" else f"{namespace},"
        self.incident_id = told["incident_id"]
        self.line.send(f"40{self.namespace}" + (json.dumps({"token": token}) if token else ""))
        answer = self._until(f"40{self.namespace}", f"44{self.namespace}")
        self.let_in = answer.startswith("40")

    def emit(self, event: str, body: dict[str, Any]) -> None:
        """Send an event without waiting."""
        self.line.send(f"42{self.namespace}{json.dumps([event, body])}")

    def follow(self) -> dict[str, Any]:
        """Follow the incident; return the answer."""
        given = json.dumps(["follow", {"incident_id": self.incident_id, "after": 0}])
        self.line.send(f"42{self.namespace}1{given}")
        begin = f"43{self.namespace}1"
        (answer,) = json.loads(self._until(begin).removeprefix(begin))
        return answer

    def _until(self, *beginnings: str) -> str:
        while True:
            frame = self.line.recv()
            if isinstance(frame, str) and frame.startswith(beginnings):
                return frame

    def next_frame(self) -> str:
        """Return the next frame of the namespace: a parcel, or the end."""
        return self._until(f"42{self.namespace}", "45", f"41{self.namespace}")

    def dark_after_s(self) -> float:
        """Read until the server ends it; return the seconds it took."""
        began = time.monotonic()
        with suppress(websocket.WebSocketConnectionClosedException, ConnectionError):
            self._until(f"41{self.namespace}", "1")
        return time.monotonic() - began

    def silent_or_ended(self) -> bool:
        """Read until silence or the end; tell whether no event came."""
        try:
            while True:
                frame = self.line.recv()
                if not frame or str(frame).startswith(("42", "43", "45")):
                    return not frame
        except (websocket.WebSocketException, ConnectionError):
            return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()
