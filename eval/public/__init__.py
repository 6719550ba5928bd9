"""Public labelled sets that lie outside the project: read, cut into opinions, and themes measured against their labels.

Whoever has the files can make the same table: `undertone eval public FOLDER`.
"""

from eval.public.sets import SCORED, SOURCES, Documents, Row, Source, data_folder, load, path_of, read
from eval.public.units import UNITS, Unit, Units

__all__ = [
    "SCORED",
    "SOURCES",
    "UNITS",
    "Documents",
    "Row",
    "Source",
    "Unit",
    "Units",
    "data_folder",
    "load",
    "path_of",
    "read",
]
