"""The laws of push and of retries at reduced counts; ``make soak`` runs the full ones."""

from __future__ import annotations

from tests.laws import catch_up, other_body, realms, same_id, stalled


def test_twenty_identical_submissions_at_once_are_one_row_and_twenty_successes() -> None:
    figures = same_id.run(5, seed=1)
    assert figures == {
        "ids": 5, "success": 100, "refused": 0, "rows": 5, "doubled": 0, "not_one_seq": 0,
    }  # fmt: skip


def test_the_same_id_with_other_content_is_a_conflict_and_changes_nothing() -> None:
    figures = other_body.run(40, seed=1)
    assert figures == {"ids": 40, "conflicts": 40, "taken": 0, "changed": 0}


def test_every_client_has_each_entry_once_through_lost_lines_and_a_killed_server() -> None:
    figures = catch_up.run(40, seed=1)
    assert (figures["wrong_board"], figures["gaps"], figures["twice"]) == (0, 0, 0)
    assert figures["restarts"] >= 1
    assert figures["connects"] > 40
    assert figures["pushed"] > 0


def test_readers_that_stop_are_cut_and_lose_nothing_for_good() -> None:
    figures = stalled.run(4, seed=1)
    assert (figures["cut"], figures["wrong_board"]) == (4, 0)
    assert figures["grown_mb"] <= 50


def test_nothing_of_a_drill_is_in_the_real_realm_nor_the_other_way() -> None:
    figures = realms.run(40, seed=1)
    assert {name for name, value in figures.items() if value} == {"done"}
