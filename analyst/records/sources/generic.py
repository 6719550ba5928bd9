"""Files of no particular system: any table whose columns are guessed or mapped."""

from __future__ import annotations

from functools import partial

from analyst.records.guess import detect_record
from analyst.records.readers import RowFile
from analyst.records.sources.base import Part, Source
from analyst.records.synonyms import COLUMNS


def _recognises(record: str, file: RowFile) -> bool:
    return detect_record(file.headers) == record


GENERIC = tuple(
    Source(record, (Part(record),), recognises=partial(_recognises, record), generic=True) for record in COLUMNS
)
