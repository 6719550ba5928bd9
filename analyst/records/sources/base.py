"""What an importer says of itself. One file a source; a source may bring several types of records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from analyst.records.mapping import FileMapping
from analyst.records.readers import RowFile


def _as_it_is(file: RowFile) -> RowFile:
    return file


@dataclass(frozen=True)
class Part:
    """One type of records in a source's file.

    `reshape` turns the vendor's rows into rows with headers that the generic importer knows (it may change, drop and
    split rows); `mapping` says what the headers do not. A person's own mapping is laid over it.
    """

    record: str
    reshape: Callable[[RowFile], RowFile] = _as_it_is
    mapping: FileMapping = field(default_factory=FileMapping)


@dataclass(frozen=True)
class Source:
    """A system that files come from. `recognises` looks at an opened file and says whether it is this system's."""

    name: str
    parts: tuple[Part, ...]
    recognises: Callable[[RowFile], bool]
    generic: bool = False  # the name is a record type, not a system: the file's name says where it comes from
