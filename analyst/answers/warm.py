"""A run kept warm: its findings by query, its search and its encoder, for processes that answer many questions.

Threads may ask at the same time. Each `Gatherer` has a connection of its own, and one that another thread is using is
not waited for: the question gets one to itself. What was kept is dropped when the store changes (an edit, a fix that
was shipped), when another run is published, and at the end of the day.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from analyst.answers.followups import workspace_book
from analyst.answers.gather import Gatherer
from analyst.answers.search import Searcher, ThemeMeanings, open_search
from analyst.core.errors import UndertoneError
from analyst.core.query import METRICS, Metric, Query
from analyst.core.windows import month_of, previous, zone
from analyst.findings.counts import prepare_named
from analyst.runs.counting import MISSING, hold_tables, metric_counts, segment_dimensions, segment_sql
from analyst.runs.view import BASELINE_WINDOWS, WindowChoice, choose_query, open_view
from analyst.runs.visits import prepare_sessions_had, prepare_visits

if TYPE_CHECKING:
    from analyst.core.clock import Clock
    from analyst.core.settings import Settings
    from analyst.runs.view import View
    from analyst.runs.weighting import Weighting

MOST_QUERIES = 48  # findings kept of a run: about 20 MB each at 100,000 opinions
_WEEKS_BACK = 3
_MOST_LEVELS = 12  # of a dimension whose groups are prepared
MOST_RUNS = 2
Stamp = tuple[object, ...]
_Key = tuple[Query, "Weighting"]


@dataclass
class _Kept:
    gatherer: Gatherer
    lock: threading.RLock = field(default_factory=threading.RLock)


class WarmRun:
    """The run in `view` with its findings by query, the `most_queries` asked last kept."""

    def __init__(self, view: View, most_queries: int = MOST_QUERIES) -> None:
        self.view, self._most = view, most_queries
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._views: list[View] = []
        # Made here, once: what others get are cursors of this connection, and two could not make a table at a time.
        hold_tables(view.connection)
        prepare_visits(view.connection)
        prepare_sessions_had(view.connection)
        prepare_named(view.connection)
        view.hold()

    @cached_property
    def _search(self) -> tuple[Searcher, ThemeMeanings | None]:
        return open_search(self.view.apart())

    @property
    def search(self) -> Searcher:
        """Opinions by words and meaning."""
        return self._search[0]

    @property
    def meanings(self) -> ThemeMeanings | None:
        """Themes by meaning; None where there is no encoder without torch."""
        return self._search[1]

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """What one question needs, for one thread, until the end of the `with` block."""
        lease = Lease(self)
        try:
            yield lease
        finally:
            lease.close()

    def prepare(self, queries: Iterable[Query] | None = None, go_on: Callable[[], bool] | None = None) -> int:
        """Work out ahead what questions about `queries` need (by default the usual ones), and load the search. `go_on`
        is asked before each. Gives how many were worked out."""
        done = 0
        if self.view.held is not None:
            with self.lease() as lease:
                for metric in metric_counts(lease.view.connection):
                    self.view.held.of(lease.view.connection, metric)
        for query in self.usual_queries() if queries is None else queries:
            if go_on is not None and not go_on():
                return done
            with self.lease() as lease:
                found = lease.gather(query)
                for _ in (found.movement, found.themes, found.screens, found.fixes, found.coverage, found.series):
                    pass
            done += 1
        self.search.search("anything")
        if self.meanings is not None:
            self.meanings.themes_near("anything", 1)
        return done

    def usual_queries(self) -> list[Query]:
        """What is asked most, likeliest first: the default question of every metric that the run has; that of the
        first metric for each group large enough to tell, for the weeks before and for the last month."""
        with self.lease() as lease:
            usual = [query for query in (_default(lease.view, metric) for metric in METRICS) if query is not None]
            if usual:
                usual += [*_earlier(lease.view, usual[0]), *_by_group(lease.view, usual[0])]
        return list(dict.fromkeys(usual))[: self._most]

    def forget(self) -> None:
        """Drop every finding; the connection and the search stay."""
        with self._lock:
            self._kept.clear()

    def _take_view(self) -> View:
        with self._lock:
            return self._views.pop() if self._views else self.view.apart()

    def _give_view(self, view: View) -> None:
        with self._lock:
            self._views.append(view)

    def _borrow(self, query: Query, weighting: Weighting) -> _Kept:
        """The kept findings of `query`, locked for this thread; new ones where there are none, or others use them."""
        key = (query, weighting)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.lock.acquire(blocking=False):
                self._kept.move_to_end(key)
                return kept
        mine = _Kept(Gatherer(self.view.apart(), query, weighting))
        mine.lock.acquire()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = mine
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return mine


@dataclass
class Lease:
    """One question's hold on a warm run: findings it was given are its own until it is closed."""

    run: WarmRun
    _held: dict[_Key, _Kept] = field(default_factory=dict)

    @cached_property
    def view(self) -> View:
        """The run on a connection that nobody else has while this question lasts; what earlier ones looked up on it
        is kept."""
        return self.run._take_view()

    @property
    def search(self) -> Searcher:
        """Opinions by words and meaning."""
        return self.run.search

    @property
    def meanings(self) -> ThemeMeanings | None:
        """Themes by meaning."""
        return self.run.meanings

    def gather(self, query: Query, weighting: Weighting = "answers") -> Gatherer:
        """The findings of `query`, kept from an earlier question where there was one."""
        key = (query, weighting)
        if key not in self._held:
            self._held[key] = self.run._borrow(query, weighting)
        return self._held[key].gatherer

    def close(self) -> None:
        """Give back what was held."""
        for kept in self._held.values():
            kept.lock.release()
        self._held.clear()
        if "view" in self.__dict__:
            self.run._give_view(self.__dict__.pop("view"))


