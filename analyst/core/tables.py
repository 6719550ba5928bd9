"""The tables of a run: their columns and types. This is the contract between the rooms.

`responses`, `sessions`, `tickets` and `customers` carry, beside the columns here, one string column
`seg_<dimension>` for every segment dimension met in the workspace (plan, platform, app_version, ...).
Text is redacted; offsets are half-open code points into the text of the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

SEGMENT_PREFIX = "seg_"
SIGNALS = ("rage_tap", "dead_tap", "ui_freeze", "crash", "error")
VISIT = "visit"  # the signal of an exposure row that only says: this session saw this screen
SENTIMENTS = ("positive", "negative", "neutral", "unknown")
CORRECTED = "corrected"  # the state of an opinion that a person put where it is
STATES = ("core", "assigned", "unassigned", "system", CORRECTED)
EXCLUDED = "excluded"  # the kind of a theme that a person wants nothing told of
THEME_KINDS = ("discovered", "seeded", "system", EXCLUDED)
# The lasting ids of the system themes: real themes that hold what carries no subject.
SYSTEM_THEMES = {
    "sys-praise": "General praise",
    "sys-complaint": "General complaint",
    "sys-nonanswer": "No answer given",
    "sys-offtopic": "Off topic",
}

_COLUMNS: dict[str, dict[str, str]] = {
    "responses": {
        "response_id": "string",  # unique in the workspace: a hash of source and source_id
        "source": "string",
        "source_id": "string",
        "survey": "string",
        "question": "string",
        "submitted_at": "timestamp",
        "utc_offset_min": "int32",  # the zone the row was written in, kept
        "kind": "string",  # nps | csat | ces
        "score": "double",
        "scale_min": "double",
        "scale_max": "double",
        "y": "double",  # +100/0/-100 for NPS, 100/0 for CSAT top box and CES easy side
        "title": "string",
        "text": "string",
        "language": "string",
        "user_id": "string",
        "weight": "double",
    },
    "sessions": {
        "session_id": "string",
        "source": "string",
        "source_id": "string",
        "user_id": "string",
        "started_at": "timestamp",
        "duration_s": "double",
        "platform": "string",
        "app_version": "string",
        "summary": "string",
        "summary_written": "bool",  # true where no summary came and one was written from the signals
        "replay_url": "string",
        "screens": "strings",  # in the order they were seen; null where the source tells none
    },
    "exposures": {
        "session_id": "string",
        "user_id": "string",
        "screen": "string",
        "signal": "string",  # one of SIGNALS, or VISIT
        "count": "int32",
        "at": "timestamp",
    },
    "opinions": {
        "opinion_id": "string",
        "response_id": "string",  # exactly one of response_id, session_id, ticket_id is set
        "session_id": "string",
        "ticket_id": "string",
        "field": "string",  # text | title | summary | subject: the field that start and end count in
        "start": "int32",
        "end": "int32",
        "text": "string",
        "sentiment": "string",  # one of SENTIMENTS
        "suggestion": "bool",
        "theme_id": "string",  # null only where state is unassigned
        "state": "string",  # one of STATES
        "probability": "double",
        "vector_row": "int32",  # row of vectors.npy (identical texts share one); -1 for system themes
    },
    "themes": {
        "theme_id": "string",
        "area_id": "string",
        "kind": "string",  # one of THEME_KINDS
        "label": "string",
        "keywords": "strings",
        "n": "int64",  # opinions in it, all sources
        "stability": "double",
        "first_seen": "timestamp",
        "description": "string",  # as a person wrote it
        "pinned": "bool",  # a person keeps it, whatever the next fit finds
    },
    "tickets": {
        "ticket_id": "string",
        "source": "string",
        "source_id": "string",
        "user_id": "string",
        "created_at": "timestamp",
        "subject": "string",
        "text": "string",
        "status": "string",
        "priority": "string",
        "channel": "string",
    },
    "customers": {
        "user_id": "string",
        "source": "string",
        "signed_up_at": "timestamp",
        "churned_at": "timestamp",
        "mrr": "double",
    },
    "changes": {
        "change_id": "string",
        "source": "string",
        "kind": "string",  # release | outage | price | campaign | survey
        "at": "timestamp",
        "until": "timestamp",
        "title": "string",
        "version": "string",
        "platform": "string",
        "note": "string",
    },
}
TABLES = tuple(_COLUMNS)
SEGMENTED = ("responses", "sessions", "tickets", "customers")


def _arrow_type(name: str) -> pa.DataType:
    import pyarrow as pa

    if name == "timestamp":
        return pa.timestamp("us", tz="UTC")
    if name == "strings":
        return pa.list_(pa.string())
    return {
        "string": pa.string(),
        "double": pa.float64(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
    }[name]


def columns(table: str) -> tuple[str, ...]:
    """The fixed column names of `table`, in order."""
    return tuple(_COLUMNS[table])


def schema(table: str, segments: tuple[str, ...] = ()) -> pa.Schema:
    """The Arrow schema of `table`; `segments` names dimensions without their prefix, in the order wanted."""
    import pyarrow as pa

    fields = [pa.field(name, _arrow_type(kind)) for name, kind in _COLUMNS[table].items()]
    if table in SEGMENTED:
        fields += [pa.field(SEGMENT_PREFIX + dimension, pa.string()) for dimension in segments]
    return pa.schema(fields)


def dimensions(names: list[str]) -> list[str]:
    """The segment dimensions among column `names`, without their prefix, in order."""
    return [name.removeprefix(SEGMENT_PREFIX) for name in names if name.startswith(SEGMENT_PREFIX)]
