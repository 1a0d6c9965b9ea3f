"""Bombs and mutated photos: nothing costs much, nothing breaks out of our errors."""

from __future__ import annotations

from tests.laws import mutated, photo_bombs


def test_bombs_are_refused_from_a_few_bytes():
    figures = photo_bombs.run(count=3)  # best of three: the machine may be busy
    assert figures["bombs"] >= 15
    assert (figures["taken"], figures["slow"], figures["grown"]) == (0, 0, 0), figures


def test_mutated_photos_give_facts_or_a_refusal():
    figures = mutated.run(count=300, seed=20160823)
    assert (figures["crashes"], figures["slow"]) == (0, 0), figures
    assert figures["taken"] > 20
    assert figures["refused"] > 100
