"""Roads as a graph: what a closed road cuts off.

network = Network.from_collection(collection)  # once
answer = isolation(network, [Closure("c1", "full", {"type": "Point", "coordinates": [...]})])
answer.isolated, answer.as_rows(), answer.freed_by
"""

from layers.roads.closures import Closure, Matched
from layers.roads.freed import Freed
from layers.roads.isolation import CENTRE, isolation, of_matched
from layers.roads.matching import match
from layers.roads.modes import EFFECT, KIND_JA, MODES
from layers.roads.network import Network
from layers.roads.reading import Notice, Place, Road
from layers.roads.results import Isolation, Standing, Way
from layers.roads.risks import Fragile, Loss, fragile, what_if

__all__ = [
    "CENTRE", "EFFECT", "KIND_JA", "MODES", "Closure", "Fragile", "Freed", "Isolation", "Loss",
    "Matched", "Network", "Notice", "Place", "Road", "Standing", "Way", "fragile", "isolation",
    "match", "of_matched", "what_if",
]  # fmt: skip
