"""The labelled public sets (eval.public) with the vectors of the bench's own workspace."""

from __future__ import annotations

import os
from pathlib import Path

from analyst.core.settings import load_settings
from eval.public import SCORED, SOURCES, UNITS, Documents, Unit, Units, data_folder, load
from eval.public import units as cutting

WORKSPACE = Path(os.environ.get("UNDERTONE_WORKSPACE", "/tmp/undertone-bench"))

__all__ = [
    "SCORED",
    "SOURCES",
    "UNITS",
    "WORKSPACE",
    "Documents",
    "Unit",
    "Units",
    "assemble",
    "cut_into",
    "data_folder",
    "load",
]


def cut_into(documents: Documents, unit: Unit) -> Units:
    """`documents` cut into units, embedded with the cached vectors of the bench's workspace."""
    return cutting.cut_into(documents, unit, load_settings(workspace=WORKSPACE))


def assemble(document: list[int], said: list[str], languages: list[str], *, gate: bool = True) -> Units:
    """Units and their corpus from each unit's document, words and language; without `gate` no system themes."""
    return cutting.assemble(document, said, languages, load_settings(workspace=WORKSPACE), gate=gate)
