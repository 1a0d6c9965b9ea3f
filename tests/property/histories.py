"""Random facts and decisions on a few things, small enough that they meet often."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st

from dashboard.clock import SECOND_US
from dashboard.events import derived_id
from tests.conftest import CREW, DESK, NOW_US, SYSTEM, Headquarters, event

REPORTS, TEAMS, PARTNERS = ("r1", "r2"), ("t1", "t2"), ("p1", "p2")
PHOTOS = {"f1": "aa" * 32, "f2": "aa" * 32, "f3": "bb" * 32}  # two photos of one file
CATEGORIES = ("flooding", "river", "normal")
STAMPS = ("delivered", "read", "acknowledged", "departed", "completed", "support_requested")

Step = tuple[str, str, dict[str, Any], int]  # kind, subject, body, seconds before now


def place(n: int, method: str = "device") -> dict[str, Any]:
    """Return one of a few places (EPSG:4326)."""
    return {"lon": 142.4 + n / 100, "lat": 43.5, "method": method, "uncertainty_m": 10.0}


def _photo(subject: str, **other: Any) -> dict[str, Any]:
    fixed = {"size": 10, "content_type": "image/jpeg", "filename": "a.jpg"}
    return {"sha256": PHOTOS[subject], **fixed, **other}


def _received(subject: str, **other: Any) -> dict[str, Any]:
    header = {"maker": "サンプル"}
    if PHOTOS[subject].startswith("a"):  # what a file says follows from the file
        header["place"] = place(5, "exif")
    return _photo(subject, width=40, height=30, **header, **other)


reports, photos = st.sampled_from(REPORTS), st.sampled_from(sorted(PHOTOS))
seconds = st.integers(0, 5)


@st.composite
def facts(pick: st.DrawFn) -> Step:
    """A fact: accepted in any order."""
    kind = pick(st.sampled_from(sorted(FACTS)))
    subject, body = FACTS[kind](pick)
    return kind, subject, body, pick(seconds)


@st.composite
def decisions(pick: st.DrawFn) -> Step:
    """A decision by a desk that has seen everything."""
    kind = pick(st.sampled_from(sorted(DECISIONS)))
    subject, body = DECISIONS[kind](pick)
    return kind, subject, body, pick(seconds)


def _report(pick: st.DrawFn) -> tuple[str, dict[str, Any]]:
    maybe = {
        "category": st.sampled_from(CATEGORIES), "text": st.sampled_from("一二"),
        "place": st.integers(0, 2).map(place), "team": st.sampled_from(TEAMS),
    }  # fmt: skip
    return pick(reports), pick(st.fixed_dictionaries({}, optional=maybe))


def _correction(pick: st.DrawFn) -> tuple[str, dict[str, Any]]:
    subject, body = _report(pick)
    return subject, {name: value for name, value in body.items() if name != "team"}


def _announced(pick: st.DrawFn) -> tuple[str, dict[str, Any]]:
    subject = pick(photos)
    # a photo belongs to one report for good
    return subject, _photo(subject, report_id="r1" if subject == "f1" else "r2")


def _about_file(body: Any) -> Any:
    def make(pick: st.DrawFn) -> tuple[str, dict[str, Any]]:
        subject = pick(photos)
        return subject, body(subject)

    return make


def _variants(subject: str) -> dict[str, Any]:
    one = {"name": "320", "content_type": "image/webp", "width": 1, "height": 1, "size": 1}
    return {"sha256": PHOTOS[subject], "variants": [one]}


def _stamp(pick: st.DrawFn) -> tuple[str, dict[str, Any]]:
    return "i1", {}


FACTS: dict[str, Any] = {
    "report.received": _report,
    "report.corrected": _correction,
    "photo.announced": _announced,
    "photo.received": _about_file(_received),
    "photo.rendered": _about_file(_variants),
    **{f"instruction.{verb}": _stamp for verb in STAMPS},
}


def _of_report(body: st.SearchStrategy[dict[str, Any]]) -> Any:
    return lambda pick: (pick(reports), pick(body))


def _fixed(subject: str, body: st.SearchStrategy[dict[str, Any]]) -> Any:
    return lambda pick: (subject, pick(body))


NOTHING: st.SearchStrategy[dict[str, Any]] = st.just({})
SHARED = st.builds(lambda p: {"partner_id": p}, st.sampled_from(PARTNERS))
DECISIONS: dict[str, Any] = {
    "report.triaged": _of_report(
        st.builds(
            lambda c, h, p: {"category": c, "handling": h, "priority": p},
            st.sampled_from(CATEGORIES),
            st.sampled_from(("open", "done")),
            st.sampled_from(("urgent", "low")),
        )
    ),
    "report.placed": _of_report(st.integers(7, 9).map(lambda n: {"place": place(n, "pinned")})),
    "report.retracted": _of_report(NOTHING),
    "report.shared": _of_report(SHARED),
    "report.unshared": _of_report(SHARED),
    "photo.placed": lambda pick: (pick(photos), {"place": place(4, "pinned")}),
    "instruction.issued": _fixed(
        "i1", st.sampled_from(TEAMS).map(lambda t: {"team": t, "words": "確認", "report_id": "r1"})
    ),
    "instruction.withdrawn": _fixed("i1", NOTHING),
    "road_closure.declared": _fixed(
        "c1",
        st.just(
            {
                "closure_kind": "full", "road_name": "町道",
                "geometry": {"type": "Point", "coordinates": [142.4, 43.5]},
            }
        ),
    ),
    "road_closure.lifted": _fixed("c1", NOTHING),
}  # fmt: skip

steps = st.lists(facts() | decisions(), max_size=14)


class Played(Headquarters):
    """A headquarters whose events have the same ids in every run."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def play(self, *history: Step) -> list[dict[str, Any]]:
        """Send steps with the newest ``seen``; return what was sent. Some may be refused."""
        for kind, subject, body, before_s in history:
            seen = {"seen": self.board.upto} if kind in DECISIONS else {}
            at_us = NOW_US - before_s * SECOND_US
            id_ = derived_id("history", str(len(self.sent)))
            one = event(
                kind, subject, {**body, **seen}, id=id_, at_us=at_us, sent_us=self.now_us
            )  # fmt: skip
            self.again(one)
            self.sent.append(one)
        return self.sent[len(self.sent) - len(history) :]

    def again(self, *sent: dict[str, Any]) -> None:
        """Send what was sent, each alone, as whoever may send it."""
        for one in sent:
            self.send(SYSTEM if one["kind"].startswith("photo.re") else _person(one), one)


def _person(one: dict[str, Any]) -> Any:
    return CREW if one["kind"] == "photo.announced" else DESK


def shown(hq: Headquarters) -> dict[str, Any]:
    """Return the board without what tells in which order it was written."""
    found = {}
    for subject_id in sorted(hq.board.subjects):
        feature = hq.board.feature(subject_id)
        assert feature is not None
        properties = {k: v for k, v in feature["properties"].items() if k not in ORDERED}
        if properties["type"] == "measure":
            properties = {"value": properties["value"]}
        found[subject_id] = (feature["geometry"], properties)
    return found


ORDERED = frozenset({"seq", "recorded_at", "created_at", "updated_at", "as_of"})
