"""A run opened for reading, and the question put to it: which metric, which windows, which people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analyst.core.clock import Clock
from analyst.core.errors import CannotTell, UndertoneError, UsageProblem
from analyst.core.query import METRICS, Metric, Query, Where
from analyst.core.runfolder import Run, current_run, open_run
from analyst.core.settings import Settings
from analyst.core.windows import Window, month, month_of, parse_window, previous, span, week, week_of, zone
from analyst.runs.counting import connect, metric_counts, scores_by_period
from analyst.runs.editlog import edits_of, hands_over
from analyst.runs.surveys import with_survey

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from analyst.runs.held import Held
    from analyst.themes.edits import Edit

BASELINE_WINDOWS = 4  # the default baseline: so many windows of the same length right before


@dataclass(frozen=True)
class View:
    """A run with its DuckDB connection, the settings, and the moment after which nothing is seen."""

    run: Run
    settings: Settings
    until: datetime

    @cached_property
    def edits(self) -> list[Edit]:
        """The whole log of people's edits, in order."""
        return edits_of(self.settings)

    @cached_property
    def edits_note(self) -> str:
        """Why people's edits cannot be laid over the run; empty where they can."""
        try:
            _ = self.edits
        except UndertoneError as problem:
            return f"People's edits of the themes could not be read, so later ones are not in here: {problem}"
        return ""

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Opened at first use; every table of the run is a view, with the edits made since laid over."""
        return connect(self.run, None if self.edits_note else hands_over(self.run, self.edits))

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What readers looked up in this run and will ask for again, by name."""
        return {}

    def apart(self) -> View:
        """The same run and edits on a connection of its own, which another thread may use at the same time."""
        other = View(self.run, self.settings, self.until)
        other.__dict__.update(edits=self.edits if not self.edits_note else [], edits_note=self.edits_note)
        cursor = self.connection.cursor()
        cursor.execute("SET TimeZone = 'UTC'")  # a cursor does not inherit it
        other.__dict__["connection"] = cursor
        other.__dict__["held"] = self.held
        return other

    @cached_property
    def held(self) -> Held | None:
        """The run's answers in memory, where a process keeps them for many questions (see hold)."""
        return None

    def hold(self) -> None:
        """Keep the answers in memory from now on, for this view and those made of it by apart()."""
        from analyst.runs.held import Held

        self.__dict__["held"] = Held(self.settings.join_days)

    def table(self, name: str) -> pa.Table:
        """The table `name` of the run as people left it: with every edit, without excluded themes."""
        return self.connection.sql(f"SELECT * FROM {name}").to_arrow_table()


def open_view(settings: Settings, clock: Clock, run_id: str | None = None) -> View:
    """The published run (or `run_id`), as of the clock. Raises NoRun when nothing was analysed."""
    run = open_run(settings.runs, run_id) if run_id else current_run(settings.runs)
    return View(run, settings, clock())


@dataclass(frozen=True)
class WindowChoice:
    """The window as asked for; at most one of week, month and first..last is set."""

    week: str | None = None
    month: str | None = None
    first: str | None = None
    last: str | None = None
    versus: str | None = None


def choose_query(
    view: View,
    metric: str | None = None,
    choice: WindowChoice | None = None,
    where: Where = (),
    survey: str | None = None,
) -> Query:
    """The query that `choice` means on this run, with the defaults filled in.

    The default metric is the one with the most answers, NPS first among equals; the default window the last
    complete ISO week with at least `min_window` answers, else the last such month; the default baseline the four
    windows before; the default survey the one with the most answers in them ("all" mixes several). Raises
    UsageProblem for an unknown metric or contradictory windows, CannotTell when the run has no dated answer of the
    metric, or no window with enough of them.
    """
    chosen_metric = _metric(view, metric)
    choice = choice or WindowChoice()
    tz = zone(view.settings.timezone)
    window = _asked_window(choice, view.settings.timezone) or _default_window(view, chosen_metric, where)
    if window.start >= view.until:
        raise UsageProblem(
            f"{window.label} lies in the future (now is {view.until:%Y-%m-%d}).", "Ask for a window that has begun."
        )
    baseline = parse_window(choice.versus, tz) if choice.versus else previous(window, tz, BASELINE_WINDOWS)
    if baseline.start >= view.until:
        raise UsageProblem(f"{baseline.label} lies in the future (now is {view.until:%Y-%m-%d}).", "Name a past one.")
    query = Query(chosen_metric, window, baseline, where)
    return with_survey(view.connection, query, survey, until=view.until, held=view.held)


def _metric(view: View, asked: str | None) -> Metric:
    counts = metric_counts(view.connection)
    if asked is not None:
        name = asked.strip().lower()
        if name not in METRICS:
            raise UsageProblem(f"'{asked}' is not a metric.", f"Choose one of {', '.join(METRICS)}.")
        if not counts.get(name):
            have = ", ".join(sorted(counts)) or "no scored answers at all"
            raise CannotTell(f"This run has no dated {name.upper()} answers.", f"It has: {have}.")
        return name
    if not counts:
        raise CannotTell(
            "This run has no answer with both a score and a date, so no score can be followed over time.",
            "Map a score and a date column with `--map`, or look at `undertone themes`.",
        )
    return max(METRICS, key=lambda m: (counts.get(m, 0), -METRICS.index(m)))


def _asked_window(choice: WindowChoice, timezone: str) -> Window | None:
    tz = zone(timezone)
    named = [text for text in (choice.week, choice.month, choice.first or choice.last) if text]
    if len(named) > 1:
        raise UsageProblem("The window is named twice.", "Use only one of --week, --month and --from/--to.")
    if choice.week:
        return week(choice.week, tz)
    if choice.month:
        return month(choice.month, tz)
    if choice.first or choice.last:
        if not (choice.first and choice.last):
            raise UsageProblem("A window needs both ends.", "Give --from and --to together.")
        return span(choice.first, choice.last, tz)
    return None


def _default_window(view: View, metric: Metric, where: Where) -> Window:
    tz = zone(view.settings.timezone)
    for period, window_of in (("week", week_of), ("month", month_of)):
        counts = scores_by_period(view.connection, metric, period, view.settings.timezone, view.until, where)
        for row in reversed(counts):
            window = window_of(row.start.date(), tz)
            if row.n >= view.settings.min_window and window.end <= view.until:
                return window
    raise CannotTell(
        f"No complete week or month has {view.settings.min_window} {metric.upper()} answers, so there is nothing "
        "to compare.",
        "Name a longer window with --from and --to.",
    )
