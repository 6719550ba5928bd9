"""The registry of importers: `--as NAME`, or the first that recognises the file."""

from __future__ import annotations

from analyst.core.errors import UsageProblem
from analyst.records.mapping import FileMapping
from analyst.records.readers import RowFile
from analyst.records.sources.base import Part, Source
from analyst.records.sources.generic import GENERIC
from analyst.records.sources.google_play import GOOGLE_PLAY
from analyst.records.sources.product_events import PRODUCT_EVENTS

__all__ = ["SOURCES", "Part", "Source", "choose"]

# Vendors first: their headers say more than the generic synonyms do.
SOURCES: dict[str, Source] = {source.name: source for source in (GOOGLE_PLAY, *PRODUCT_EVENTS, *GENERIC)}


def choose(name: str, file: RowFile, said: FileMapping) -> Source:
    """The importer called `name`, or with `auto` the one that recognises the file. A mapping that names
    the type of records, or speaks of scores, decides.

    Raises UsageProblem for an unknown name.
    """
    if name != "auto":
        if name not in SOURCES:
            raise UsageProblem(f"There is no importer called '{name}'.", f"Use auto, {', '.join(SOURCES)}.")
        return SOURCES[name]
    if said.record is not None:
        return SOURCES[said.record]
    for source in SOURCES.values():
        if source.recognises(file):
            answers = said.kind or said.scale or "score" in {*said.columns, *said.values}
            return SOURCES["responses"] if source.generic and answers else source
    return SOURCES["responses"]
