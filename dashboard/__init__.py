"""biei-eoc: the emergency operations dashboard of a town's disaster headquarters."""

__version__ = "0.1.0"
