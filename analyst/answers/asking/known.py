"""What the planner knows of a run: names and counts, read once and kept, never a text."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from analyst.answers.asking.words import folded, plain, stem
from analyst.core.tables import VISIT
from analyst.core.windows import zone
from analyst.runs.counting import MISSING, metric_counts, segment_dimensions, segment_sql

if TYPE_CHECKING:
    from analyst.runs.view import View

MOST_LEVELS = 400  # values of one dimension that are kept: the commonest
_KEPT_VIEWS = 8


@dataclass(frozen=True)
class Change:
    """A row of the calendar, with its days in the workspace's zone."""

    day: date
    until: date | None
    kind: str
    title: str
    version: str
    platform: str


@dataclass(frozen=True)
class Theme:
    """A theme by its words: stems of its label and of its keywords."""

    theme_id: str
    label: str
    system: bool
    n: int
    label_stems: tuple[str, ...]
    keyword_stems: frozenset[str]


@dataclass(frozen=True, eq=False)  # compared by identity, so that what is derived from it can be kept
class Known:
    """Everything of one run that a question can name.

    `values` holds the values of each dimension, commonest first; `metrics` how many dated answers each metric has;
    `first` and `last` are the days of the first and last answer by metric; `screens` are in order of visits.
    """

    until: datetime
    timezone: str
    metrics: Mapping[str, int]
    first: Mapping[str, date]
    last: Mapping[str, date]
    values: Mapping[str, tuple[str, ...]]
    screens: tuple[str, ...]
    signals: frozenset[str]
    themes: tuple[Theme, ...]
    changes: tuple[Change, ...]

    @property
    def today(self) -> date:
        """The day of the clock, in the workspace's zone."""
        return self.until.astimezone(zone(self.timezone)).date()

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label by theme id."""
        return {theme.theme_id: theme.label for theme in self.themes}

    @cached_property
    def levels(self) -> dict[str, list[tuple[str, str]]]:
        """(dimension, value) pairs by the value's plain words."""
        found: dict[str, list[tuple[str, str]]] = {}
        for dimension, values in self.values.items():
            for value in values:
                found.setdefault(plain(value.replace("_", " ")), []).append((dimension, value))
        return found

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Single words of all names, for mending typing mistakes."""
        names = [*self.levels, *(folded(s) for s in self.screens), *(folded(t.label) for t in self.themes)]
        names += [folded(dimension.replace("_", " ")) for dimension in self.values]
        return frozenset(word for name in names for word in name.split() if word.isalpha() and len(word) > 3)


_kept: OrderedDict[tuple[str, int, str, str], Known] = OrderedDict()
_lock = threading.Lock()


def known_of(view: View) -> Known:
    """What the planner knows of `view`'s run, read at the first question of each hour and kept for the last few."""
    last_edit = view.edits[-1].seq if not view.edits_note and view.edits else 0
    key = (str(view.run.folder), last_edit, view.settings.timezone, f"{view.until:%Y-%m-%dT%H}")
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = _read(view)
    with _lock:
        _kept[key] = found
        while len(_kept) > _KEPT_VIEWS:
            _kept.popitem(last=False)
    return found


def _read(view: View) -> Known:
    connection, tz = view.connection, zone(view.settings.timezone)
    has_exposures = view.run.path("exposures").exists()
    dates = connection.execute(
        """
        SELECT kind, epoch(min(submitted_at)), epoch(max(submitted_at)) FROM responses
        WHERE y IS NOT NULL AND submitted_at < ? GROUP BY kind
        """,
        [view.until],
    ).fetchall()
    days = {
        kind: tuple(datetime.fromtimestamp(s, tz).date() for s in ends) for kind, *ends in dates if None not in ends
    }
    met = (
        connection.execute(
            "SELECT screen, signal, count(*) FROM exposures WHERE screen IS NOT NULL GROUP BY ALL ORDER BY 3 DESC, 1"
        ).fetchall()
        if has_exposures
        else []
    )
    visits: dict[str, int] = {}
    for screen, _, n in met:
        visits[screen] = visits.get(screen, 0) + n
    return Known(
        until=view.until,
        timezone=view.settings.timezone,
        metrics=metric_counts(connection),
        first={kind: ends[0] for kind, ends in days.items()},
        last={kind: ends[1] for kind, ends in days.items()},
        values={dimension: _values(view, dimension) for dimension in segment_dimensions(connection)},
        screens=tuple(sorted(visits, key=lambda s: (-visits[s], s))),
        signals=frozenset(signal for _, signal, _ in met) - {VISIT},
        themes=_themes(view),
        changes=_changes(view) if view.run.path("changes").exists() else (),
    )


def _values(view: View, dimension: str) -> tuple[str, ...]:
    rows = view.connection.execute(
        f"""
        SELECT {segment_sql(dimension)} AS v, count(*) AS n FROM responses GROUP BY v ORDER BY n DESC, v
        LIMIT {MOST_LEVELS}
        """
    ).fetchall()
    return tuple(row[0] for row in rows if row[0] != MISSING)


def _themes(view: View) -> tuple[Theme, ...]:
    rows = view.connection.execute(
        "SELECT theme_id, label, kind, coalesce(n, 0), keywords FROM themes ORDER BY n DESC, theme_id"
    ).fetchall()
    return tuple(
        Theme(
            theme,
            label,
            kind == "system",
            n,
            tuple(stem(word) for word in plain(label or "").split()),
            frozenset(stem(word) for keyword in keywords or () for word in plain(keyword).split()),
        )
        for theme, label, kind, n, keywords in rows
    )


def _changes(view: View) -> tuple[Change, ...]:
    tz = zone(view.settings.timezone)
    rows = view.connection.execute(
        """
        SELECT epoch("at"), epoch(until), kind, title, version, platform FROM changes
        WHERE "at" IS NOT NULL AND "at" < ? ORDER BY "at", change_id
        """,
        [view.until],
    ).fetchall()

    def day(moment: float | None) -> date | None:
        return datetime.fromtimestamp(moment, tz).date() if moment is not None else None

    return tuple(
        Change(day(at) or date.min, day(until), kind or "", title or "", version or "", (platform or "").casefold())
        for at, until, kind, title, version, platform in rows
    )
