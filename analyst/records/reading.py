"""How one file is read: the mapping and the guesses settled against the whole file, before a row is built.

What needs every value of a column is decided here: the order of day and month, the scale, whether scores are
words, which columns are segments, which ids come twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from analyst.core.errors import UndertoneError, UsageProblem
from analyst.records.cells import clean, number, user_key
from analyst.records.dates import DateOrder, OrderEvidence, is_moment, order_told
from analyst.records.guess import Mapped, guess_columns
from analyst.records.mapping import FileMapping
from analyst.records.readers import RowFile
from analyst.records.scores import Scale, guess_scale
from analyst.records.synonyms import dimension_name, known_segment, plain
from analyst.records.types import Kind

_LEVELS = 60  # a column with more different values than this is not taken for a segment by itself
_LEVEL_LENGTH = 60
_NUMBERS = 12  # more different numbers than this are a measurement, not a group
_DATE_COLUMNS = ("submitted_at", "started_at", "created_at", "at", "until", "signed_up_at", "churned_at")
ID_COLUMN = {
    "responses": "id", "tickets": "ticket_id", "events": "event_id", "customers": "user_id", "changes": "change_id",
}  # fmt: skip
NEEDED = {
    "responses": (("score", "text"), "a score or a comment"),
    "sessions": (("session_id",), "a session id"),
    "tickets": (("text", "subject"), "a subject or a text"),
    "events": (("name", "signal"), "an event name or a friction signal"),
    "customers": (("user_id", "email"), "a user id"),
    "changes": (("at",), "a date"),
}


@dataclass(frozen=True)
class Reading:
    """Everything that building a record from a row needs to know of the file."""

    record: str
    source: str
    columns: dict[str, str]  # our name -> header
    segments: dict[str, str]  # dimension -> header
    mapped: tuple[Mapped, ...]
    zone: ZoneInfo
    orders: dict[str, DateOrder]  # our date column -> order of day and month
    mapping: FileMapping
    kind: Kind | None = None
    scale: Scale | None = None
    words: dict[str, float] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()  # ids that come more than once
    notes: tuple[str, ...] = ()


def settle(file: RowFile, record: str, source: str, mapping: FileMapping, timezone: str) -> Reading:
    """Decide how `file` is read as `record`.

    Raises UndertoneError when the file has no rows or no usable column, or where only a person can decide: scores
    in words, an undecided date order, the direction of an effort score.
    """
    mapping.check_columns(record)
    sample = [row.cells for row in file.sample()]
    if not sample and next(iter(file.rows()), None) is None:
        raise UndertoneError("The file has headers but no rows.", "Export it again with its answers.")
    columns, mapped = _columns(file, record, mapping, sample)
    wanted, named = NEEDED[record]
    if not any(name in columns for name in wanted):
        raise UndertoneError(
            f"No column of the file could be used as {named} (it has {_listed(file.headers)}).",
            f'Say which one it is in a mapping file: [columns] {wanted[0]} = "its header"; '
            "or name the kind of records with --as.",
        )
    identity = columns.get(ID_COLUMN.get(record, "")) or (columns.get("email") if record == "customers" else None)
    scan = _scan(file, columns, identity, user_key if record == "customers" else clean)
    profiles = scan.profiles
    doubtful = [m for m in mapped if m.sure == "unsure"]
    segments, segment_mapped, notes = _segments(file, record, mapping, columns, profiles)
    notes += [
        f"'{m.header}' is taken for {m.canonical} by what stands in it; if it is not, say so in a mapping: [columns]."
        for m in doubtful
    ]
    orders = _orders(scan.orders, columns, mapping)
    words = {str(word).strip().casefold(): float(value) for word, value in mapping.values.get("score", {}).items()}
    kind: Kind | None = mapping.kind
    scale: Scale | None = None
    if record == "responses" and "score" in columns:
        kinds = profiles[columns["kind"]].levels if "kind" in columns else set()
        guess = guess_scale(columns, profiles[columns["score"]].scores, mapping, words, kinds)
        kind, scale = guess.kind, guess.scale
        notes += list(guess.notes)
    elif record == "responses":
        notes.append("No score column was found: the answers come in without a score.")
    return Reading(
        record=record,
        source=source,
        columns=columns,
        segments=segments,
        mapped=tuple(mapped + segment_mapped),
        zone=mapping.zone(timezone),
        orders=orders,
        mapping=mapping,
        kind=kind,
        scale=scale,
        words=words,
        values={
            name: {str(k).strip().casefold(): v for k, v in table.items()}
            for name, table in mapping.values.items()
            if name != "score"
        },
        repeated=frozenset(scan.repeated),
        notes=tuple(notes),
    )


def _listed(headers: Sequence[str]) -> str:
    shown = ", ".join(f"'{header}'" for header in headers[:12])
    return shown + (f" and {len(headers) - 12} more" if len(headers) > 12 else "")


def _columns(
    file: RowFile, record: str, mapping: FileMapping, sample: list[dict[str, Any]]
) -> tuple[dict[str, str], list[Mapped]]:
    headers = {plain(header): header for header in reversed(file.headers)}
    given = {}
    for canonical, wanted in mapping.columns.items():
        header = wanted if wanted in file.headers else headers.get(plain(wanted))
        if header is None:
            raise UsageProblem(
                f"The mapping says that {canonical} is '{wanted}', but the file has {_listed(file.headers)}.",
                "Write the header as it stands in the file.",
            )
        given[canonical] = header
    taken = {*given.values(), *mapping.ignore, *(headers.get(plain(h), h) for h in mapping.segments.values())}
    left = [header for header in file.headers if header not in taken]
    guessed = [m for m in guess_columns(record, left, sample) if m.canonical not in given]
    mapped = [Mapped(canonical, header, "given") for canonical, header in given.items()] + guessed
    return {m.canonical: m.header for m in mapped}, mapped


@dataclass
class _Profile:
    """What one pass over a column leaves behind."""

    filled: int = 0
    longest: int = 0
    numbers: int = 0
    levels: set[str] = field(default_factory=set)
    scores: Counter[str] = field(default_factory=Counter)


@dataclass
class _Scan:
    """What one pass over the whole file leaves behind."""

    profiles: dict[str, _Profile]
    orders: dict[str, Counter[str | None]]  # our date column -> what its cells tell of the order
    repeated: set[str] = field(default_factory=set)


def _scan(file: RowFile, columns: dict[str, str], id_header: str | None, as_id: Callable[[Any], str | None]) -> _Scan:
    """One pass: the levels of the columns that may be segments, the scores, the date order, ids that come twice."""
    score_header = columns.get("score")
    taken = {header for name, header in columns.items() if name != "kind"}
    profiles = {header: _Profile() for header in file.headers if header not in taken}
    open_columns = dict(profiles)  # those that may still be segments
    profiles.update((header, _Profile()) for header in taken)
    dated = [(name, columns[name]) for name in _DATE_COLUMNS if name in columns]
    scan = _Scan(profiles, {name: Counter() for name, _ in dated})
    ids: set[str] = set()
    for row in file.rows():
        if row.problem:
            continue
        cells = row.cells
        closed = None
        for header, profile in open_columns.items():
            value = cells.get(header)
            if value is None or value == "":
                continue
            text = value if isinstance(value, str) else str(value)
            profile.filled += 1
            if len(text) > profile.longest:
                profile.longest = len(text)
            profile.levels.add(text)
            if len(profile.levels) > 2 * _LEVELS or profile.longest > 4 * _LEVEL_LENGTH:
                closed = [*(closed or []), header]
        for header in closed or ():
            del open_columns[header]
        for name, header in dated:
            told = order_told(cells.get(header))
            if told is not None:
                scan.orders[name][told] += 1
        if score_header is not None:
            found = clean(cells.get(score_header))
            if found is not None and len(profiles[score_header].scores) <= 2_000:
                profiles[score_header].scores[found] += 1
        if id_header is not None:
            key = as_id(cells.get(id_header))
            if key is not None:
                if key in ids:
                    scan.repeated.add(key)
                ids.add(key)
    return scan


def _segments(
    file: RowFile, record: str, mapping: FileMapping, columns: dict[str, str], profiles: dict[str, _Profile]
) -> tuple[dict[str, str], list[Mapped], list[str]]:
    headers = {plain(header): header for header in reversed(file.headers)}
    segments: dict[str, str] = {}
    mapped: list[Mapped] = []
    for dimension, wanted in mapping.segments.items():
        header = wanted if wanted in file.headers else headers.get(plain(wanted))
        if header is None:
            raise UsageProblem(
                f"The mapping makes '{wanted}' the segment {dimension}, but the file has {_listed(file.headers)}.",
                "Write the header as it stands in the file.",
            )
        segments[dimension] = header
        mapped.append(Mapped(f"segment {dimension}", header, "given"))
    used = {*columns.values(), *segments.values(), *mapping.ignore}
    left_out = []
    for header in file.headers:
        if header in used:
            continue
        name, sure = _as_segment(header, record, profiles[header])
        if name is None or name in segments:
            left_out.append(header)
            continue
        segments[name] = header
        mapped.append(Mapped(f"segment {name}", header, sure))
    notes = []
    if left_out:
        notes.append(f"Columns left out: {_listed(left_out)}.")
    return segments, mapped, notes


def _as_segment(header: str, record: str, profile: _Profile) -> tuple[str | None, Any]:
    """The dimension that a column is, and how sure that is; None where it is no segment."""
    if plain(header).startswith("attr "):
        return dimension_name(plain(header).removeprefix("attr ")), "sure"
    if record in ("events", "changes") and known_segment(header) is None:
        return None, "unsure"
    known = known_segment(header)
    if known is not None and profile.filled and profile.longest <= 2 * _LEVEL_LENGTH:
        return known, "sure"
    if record == "customers" and plain(header) == "channel":
        return "channel", "sure"
    levels = {text for level in profile.levels if (text := clean(level)) is not None}
    if not 2 <= len(levels) <= _LEVELS or profile.longest > _LEVEL_LENGTH or len(levels) > max(2, profile.filled / 2):
        return None, "unsure"
    numeric = sum(number(level) is not None for level in levels)
    if numeric == len(levels) and (len(levels) > _NUMBERS or any("." in level for level in levels)):
        return None, "unsure"
    # A cell such as 20150224 is a date, 3 is a group: only what cannot be a plain number counts as a date here.
    if sum(is_moment(level) and number(level) is None for level in levels) > len(levels) / 2:
        return None, "unsure"
    return dimension_name(header), "likely"


def _orders(
    told: dict[str, Counter[str | None]], columns: dict[str, str], mapping: FileMapping
) -> dict[str, DateOrder]:
    if mapping.date_order is not None:
        return dict.fromkeys(told, mapping.date_order)
    evidence = {name: OrderEvidence(n["dmy"], n["mdy"], n["either"]) for name, n in told.items()}
    orders: dict[str, DateOrder] = {name: found for name, e in evidence.items() if (found := e.order()) is not None}
    settled = set(orders.values())
    for name, told_of in evidence.items():
        if not told_of.undecided:
            continue
        if len(settled) != 1:  # another column of the same export decides for this one
            raise UndertoneError(
                f"The dates in '{columns[name]}' may be day first or month first: no value in the column tells.",
                'Say it in a mapping file: date_order = "dmy" (or "mdy").',
            )
        orders[name] = next(iter(settled))
    return orders
