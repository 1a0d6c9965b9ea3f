"""Whatever the batches, the log is the same; whatever is sent twice lies there once."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from dashboard.log import Draft, Log
from dashboard.log.memory import MemoryLog
from dashboard.log.sqlite import SqliteLog
from tests.laws.drafts import decision, draft

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
bodies = st.dictionaries(st.text(max_size=8), json_values, max_size=4)


@st.composite
def some_drafts(pick: st.DrawFn) -> list[Draft]:
    """Facts and decisions on a few subjects; some ids come again, some with other content."""
    drafts: list[Draft] = []
    for _ in range(pick(st.integers(1, 12))):
        subject = f"report-{pick(st.integers(1, 3))}"
        kind = pick(st.sampled_from(["fact", "decision", "again", "reused"]))
        if kind == "decision":
            drafts.append(decision(pick(st.integers(0, 8)), decided_on=subject, subject_id=subject))
        elif kind == "fact" or not drafts:
            drafts.append(draft(subject_id=subject, body=pick(bodies)))
        else:
            earlier = pick(st.sampled_from(drafts))
            drafts.append(earlier if kind == "again" else draft(id=earlier.id, body={"n": 1}))
    return drafts


@st.composite
def split(pick: st.DrawFn) -> tuple[list[Draft], list[list[Draft]]]:
    """Drafts, and the same cut into batches."""
    drafts = pick(some_drafts())
    cuts = sorted(pick(st.sets(st.integers(1, len(drafts)), max_size=4)) | {0, len(drafts)})
    return drafts, [drafts[a:b] for a, b in itertools.pairwise(cuts)]


def _answers(log: Log, batches: list[list[Draft]]) -> list[object]:
    outcomes = [outcome for batch in batches for outcome in log.append(batch, 5)]
    return [o if isinstance(o, tuple) else type(o) for o in outcomes]


durable = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(case=split())
@durable
def test_any_cut_into_batches_gives_the_same_rows_answers_and_hashes(
    case: tuple[list[Draft], list[list[Draft]]],
) -> None:
    drafts, batches = case
    memory = MemoryLog()
    expected = _answers(memory, [drafts])
    with tempfile.TemporaryDirectory() as folder:
        log = SqliteLog(Path(folder) / "log.db")
        assert _answers(log, batches) == expected
        assert log.read() == memory.read()
        assert log.verify().broken_at is None
        log.close()


@given(drafts=some_drafts())
@settings(deadline=None)
def test_appending_twice_is_appending_once(drafts: list[Draft]) -> None:
    once, twice = MemoryLog(), MemoryLog()
    once.append(drafts, 5)
    twice.append(drafts, 5)
    twice.append(drafts, 9)
    stored = {event.id for event in once.read()}
    assert [e for e in twice.read() if e.id in stored] == once.read()
    facts = [d for d in drafts if d.seen is None]
    again = twice.append(facts, 9)
    assert all(not isinstance(o, tuple) or o.duplicate for o in again)
