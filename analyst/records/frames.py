"""The store's records as the tables that a run starts from (see analyst.core.tables)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyst.core.settings import Settings
from analyst.core.tables import SEGMENT_PREFIX, SEGMENTED, schema
from analyst.records import exposures as exposed
from analyst.records import streams
from analyst.records.joins import Customers, LatestSession, Segments, json_list, read_customers
from analyst.records.scores import Scale, outcome
from analyst.records.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

WIDE_LEVELS = 200  # a dimension with more levels than this is no group of people
_ONE_EACH = 0.8  # nor one with nearly a level a respondent


@dataclass(frozen=True)
class RecordTables:
    """All records, joined: the tables of analyst.core.tables with every segment dimension on each segmented table.

    `dimensions` are the segment dimensions in order; `wide_dimensions` those with more than 200 levels or nearly a
    level a respondent: they are kept as columns, but are no groups to search.
    """

    responses: pa.Table
    sessions: pa.Table
    exposures: pa.Table
    tickets: pa.Table
    customers: pa.Table
    changes: pa.Table
    dimensions: tuple[str, ...] = ()
    wide_dimensions: tuple[str, ...] = ()


Rows = list[dict[str, Any]]


def read_records(store: Store, settings: Settings) -> RecordTables:
    """Every record in the store as Arrow tables, sorted by id, so that the same records give the same tables.

    A response's segments are its own; those it lacks come from its customer, and platform, version and device from
    its user's last session in the `settings.join_days` before it. `y` follows scores.outcome.
    """
    parse = Segments()
    customers = read_customers(store, parse)
    events = _events(store, customers)
    sessions, met = _sessions(store, customers, parse, events)
    latest = LatestSession((row["user_id"], row["started_at"], row["own"]) for row in sessions)
    for row in sessions:
        row["segments"] = {**customers.segments(row["user_id"], row["started_at"]), **row.pop("own")}
    responses = _responses(store, customers, parse, latest, settings.join_days)
    tickets = _tickets(store, customers, parse)
    people = [
        {
            "user_id": c.user_id,
            "source": c.source,
            "signed_up_at": c.signed_up_at,
            "churned_at": c.churned_at,
            "mrr": c.mrr,
            "segments": c.segments,
        }
        for _, c in sorted(customers.by_id.items())
    ]
    rows = {"responses": responses, "sessions": sessions, "tickets": tickets, "customers": people}
    dimensions = tuple(sorted({name for table in rows.values() for row in table for name in row["segments"]}))
    return RecordTables(
        responses=_table("responses", responses, dimensions),
        sessions=_table("sessions", sessions, dimensions),
        exposures=_table("exposures", met),
        tickets=_table("tickets", tickets, dimensions),
        customers=_table("customers", people, dimensions),
        changes=_table("changes", _changes(store)),
        dimensions=dimensions,
        wide_dimensions=_wide(dimensions, responses, sessions),
    )


def _responses(store: Store, customers: Customers, parse: Segments, latest: LatestSession, days: int) -> Rows:
    columns = (
        "key", "source", "source_id", "survey", "question", "submitted_at", "utc_offset_min", "kind", "score",
        "scale_min", "scale_max", "higher_is_better", "title", "text", "language", "user_id", "weight",
        "channel", "segments",
    )  # fmt: skip
    rows: Rows = []
    scales: dict[tuple[float, float, bool], Scale] = {}
    for values in store.rows("responses", columns):
        row = dict(zip(columns, values, strict=True))
        user = row["user_id"] = customers.user(row["user_id"])
        at = row["submitted_at"]
        own = parse(row["segments"])
        if row["channel"] is not None:
            own = {**own, "survey_channel": row["channel"]}
        if row["language"] is not None and "language" not in own:
            own = {**own, "language": row["language"]}
        own = latest.fill(own, user, at, days)
        from_customer = customers.segments(user, at)
        row["segments"] = {**from_customer, **own} if from_customer else own
        row["response_id"] = row["key"]
        row["y"] = None
        if row["kind"] is not None and row["score"] is not None:
            key = (row["scale_min"], row["scale_max"], row["higher_is_better"])
            scale = scales.setdefault(key, Scale(*key))
            row["y"] = outcome(row["kind"], row["score"], scale)
        rows.append(row)
    return rows


def _unique(rows: Rows, name: str) -> None:
    """Call each row by its own id; where two sources use one id, by source and id."""
    times = Counter(row["source_id"] for row in rows)
    for row in rows:
        plain = row["source_id"]
        row[name] = plain if times[plain] == 1 else f"{row['source']}:{plain}"
    rows.sort(key=lambda row: str(row[name]))


def _sessions(store: Store, customers: Customers, parse: Segments, events: Rows) -> tuple[Rows, Rows]:
    """The sessions (with `own` segments, not yet their customer's) and the exposures."""
    columns = (
        "source", "source_id", "user_id", "started_at", "duration_s", "platform", "app_version", "summary",
        "replay_url", "screens", "segments",
    )  # fmt: skip
    rows: Rows = [dict(zip(columns, values, strict=True)) for values in store.rows("sessions", columns)]
    _unique(rows, "session_id")
    # Events know a session by its own id only; where two sources use that id, they cannot tell which it is.
    known = {row["source_id"]: row for row in rows}
    met: exposed.Met = {}
    for row in rows:
        row["user_id"] = customers.user(row["user_id"])
        visited = json_list(row["screens"])
        row["screens"] = streams.path(screen["screen"] for screen in visited)
        counts = exposed.screen_counts(visited)
        for (screen, signal), times in counts.items():
            exposed.merge(met, (row["session_id"], row["user_id"], screen, signal), times, row["started_at"])
        row["summary_written"] = False
        row["own"] = _with(parse(row["segments"]), platform=row["platform"], app_version=row["app_version"])
    spans = ((row["source_id"], row["user_id"], row["started_at"], row["duration_s"]) for row in rows)
    events = streams.with_signals(streams.with_screens(streams.with_sessions(events, spans)))
    rows += _from_events(events, known)
    paths = streams.event_paths(events)
    for row in rows:
        row["screens"] = row.get("screens") or paths.get(row["source_id"])
    owner = {row["session_id"]: row["user_id"] for row in rows}
    named = (
        (
            known[e["session_id"]]["session_id"] if e["session_id"] in known else e["session_id"],
            owner.get(e["session_id"]) or e["user_id"],
            e["at"],
            e["screen"],
            e["signal"],
            e["count"],
        )
        for e in events
    )
    for key, (times, at) in exposed.from_events(named).items():
        exposed.merge(met, key, times, at)
    rows.sort(key=lambda row: str(row["session_id"]))
    listed = [
        {"session_id": s, "user_id": u, "screen": screen, "signal": signal, "count": times, "at": at}
        for (s, u, screen, signal), (times, at) in met.items()
    ]
    listed.sort(key=lambda row: (row["session_id"] or "", row["user_id"] or "", row["screen"], row["signal"]))
    return rows, listed


def _events(store: Store, customers: Customers) -> Rows:
    columns = ("source", "session_id", "user_id", "at", "name", "screen", "signal", "count", "segments")
    rows: Rows = [dict(zip(columns, values, strict=True)) for values in store.rows("events", columns)]
    for row in rows:
        row["user_id"] = customers.user(row["user_id"])
    return rows


def _from_events(events: Rows, known: dict[str, dict[str, Any]]) -> Rows:
    """Sessions that only events tell of: from the first event to the last."""
    parse = Segments()
    found: dict[str, dict[str, Any]] = {}
    for event in sorted(events, key=lambda e: e["at"] if e["at"] is not None else 0):
        session, at = event["session_id"], event["at"]
        if session is None or session in known:
            continue
        row = found.setdefault(
            session,
            {"session_id": session, "source": event["source"], "source_id": session, "user_id": event["user_id"],
             "started_at": at, "last": at, "summary_written": False, "own": {}},
        )  # fmt: skip
        row["user_id"] = row["user_id"] or event["user_id"]
        row["started_at"] = at if row["started_at"] is None else row["started_at"]
        row["last"] = at if at is not None else row["last"]
        row["own"] = {**row["own"], **parse(event["segments"])}
    for row in found.values():
        if row["started_at"] is not None and row["last"] is not None:
            row["duration_s"] = (row["last"] - row["started_at"]) / 1e6
        row["platform"], row["app_version"] = row["own"].get("platform"), row["own"].get("app_version")
    return list(found.values())


def _tickets(store: Store, customers: Customers, parse: Segments) -> Rows:
    columns = (
        "source", "source_id", "user_id", "created_at", "subject", "text", "status", "priority", "channel", "segments",
    )  # fmt: skip
    rows: Rows = [dict(zip(columns, values, strict=True)) for values in store.rows("tickets", columns)]
    _unique(rows, "ticket_id")
    for row in rows:
        row["user_id"] = customers.user(row["user_id"])
        row["segments"] = {**customers.segments(row["user_id"], row["created_at"]), **parse(row["segments"])}
    return rows


def _changes(store: Store) -> Rows:
    columns = ("source", "source_id", "kind", "at", "until", "title", "version", "platform", "note")
    rows: Rows = [dict(zip(columns, values, strict=True)) for values in store.rows("changes", columns)]
    _unique(rows, "change_id")
    return rows


def _with(segments: dict[str, str], **more: str | None) -> dict[str, str]:
    added = {name: value for name, value in more.items() if value is not None}
    return {**segments, **added} if added else segments


def _table(name: str, rows: Rows, dimensions: Sequence[str] = ()) -> pa.Table:
    import pyarrow as pa

    wanted = schema(name, tuple(dimensions) if name in SEGMENTED else ())
    arrays = []
    for column in wanted:
        if column.name.startswith(SEGMENT_PREFIX):
            dimension = column.name.removeprefix(SEGMENT_PREFIX)
            arrays.append(pa.array([row["segments"].get(dimension) for row in rows], column.type))
        elif pa.types.is_timestamp(column.type):
            arrays.append(pa.array([row.get(column.name) for row in rows], pa.int64()).cast(column.type))
        else:
            arrays.append(pa.array([row.get(column.name) for row in rows], column.type))
    return pa.Table.from_arrays(arrays, schema=wanted)


def _wide(dimensions: Iterable[str], *tables: Rows) -> tuple[str, ...]:
    wide = []
    for dimension in dimensions:
        for rows in tables:
            values = [value for row in rows if (value := row["segments"].get(dimension)) is not None]
            levels = len(set(values))
            if levels > WIDE_LEVELS or (len(values) > 20 and levels >= _ONE_EACH * len(values)):
                wide.append(dimension)
                break
    return tuple(wide)
