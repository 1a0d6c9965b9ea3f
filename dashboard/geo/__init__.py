"""The door to the ground: which layers there are, their files and tiles, places by name.

It reads; what is in force is decided by ``layer.published`` and by files on this machine.
"""

from dashboard.geo.door import blueprint

__all__ = ["blueprint"]
