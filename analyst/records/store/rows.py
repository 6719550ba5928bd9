"""Records as rows of the store. Times become microseconds, segments and screens compact JSON."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from analyst.records.store.schema import RECORDS
from analyst.records.types import Record, Session

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_BASE = ("key", "source", "source_id", "content", "import_id", "segments")
_FIELDS = {name: tuple(c.name for c in table.columns if c.name not in _BASE) for name, table in RECORDS.items()}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def to_micros(moment: datetime | None) -> int | None:
    """Microseconds since 1970 in UTC."""
    return None if moment is None else (moment - _EPOCH) // _MICRO


def from_micros(micros: int | None) -> datetime | None:
    """The aware moment in UTC."""
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def to_row(record: Record, import_id: str) -> dict[str, Any]:
    """One record as the row that is written, its content hash included."""
    values: dict[str, Any] = {}
    for name in _FIELDS[record.record]:
        value = getattr(record, name)
        values[name] = to_micros(value) if isinstance(value, datetime) else value
    if isinstance(record, Session):
        values["screens"] = _encode([screen.model_dump(exclude_defaults=True) for screen in record.screens])
    segments = _encode(record.segments)
    key = record.key
    return {
        "key": key,
        "source": record.source,
        "source_id": record.source_id,
        "content": content_hash(key, segments, *values.values()),
        "import_id": import_id,
        "segments": segments,
        **values,
    }


def content_hash(*values: Any) -> int:
    """A signed 64-bit hash of the values, the same in every process."""
    data = repr(values).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big", signed=True)
