"""Law mutated, geodata: whatever bytes come, a sound layer or one of our refusals."""

from __future__ import annotations

from tests.laws import mutated_geo


def test_mutated_geodata_gives_a_sound_layer_or_a_refusal():
    figures = mutated_geo.run(count=300, seed=20160823)
    assert (figures["crashes"], figures["slow"], figures["loose"]) == (0, 0, 0), figures
    assert figures["taken"] > 8
    assert figures["refused"] > 80
