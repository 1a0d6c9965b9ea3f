"""What the log still waits for: events whose answer is missing. Pure; the log decides jobs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from dashboard.projections.board import Board
from dashboard.projections.subject import Subject

RENDER, GROUND, ISOLATION, LAHAR = "render", "ground", "isolation", "lahar"
NETWORK = "layer:network"


class Job(NamedTuple):
    """Work that an entry asks for: the entry's seq and the work's name are its identity.

    ``key`` says on what: the file of a photo, the inputs of a computation.
    """

    seq: int
    name: str
    incident_id: str
    subject_id: str
    key: str


def pending(board: Board, ids: Iterable[str] | None = None) -> list[Job]:
    """Return the jobs of a board (of the subjects ``ids`` only, if given), newest first.

    One job a file: photos that share a file share what is said about it.
    """
    subjects = board.subjects
    chosen = subjects.values() if ids is None else (subjects[i] for i in ids if i in subjects)
    found: dict[tuple[str, str], Job] = {}
    for job in sorted(job for s in chosen if (job := _job(board, s))):
        found.setdefault((job.name, job.key), job)
    return sorted(found.values(), reverse=True)


def isolation_inputs(board: Board) -> str:
    """Return the hash of what an isolation rests on: the network and the closures as they stand."""
    digest = hashlib.sha256()
    for subject in _causes(board):
        digest.update(f"{subject.id} {subject.seq}\n".encode())
    return digest.hexdigest()


def _causes(board: Board) -> list[Subject]:
    network = (s for s in board.of_type("layer") if s.id == NETWORK)
    return [*network, *board.of_type("road_closure")]


def _job(board: Board, subject: Subject) -> Job | None:
    rule = RULES.get(subject.type)
    return rule(board, subject) if rule else None


def _photo(board: Board, photo: Subject) -> Job | None:
    if photo.get("state") != "received":
        return None
    said = photo.cells["state"].fact
    seq = said.seq if said else photo.seq
    return Job(seq, RENDER, board.incident_id, photo.id, photo.get("sha256"))


def _ground(board: Board, incident: Subject) -> Job | None:
    """An incident gets the town's ground once, whatever an officer published in it before."""
    given = any(layer.get("given") for layer in board.of_type("layer"))
    if given or incident.get("ended_us"):
        return None
    return Job(incident.seq, GROUND, board.incident_id, incident.id, incident.id)


def _isolation(board: Board, cause: Subject) -> Job | None:
    """A closure or the network moved since the last isolation was computed."""
    network = board.subjects.get(NETWORK)
    if network is None or (cause.type == "layer" and cause.id != NETWORK):
        return None
    inputs = isolation_inputs(board)
    last = board.subjects.get("isolation")
    if last is not None and last.get("inputs") == inputs:
        return None
    # whichever subject it was noticed by: two workers must know it for the same job
    newest = max(_causes(board), key=lambda s: (s.seq, s.id))
    return Job(newest.seq, ISOLATION, board.incident_id, newest.id, inputs)


def _lahar(board: Board, clock: Subject) -> Job | None:
    said = clock.get("windows") or {}
    asked = (clock.get("table"), clock.get("erupted_at"))
    if clock.get("state") != "running" or (said.get("table"), said.get("erupted_at")) == asked:
        return None
    return Job(clock.seq, LAHAR, board.incident_id, clock.id, clock.get("table"))


RULES: dict[str, Callable[[Board, Subject], Job | None]] = {
    "photo": _photo,
    "incident": _ground,
    "layer": _isolation,
    "road_closure": _isolation,
    "lahar_clock": _lahar,
}
