"""Offline search by name, and the name of a place by position.

book = Gazetteer.build(entries_from(ground()), LineIndex.from_collection(ground(), LINES))
book.search("びばうし")[0].entry.lonlat
book.reverse((142.64, 43.48)).text("ja")
"""

from layers.gazetteer.book import Gazetteer
from layers.gazetteer.entry import KINDS, LINES, Candidate, Entry
from layers.gazetteer.gathering import gazetteer_of
from layers.gazetteer.placing import Near, PlaceWords
from layers.gazetteer.settling import Doubt, Settled, Settler
from layers.gazetteer.sources import entries_from

__all__ = [
    "KINDS", "LINES", "Candidate", "Doubt", "Entry", "Gazetteer", "Near", "PlaceWords", "Settled",
    "Settler", "entries_from", "gazetteer_of",
]  # fmt: skip
