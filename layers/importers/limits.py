"""How much one import may cost: a municipality's layers with room to spare, and no more.

A million vertices must pass; twenty million are refused from sizes and counts alone, before
they are turned into objects.
"""

from __future__ import annotations

MB = 1 << 20
MAX_BYTES = 400 * MB  # of a file, or of everything unpacked from an archive
MAX_TEXT_BYTES = 160 * MB  # JSON, XML and CSV grow about tenfold in memory
MAX_ENTRIES = 2_000  # files in an archive or folder
MAX_RATIO = 300  # unpacked over packed, for entries of more than a megabyte; geodata: 5 to 40
MAX_FEATURES = 500_000
MAX_VERTICES = 5_000_000
MAX_COLUMNS = 500
MAX_PLACES = 20_000  # different texts looked up in the gazetteer, some milliseconds each
MAX_CHARS = 100_000  # of one text
MAX_LAYERS = 100  # in one file or archive
VERTEX_BYTES = 16  # two doubles: what a vertex takes in a binary format
