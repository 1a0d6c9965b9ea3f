"""The pictures for screens of one photo, and the event that says so."""

from __future__ import annotations

from dashboard.errors import BrokenMedia, TooLarge, UnsupportedMedia
from dashboard.jobs.answer import Answer
from dashboard.media.variants import render
from dashboard.projections.pending import Job
from dashboard.realm import Realm


def work(realm: Realm, job: Job) -> list[Answer]:
    """Make the variants of a photo's file, or say why they cannot be made."""
    try:
        variants = render(realm.media.path(job.key))
    except (BrokenMedia, UnsupportedMedia, TooLarge) as error:
        return [_refusal(job, error.message)]
    for variant in variants:
        realm.media.write_variant(job.key, variant.name, variant.data)
    said = [variant.as_body() for variant in variants]
    return [Answer("photo.rendered", job.subject_id, {"sha256": job.key, "variants": said})]


def give_up(realm: Realm, job: Job) -> list[Answer]:
    """Refuse a picture that took the worker down with it again and again."""
    return [_refusal(job, "写真の表示用画像を作れませんでした。")]


def _refusal(job: Job, message: str) -> Answer:
    body = {"sha256": job.key, "code": "damaged", "message": message[:2000]}
    return Answer("photo.refused", job.subject_id, body)
