"""The laws and their full counts. A law is a module with ``run(count, seed) -> figures``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Figures = dict[str, Any]


class Law(NamedTuple):
    """Where a law lies, how often it is tried, and when its figures are good."""

    id: str
    module: str
    count: int
    holds: Callable[[Figures], bool]


def zero(*names: str) -> Callable[[Figures], bool]:
    """Tell whether all of these figures are there and zero."""
    return lambda figures: all(figures[name] == 0 for name in names)


def came_back(figures: Figures) -> bool:
    """Tell whether every restored log is whole and at most 5 s behind."""
    whole = zero("differing", "broken", "damaged", "missing_old")(figures)
    return whole and float(figures["max_loss_s"]) <= 5


def kept_once(figures: Figures) -> bool:
    """Tell whether every submission of an id was answered with success, and kept once."""
    kept = zero("refused", "doubled", "not_one_seq")(figures)
    return kept and figures["rows"] == figures["ids"]


def cut_cheaply(figures: Figures) -> bool:
    """Tell whether the stalled were cut, cost the others at most twice their p99, and 50 MB."""
    cheap = figures["grown_mb"] <= 50 and figures["p99_beside_ms"] <= 2 * figures["p99_before_ms"]
    return cheap and figures["cut"] == figures["stalled"] and figures["wrong_board"] == 0


LAWS = (
    Law("same-id", "tests.laws.same_id", 100, kept_once),
    Law("other-body", "tests.laws.other_body", 1000, zero("taken", "changed")),
    Law("catch-up", "tests.laws.catch_up", 1000, zero("wrong_board", "gaps", "twice")),
    Law("order", "tests.laws.order", 1000, zero("failed")),
    Law("stalled", "tests.laws.stalled", 10, cut_cheaply),
    Law(
        "realms", "tests.laws.realms", 500, zero("rows", "answers", "boards", "exports", "parcels")
    ),
    Law("roles", "tests.laws.roles", 10_000, zero("unexpected")),
    Law("kill", "tests.laws.kill", 200, zero("lost", "wrong", "broken")),
    Law(
        "kill",
        "tests.laws.kill_ingest",
        200,
        zero("lost_reports", "lost_photos", "duplicates", "broken", "late"),
    ),
    Law("tus", "tests.laws.tus", 200, zero("wrong", "sent_again", "failed")),
    Law("bombs", "tests.laws.bombs", 200, zero("taken", "slow", "grown")),
    Law("bombs", "tests.laws.photo_bombs", 1, zero("taken", "slow", "grown")),
    Law("mutated", "tests.laws.mutated", 10_000, zero("crashes", "slow")),
    Law("mutated", "tests.laws.mutated_geo", 10_000, zero("crashes", "slow", "loose")),
    Law("markup", "tests.laws.markup", 100, zero("failed")),
    Law("disk-full", "tests.laws.disk_full_uploads", 20, zero("unclear", "lost", "stuck")),
    Law("restore", "tests.laws.restore", 20, came_back),
    Law("disk-full", "tests.laws.disk_full", 50, zero("lost", "broken", "stuck")),
    Law(
        "offline",
        "tests.laws.offline",
        500,
        zero("lost", "double", "photos_lost", "photos_double"),
    ),
)
