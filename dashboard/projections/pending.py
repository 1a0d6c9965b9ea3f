"""What the log still waits for: events whose answer is missing. Pure; the log decides jobs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dashboard.projections.board import Board
from dashboard.projections.subject import Subject

RENDER = "render"


class Job(NamedTuple):
    """Work that an entry asks for: the entry's seq and the work's name are its identity."""

    seq: int
    name: str
    incident_id: str
    subject_id: str
    sha256: str


def pending(board: Board, ids: Iterable[str] | None = None) -> list[Job]:
    """Return the jobs of a board (of the subjects ``ids`` only, if given), newest first.

    One job a file: photos that share a file share what is said about it.
    """
    subjects = board.subjects
    chosen = subjects.values() if ids is None else (subjects[i] for i in ids if i in subjects)
    found: dict[str, Job] = {}
    for job in sorted(_job(board, s) for s in chosen if _waits(s)):
        found.setdefault(job.sha256, job)
    return sorted(found.values(), reverse=True)


def _waits(subject: Subject) -> bool:
    return subject.type == "photo" and subject.get("state") == "received"


def _job(board: Board, photo: Subject) -> Job:
    said = photo.cells["state"].fact
    seq = said.seq if said else photo.seq
    return Job(seq, RENDER, board.incident_id, photo.id, photo.get("sha256"))
