"""From what a question names to windows and groups: the queries of a plan, with what had to be assumed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analyst.answers.asking.known import Known
from analyst.answers.asking.times import Time, before, span
from analyst.answers.wording import METRIC_NAMES, group
from analyst.core.errors import CannotTell, UndertoneError
from analyst.core.query import METRICS, Metric, Query, Where
from analyst.core.windows import Window, previous, zone
from analyst.runs.counting import scores_by_period
from analyst.runs.view import View, WindowChoice, choose_query

_KEPT = 256
FEWEST_ANSWERS = 20  # of a group over all of its history, below which nothing is told of it
_LONG_SPAN = 14  # days: from here on a free window is set against the same length before, not four times that


class NothingThere(UndertoneError):
    """The windows hold no answer, or too few of them: `few` says which.

    `small` says that the group has hardly any answer in all of its history.
    """

    def __init__(self, message: str, *, few: bool = False, small: bool = False) -> None:
        super().__init__(message)
        self.few, self.small = few or small, small


@dataclass(frozen=True)
class Windows:
    """The window asked for and the one it is set against (None: the default one); `pair` where both were named."""

    now: Time | None
    versus: Time | None
    pair: bool


def windows_of(times: tuple[Time, ...]) -> Windows:
    """Which of the named times is the window and which the baseline: the later one is the window."""
    named = [time for time in times if not time.earlier]
    if not named:
        return Windows(None, None, pair=bool(times))
    if len(named) == 1:
        now = named[0]
        if now.role == "versus":  # "than in September": the window itself was not named
            return Windows(None, now, pair=True)
        if now.role == "around":
            return Windows(now, _same_length_before(now), pair=True)
        if any(time.earlier for time in times):
            return Windows(now, before(now), pair=True)
        return Windows(now, _same_length_before(now) if now.event and now.role == "since" else None, pair=False)
    first, second = named[0], named[1]
    now, versus = (first, second) if first.first >= second.first else (second, first)
    return Windows(now, versus, pair=True)


def _same_length_before(time: Time) -> Time:
    return span(time.first - timedelta(days=time.days), time.first - timedelta(days=1), time.said)


def label_of(time: Time) -> str:
    """A time as `parse_window` reads it."""
    if time.unit == "week":
        year, number, _ = time.first.isocalendar()
        return f"{year}-W{number:02d}"
    if time.unit == "month":
        return f"{time.first:%Y-%m}"
    return f"{time.first}..{time.last}"


def _choice(windows: Windows, known: Known) -> WindowChoice:
    now = windows.now
    versus = label_of(windows.versus) if windows.versus else None
    if now is None:
        return WindowChoice(versus=versus)
    if now.unit == "week":
        return WindowChoice(week=label_of(now), versus=versus)
    if now.unit == "month":
        return WindowChoice(month=label_of(now), versus=versus)
    last = max(now.first, min(now.last, known.today))
    if versus is None and (last - now.first).days + 1 >= _LONG_SPAN:
        versus = label_of(_same_length_before(replace(now, last=last)))
    return WindowChoice(first=str(now.first), last=str(last), versus=versus)


_queries: OrderedDict[tuple[object, ...], Query] = OrderedDict()
_lock = threading.Lock()


def choose(view: View, known: Known, metric: Metric | None, windows: Windows, where: Where, *, all_time: bool) -> Query:
    """The query for these windows and this group.

    Where no window is named and no week has enough answers of the group, all of its history is taken if `all_time`.
    Raises NothingThere where the run has no answer there, UndertoneError where it cannot be asked at all.
    """
    key = (known, metric, windows, where, all_time)
    with _lock:
        if key in _queries:
            _queries.move_to_end(key)
            return _queries[key]
    query = _chosen(view, known, metric, windows, where, all_time=all_time)
    with _lock:
        _queries[key] = query
        while len(_queries) > _KEPT:
            _queries.popitem(last=False)
    return query


def _chosen(
    view: View, known: Known, metric: Metric | None, windows: Windows, where: Where, *, all_time: bool
) -> Query:
    try:
        query = choose_query(view, metric, _choice(windows, known), where)
        if windows.now is None and windows.versus is not None and query.baseline.end > query.window.start:
            windows = Windows(windows.versus, None, pair=False)  # it is the default window itself: read as the window
            query = choose_query(view, metric, _choice(windows, known), where)
    except CannotTell as problem:
        if windows.now is not None or not all_time:
            raise NothingThere(problem.message, few=bool(known.metrics)) from problem
        must_be_many(view, metric, where, known)
        first = min(known.first.values(), default=known.today)
        whole = Windows(span(first, known.today, ""), None, pair=False)
        query = choose_query(view, metric, _choice(whole, known), where)
    _must_hold(query.window, query.metric, known)
    if windows.versus is not None:
        _must_hold(query.baseline, query.metric, known)
    return query


def must_be_many(view: View, metric: Metric | None, where: Where, known: Known) -> None:
    """Raises NothingThere for a group so small that what it says would be what a few persons say."""
    if not where:
        return
    metrics = [metric] if metric else [one for one in METRICS if known.metrics.get(one)]
    answers = sum(
        row.n
        for one in metrics
        for row in scores_by_period(view.connection, one, "month", known.timezone, view.until, where)
    )
    if answers < FEWEST_ANSWERS:
        raise NothingThere(
            f"Only {answers} answers in all come from {group(where)}: too few to say what such customers think.",
            small=True,
        )


def _must_hold(window: Window, metric: Metric, known: Known) -> None:
    """Raises NothingThere for a window in which the run has no answer of the metric at all."""
    tz = zone(known.timezone)
    first, last = window.start.astimezone(tz).date(), window.end.astimezone(tz).date() - timedelta(days=1)
    begun, ended = known.first.get(metric), known.last.get(metric)
    if begun is None or ended is None:
        raise NothingThere(f"There is no dated {METRIC_NAMES[metric]} answer in this run.")
    if last < begun or first > ended:
        raise NothingThere(
            f"There are no {METRIC_NAMES[metric]} answers {_when(first, last)}: they run from {_day(begun)} to "
            f"{_day(ended)}."
        )


def _when(first: date, last: date) -> str:
    return f"on {_day(first)}" if first == last else f"from {_day(first)} to {_day(last)}"


def _day(of: date) -> str:
    return f"{of.day} {of:%B %Y}"


def other_window(query: Query, timezone: str) -> Query:
    """The baseline of `query` as a window of its own, with what lies before it as its baseline."""
    return replace(query, window=query.baseline, baseline=previous(query.baseline, zone(timezone), 1))
