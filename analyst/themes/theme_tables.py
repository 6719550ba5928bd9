"""The tables that a run's themes make: opinions and themes, in the schemas of core.tables, before people's edits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from analyst.core.tables import SYSTEM_THEMES, schema
from analyst.themes.assign import Assignment
from analyst.themes.cluster import Ints
from analyst.themes.model import ThemeModel
from analyst.themes.opinions import Opinion

if TYPE_CHECKING:
    import pyarrow as pa

    from analyst.themes.pipeline import Records


def _gate_feeling(gate: str, feeling: str) -> str:
    """A system theme knows its own sentiment."""
    return {"sys-praise": "positive", "sys-complaint": "negative", "sys-nonanswer": "neutral"}.get(gate, feeling)


def opinion_table(
    opinions: list[Opinion],
    gates: list[str | None],
    row_of: Ints,
    feelings: list[str],
    suggested: Sequence[bool],
    placed: Assignment,
    model: ThemeModel,
) -> pa.Table:
    """One row an opinion; `gates` are the system themes, `row_of` (n,) counts in the vectors, -1 without one."""
    import pyarrow as pa

    ids = [theme.theme_id for theme in model.themes]
    theme_of, state_of, chance_of = placed.theme.tolist(), placed.state.tolist(), placed.probability.tolist()
    columns: dict[str, list[Any]] = {name: [] for name in schema("opinions").names}
    for one, gate, row, feeling, wish in zip(opinions, gates, row_of.tolist(), feelings, suggested, strict=True):
        columns["opinion_id"].append(one.opinion_id)
        for kind in ("response", "session", "ticket"):
            columns[f"{kind}_id"].append(one.record_id if one.record == kind else None)
        columns["field"].append(one.field)
        columns["start"].append(one.start)
        columns["end"].append(one.end)
        columns["text"].append(one.text)
        columns["sentiment"].append(_gate_feeling(gate, feeling) if gate else feeling)
        columns["suggestion"].append(wish)
        if gate or row < 0:
            theme, state, chance = gate, "system" if gate else "unassigned", 1.0 if gate else 0.0
        else:
            theme = ids[theme_of[row]] if theme_of[row] >= 0 else None
            state, chance = state_of[row], round(chance_of[row], 6)
        columns["theme_id"].append(theme)
        columns["state"].append(state)
        columns["probability"].append(chance)
        columns["vector_row"].append(row)
    return pa.table(columns, schema=schema("opinions"))


def text_days(opinions: list[Opinion], row_of: Ints, count: int, records: Records) -> tuple[Ints, Ints]:
    """(first, last) day of each of `count` texts as ordinals, (count,); 0 where no date is known."""
    dates = _dates(records)
    first, last = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for one, row in zip(opinions, row_of.tolist(), strict=True):
        at = dates.get((one.record, one.record_id)) if row >= 0 else None
        if at is not None:
            day = at.date().toordinal()
            first[row] = min(first[row], day) if first[row] else day
            last[row] = max(last[row], day)
    return first, last


def _dates(records: Records) -> dict[tuple[str, str], datetime]:
    """When each row was said, where it carries a date."""
    found: dict[tuple[str, str], datetime] = {}
    for kind, table, key, at in (
        ("response", records.responses, "response_id", "submitted_at"),
        ("session", records.sessions, "session_id", "started_at"),
        ("ticket", records.tickets, "ticket_id", "created_at"),
    ):
        for row_id, moment in zip(table.column(key).to_pylist(), table.column(at).to_pylist(), strict=True):
            if moment is not None:
                found[kind, row_id] = moment
    return found


def theme_table(
    opinions: list[Opinion],
    gates: list[str | None],
    row_of: Ints,
    placed: Assignment,
    model: ThemeModel,
    records: Records,
) -> pa.Table:
    """One row an active theme, then the system themes; `n` counts opinions, `first_seen` is the earliest dated one."""
    import pyarrow as pa

    dates = _dates(records)
    ids = [theme.theme_id for theme in model.themes]
    mentions: dict[str, int] = {}
    first: dict[str, datetime] = {}
    theme_of = placed.theme.tolist()
    for one, gate, row in zip(opinions, gates, row_of.tolist(), strict=True):
        theme_id = gate or (ids[theme_of[row]] if row >= 0 and theme_of[row] >= 0 else None)
        if theme_id is None:
            continue
        mentions[theme_id] = mentions.get(theme_id, 0) + 1
        at = dates.get((one.record, one.record_id))
        if at is not None and (theme_id not in first or at < first[theme_id]):
            first[theme_id] = at
    rows = [
        {
            "theme_id": theme.theme_id,
            "area_id": theme.area_id,
            "kind": theme.kind,
            "label": theme.label,
            "keywords": theme.keywords,
            "n": mentions.get(theme.theme_id, 0),
            "stability": theme.stability,
            "first_seen": _earlier(first.get(theme.theme_id), theme.born),
            "pinned": False,
        }
        for theme in model.active
    ]
    rows += [
        {
            "theme_id": theme_id,
            "area_id": None,
            "kind": "system",
            "label": label,
            "keywords": [],
            "n": mentions.get(theme_id, 0),
            "stability": None,
            "first_seen": first.get(theme_id),
            "pinned": False,
        }
        for theme_id, label in SYSTEM_THEMES.items()
    ]
    return pa.Table.from_pylist(rows, schema=schema("themes"))


def _earlier(at: datetime | None, born: str | None) -> datetime | None:
    """The first mention in these rows, or the day the catalogue remembers where that was before."""
    day = datetime.fromisoformat(born) if born else None
    if at is None or day is None:
        return at or day
    day = day.replace(tzinfo=at.tzinfo or UTC) if at.tzinfo else day
    return day if day.date() < at.date() else at
