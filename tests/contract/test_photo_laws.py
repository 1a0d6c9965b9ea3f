"""Bombs and mutated photos: nothing costs much, nothing breaks out of our errors."""

from __future__ import annotations

from tests.laws import mutated, photo_bombs


def test_bombs_are_refused_from_a_few_bytes():
    figures = photo_bombs.run()
    assert figures["bombs"] >= 15
    assert figures["taken"] == []
    assert figures["memory_mb"] <= 50
    assert figures["slowest_ms"] <= 2000  # the figure is 200; a busy machine gets ten times


def test_mutated_photos_give_facts_or_a_refusal():
    figures = mutated.run(count=300, seed=20160823)
    assert figures["crashes"] == []
    assert figures["slowest_s"] <= mutated.SECONDS_EACH
    assert figures["taken"] > 20
    assert figures["refused"] > 100
