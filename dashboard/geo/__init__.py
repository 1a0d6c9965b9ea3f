"""The door to the ground: which layers there are, their files and tiles, places by name.

It reads; what is in force is decided by ``layer.published`` and by files on this machine.
"""

from dashboard.geo.ahead import Ahead, ahead
from dashboard.geo.door import blueprint
from dashboard.geo.places import Places

__all__ = ["Ahead", "Places", "ahead", "blueprint"]
