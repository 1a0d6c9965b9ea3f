"""One job: the pictures for screens of one photo, and the event that says so."""

from __future__ import annotations

from typing import Any

from dashboard.clock import iso
from dashboard.commands import Sender, submit
from dashboard.errors import BrokenMedia, EocError, IdReused, TooLarge, UnsupportedMedia
from dashboard.events import derived_id
from dashboard.jobs.lease import Leases
from dashboard.media.variants import render
from dashboard.projections.pending import Job, pending
from dashboard.realm import Realm

MAX_ATTEMPTS = 5
SYSTEM = Sender(frozenset({"system"}), "worker")


def run_job(realm: Realm, leases: Leases, job: Job) -> str:
    """Run a job unless it is done or another process is at it.

    Returns:
        ``rendered``, ``refused``, ``done`` (nothing was to do) or ``busy``.
    """
    with leases.of(job) as attempt:
        if attempt is None:
            return "busy"
        realm.live.catch_up()
        if not pending(realm.live.board(job.incident_id), [job.subject_id]):
            leases.finish(job)
            return "done"
        try:
            kind, body = _work(realm, job, attempt)
            _append(realm, job, kind, body)
        finally:
            # only the death of the process counts as an attempt: a full disk passes
            leases.finish(job)
        return kind.partition(".")[2]


def _work(realm: Realm, job: Job, attempt: int) -> tuple[str, dict[str, Any]]:
    if attempt > MAX_ATTEMPTS:
        return "photo.refused", _refusal(job, "写真の表示用画像を作れませんでした。")
    try:
        variants = render(realm.media.path(job.sha256))
    except (BrokenMedia, UnsupportedMedia, TooLarge) as error:
        return "photo.refused", _refusal(job, error.message)
    for variant in variants:
        realm.media.write_variant(job.sha256, variant.name, variant.data)
    said = [variant.as_body() for variant in variants]
    return "photo.rendered", {"sha256": job.sha256, "variants": said}


def _refusal(job: Job, message: str) -> dict[str, Any]:
    return {"sha256": job.sha256, "code": "damaged", "message": message[:2000]}


def _append(realm: Realm, job: Job, kind: str, body: dict[str, Any]) -> None:
    now_us = realm.clock.now_us()
    board = realm.live.board(job.incident_id)
    raw = {
        # one answer per asking entry: whichever process says it first
        "id": derived_id(job.incident_id, job.subject_id, str(job.seq), job.name),
        "kind": kind, "v": 1, "subject_id": job.subject_id,
        "occurred_at": iso(now_us), "sent_at": iso(now_us), "body": body,
    }  # fmt: skip
    ((_, outcome),) = submit(realm.log, board, [raw], SYSTEM, now_us)
    if isinstance(outcome, EocError) and not isinstance(outcome, IdReused):
        raise outcome
    realm.live.catch_up()