class Warm:
    """The runs of a workspace, kept warm: `run()` is the published one as it now stands."""

    def __init__(self, settings: Settings, clock: Clock, most_queries: int = MOST_QUERIES) -> None:
        self._settings, self._clock, self._most = settings, clock, most_queries
        self._runs: OrderedDict[tuple[str, int, date], WarmRun] = OrderedDict()
        self._stamp: Stamp | None = None
        self._edits = 0
        self._lock = threading.Lock()

    def run(self, run_id: str | None = None) -> WarmRun:
        """The published run (or `run_id`), opened where it is not warm yet. Raises NoRun when nothing was analysed."""
        view = open_view(self._settings, self._clock, run_id)
        with self._lock:
            self._look_at_store(view)
            key = (view.run.run_id, self._edits, view.until.astimezone(zone(self._settings.timezone)).date())
            found = self._runs.get(key)
            if found is None:
                found = self._runs[key] = WarmRun(view, self._most)
            self._runs.move_to_end(key)
            while len(self._runs) > MOST_RUNS:
                self._runs.popitem(last=False)
            return found

    def _look_at_store(self, view: View) -> None:
        """Drop the findings if the store was written since they were made; a database server is asked every time."""
        stamp = _stamp(self._settings)
        if stamp is not None and stamp == self._stamp:
            return
        edits = [] if view.edits_note else view.edits
        self._edits = edits[-1].seq if edits else 0
        now = stamp if stamp is not None else (self._edits, repr(workspace_book(self._settings)))
        if now != self._stamp:
            for run in self._runs.values():
                run.forget()
        self._stamp = now


def _default(view: View, metric: Metric, choice: WindowChoice | None = None) -> Query | None:
    try:
        return choose_query(view, metric, choice)
    except UndertoneError:  # no answers of the metric, or too few of them: nothing to prepare
        return None


def _earlier(view: View, query: Query) -> list[Query]:
    """The same question of the windows before, and of the last month that is over."""
    tz = zone(view.settings.timezone)
    found: list[Query | None] = []
    window = query.window
    for _ in range(_WEEKS_BACK):
        window = previous(window, tz)
        found.append(replace(query, window=window, baseline=previous(window, tz, BASELINE_WINDOWS)))
    month = previous(month_of(view.until.astimezone(tz).date(), tz), tz)
    found.append(_default(view, query.metric, WindowChoice(month=month.label)))
    return [one for one in found if one is not None]


def _by_group(view: View, query: Query) -> list[Query]:
    """The same question of every group that has enough answers in the window, the largest first."""
    found: list[tuple[int, str, str]] = []
    for dimension in segment_dimensions(view.connection):
        rows = view.connection.execute(
            f"""SELECT {segment_sql(dimension)} AS level, count(*) AS n FROM responses
                WHERE kind = ? AND y IS NOT NULL AND submitted_at >= ? AND submitted_at < ? GROUP BY level""",
            [query.metric, query.window.start, query.window.end],
        ).fetchall()
        if 1 < len(rows) <= _MOST_LEVELS:
            found += [(-n, dimension, level) for level, n in rows if n >= view.settings.min_window and level != MISSING]
    return [query.within(((dimension, level),)) for _, dimension, level in sorted(found)]


def _stamp(settings: Settings) -> Stamp | None:
    """What tells one state of the store's file from the next; None where the store is a database server."""
    if settings.store_url is not None:
        return None
    found: list[object] = []
    for name in ("store.db", "store.db-wal"):
        try:
            seen = (settings.workspace / name).stat()
        except OSError:
            found.append(None)
        else:
            found.append((seen.st_mtime_ns, seen.st_size, seen.st_ino))
    return tuple(found)
