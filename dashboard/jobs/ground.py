"""A new incident gets the ground the town published last, each layer named in its log."""

from __future__ import annotations

import structlog

from dashboard.errors import Malformed, Refused
from dashboard.ground import Chosen, bring_in
from dashboard.jobs.answer import Answer
from dashboard.projections.pending import Job
from dashboard.realm import Realm
from layers.errors import LayerError

UNFIT = (Malformed, Refused, LayerError, FileNotFoundError)
say = structlog.get_logger("ground")


def work(realm: Realm, job: Job) -> list[Answer]:
    """Publish the town's layers in the incident."""
    answers = []
    for name, path in Chosen(realm).files().items():
        try:
            body = {**bring_in(realm, path), "seen": 0}
        except UNFIT as error:  # the other layers are still wanted
            say.error("layer_not_published", layer=name, error=str(error))
        else:
            answers.append(Answer("layer.published", f"layer:{name}", body, (name,)))
    return answers


def give_up(realm: Realm, job: Job) -> list[Answer]:
    """Leave the incident without layers: an officer publishes them by hand."""
    return []
