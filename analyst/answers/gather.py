"""Everything the findings can say about one query, computed as it is asked for and only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from analyst.answers.alerts import Alerts, workspace_alerts
from analyst.answers.followups import FollowUps, follow_ups, workspace_book
from analyst.answers.quoting import QuoteBook
from analyst.core.query import Query
from analyst.core.tables import SYSTEM_THEMES
from analyst.core.values import Estimate
from analyst.core.windows import month_of, week_of, zone
from analyst.findings import (
    AFTER,
    LAGS,
    ChangeView,
    Coverage,
    Drivers,
    ExposureGap,
    Funnel,
    JoinCoverage,
    Lag,
    Movement,
    Per,
    ResponseCheck,
    ScreenFriction,
    ScreenLink,
    ThemeFinding,
    ThemeName,
    ThemeScreen,
    Tie,
    active_base,
    common_paths,
    exposure_gaps,
    find_drivers,
    funnel,
    join_coverage,
    lag_counts,
    lag_effects,
    response_check,
    screen_frictions,
    screen_links,
    screen_view,
    suggest,
    summary_ties,
    tap_counts,
    theme_findings,
    theme_screens,
    theme_view,
    visit_counts,
    walk,
    week_counts,
    why,
    with_kinds,
    word_ties,
)
from analyst.fixes import Calibration, Evidence, Fix, FixBook, Standing, rank_fixes, standings
from analyst.fixes.standing import calibration_of
from analyst.metrics import sample_of_moments, score_estimate
from analyst.runs.counting import scores_by_period, segment_dimensions
from analyst.runs.frame import DesignFrame, design_frame
from analyst.runs.lookups import (
    calendar,
    response_texts,
    theme_births,
    theme_kinds,
    theme_labels,
    unmatched,
    window_counts,
)
from analyst.runs.surveys import mixing_note
from analyst.runs.view import View
from analyst.runs.weighting import Weighting, weighted

SERIES_LENGTH = 16  # periods that the chart looks back


@dataclass(frozen=True)
class PeriodEstimate:
    """A week's (or month's) score with its interval."""

    period: str
    estimate: Estimate
    in_window: bool


@dataclass(frozen=True)
class Findings:
    """All findings of one query, and what a writer needs to word them.

    `texts` holds the redacted text of every response that a claim may cite.
    """

    run_id: str
    query: Query
    first_day: str
    last_day: str
    movement: Movement
    themes: list[ThemeFinding]
    screens: list[ScreenFriction]
    fixes: list[Fix]
    coverage: Coverage
    series: list[PeriodEstimate]
    labels: Mapping[str, str]
    texts: Mapping[str, str]
    alerts: Alerts = field(default_factory=Alerts)
    follow_ups: FollowUps = field(default_factory=FollowUps)
    calibration: str = ""
    born: Mapping[str, datetime] = field(default_factory=dict)  # when a theme was first mentioned in any run


class Gatherer:
    """The findings of `query` on the run in `view`. Each is a pure function of the two, kept once computed."""

    def __init__(self, view: View, query: Query, weighting: Weighting = "answers") -> None:
        self.view, self.query, self.weighting = view, query, weighting

    @cached_property
    def frame(self) -> DesignFrame:
        """The answers of both windows."""
        view = self.view
        if view.held is not None:
            return view.held.of(view.connection, self.query.metric).frame(view.connection, self.query, view.until)
        return design_frame(view.connection, self.query, join_days=view.settings.join_days, until=view.until)

    @cached_property
    def quotes(self) -> QuoteBook:
        """Exact words from the window."""
        return QuoteBook(self.view, self.query)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Label by theme id."""
        return theme_labels(self.view.connection)

    @cached_property
    def born(self) -> Mapping[str, datetime]:
        """When each theme was first mentioned in any run, by theme id."""
        return theme_births(self.view.connection)

    @cached_property
    def names(self) -> Mapping[str, ThemeName]:
        """Themes by id with their kind."""
        kinds = theme_kinds(self.view.connection)
        return {theme: ThemeName(theme, label, kinds[theme]) for theme, label in self.labels.items()}

    @cached_property
    def movement(self) -> Movement:
        """Whether and where the score moved."""
        settings, until = self.view.settings, self.view.until
        frame, notes = self.weighted_frame
        movement = why(
            frame,
            self.query,
            min_window=settings.min_window,
            min_people=settings.min_people,
            changes=calendar(self.view.connection, self.query, until=until),
            quotes=self.quotes,
        )
        notes = [*notes, *unmatched(self.view.connection, self.query.where)]
        if self.view.edits_note:
            notes.append(self.view.edits_note)
        if movement.verdict != "too_little_data" and self.response is not None and self.response.warning:
            notes.append(self.response.warning)
        notes += mixing_note(self.view.connection, self.query, until=until, held=self.view.held)
        if self.query.window.end > until:
            notes.append(f"{self.query.window.label} is not over yet: it is read up to {until:%Y-%m-%d %H:%M} UTC.")
        return replace(movement, weighting=self.weighting, caveats=[*notes, *movement.caveats])

    @cached_property
    def weighted_frame(self) -> tuple[DesignFrame, list[str]]:
        """The answers as they are to be weighted, and what there is to say about that."""
        return weighted(self.frame, self.weighting, self.view.connection)

    @cached_property
    def views(self) -> list[ChangeView]:
        """The same change as themes and as screens; each adds up by itself, and they are never added."""
        if self.movement.verdict == "too_little_data":
            return []
        frame = self.weighted_frame[0]
        return [view for view in (theme_view(frame, self.names), screen_view(frame)) if view is not None]

    @cached_property
    def drivers(self) -> Drivers:
        """Which themes go with a high or a low score, in level."""
        return find_drivers(self.weighted_frame[0], self.names)

    def lags(self, screen: str | None = None, signals: Sequence[str] = ()) -> list[Lag]:
        """How long friction lingers: on `screen` with `signals`, or, where neither is named, any friction and the three
        troubles that go with the lowest scores."""
        counts = lag_counts(self.view.connection, self.frame.response_id, LAGS, AFTER, until=self.view.until)
        if screen or signals:
            return [lag_effects(self.frame, counts, screen, signals)]
        worst = [gap.trouble for gap in self.gaps if gap.gap.value < 0][:3]
        named = [lag_effects(self.frame, counts, t.screen, t.signals) for t in worst]
        return [lag_effects(self.frame, counts), *named]

    @cached_property
    def response(self) -> ResponseCheck | None:
        """The change weighted to the active base, where that is known."""
        base = active_base(self.view.connection, self.query, until=self.view.until)
        return response_check(self.frame, self.query, base)

    @cached_property
    def links(self) -> list[ScreenLink]:
        """Themes tied to friction on a screen, the sharpest of each theme first; each knows what else ties the two."""
        return with_kinds(self._exposure_links, self.theme_screens)

    @cached_property
    def _words(self) -> list[Tie]:
        return word_ties(self.view.connection, self.query, until=self.view.until)

    @cached_property
    def _exposure_links(self) -> list[ScreenLink]:
        return screen_links(self.frame, self.names, {(tie.theme_id, tie.screen): tie.both for tie in self._words})

    @cached_property
    def theme_screens(self) -> list[ThemeScreen]:
        """Each theme's screens, by exposure before the answer, by words, and by what sessions tell."""
        told = summary_ties(self.view.connection, self.query, until=self.view.until)
        return theme_screens(self._exposure_links, self._words, told)

    @cached_property
    def gaps(self) -> list[ExposureGap]:
        """What meeting friction goes with."""
        return exposure_gaps(self.frame)

    @cached_property
    def themes(self) -> list[ThemeFinding]:
        """Every theme of either window, what matters most first; the system themes last."""
        return theme_findings(
            self.frame,
            self.query,
            self.names,
            links=self.links,
            quotes=self.quotes,
            min_people=self.view.settings.min_people,
        )

    @cached_property
    def screens(self) -> list[ScreenFriction]:
        """Friction by screen and signal. A filter on a dimension that sessions do not carry leaves this empty."""
        known = segment_dimensions(self.view.connection, "sessions")
        if any(dimension not in known for dimension, _ in self.query.where):
            return []
        connection, until = self.view.connection, self.view.until
        return screen_frictions(
            visit_counts(connection, self.query, until=until),
            links=self.links,
            gaps=self.gaps,
            taps=tap_counts(connection, self.query, until=until),
            weeks=week_counts(connection, self.query, self.view.settings.timezone, until=until),
            min_people=self.view.settings.min_people,
        )

    @cached_property
    def fixes(self) -> list[Fix]:
        """What to fix first."""
        evidence = Evidence(self.names, self.themes, self.screens, self.links, self.gaps)
        return rank_fixes(
            self.view.connection,
            self.frame,
            self.query,
            evidence,
            until=self.view.until,
            join_days=self.view.settings.join_days,
            quotes=self.quotes,
            states=self.book.states,
            realisation=self.calibration.realisation.value,
        )

    @cached_property
    def _book(self) -> tuple[FixBook, str]:
        return workspace_book(self.view.settings)

    @property
    def book(self) -> FixBook:
        """What people and looks have said of the fixes."""
        return self._book[0]

    @cached_property
    def calibration(self) -> Calibration:
        """How much of a gap a fix closes, as far as judged fixes teach it."""
        return calibration_of(self.book)

    @cached_property
    def standings(self) -> list[Standing]:
        """Where the fixes under way stand today."""
        if not self.book.states and not self.book.shipped:
            return []
        return standings(self.book, self.view.until.date(), {fix.fix_id: fix.title for fix in self.fixes})

    @cached_property
    def follow_ups(self) -> FollowUps:
        """Those of them that call for somebody."""
        return follow_ups(self.standings, self._book[1])

    @cached_property
    def alerts(self) -> Alerts:
        """What the workspace's alert rules say as of the window's end."""
        return workspace_alerts(self.view, self.query.window.end)

    def funnel(self, steps: Sequence[str], per: Per = "session") -> Funnel:
        """How many go on from screen to screen along `steps`."""
        walks = walk(self.view.connection, self.query, steps, until=self.view.until, per=per)
        return funnel(walks, min_people=self.view.settings.min_people)

    @cached_property
    def suggested_funnel(self) -> tuple[str, ...]:
        """The ordered screens that most sessions pass all of; empty where none can be told."""
        found = suggest(common_paths(self.view.connection, self.query, until=self.view.until), most=1)
        return found[0] if found else ()

    @cached_property
    def join(self) -> JoinCoverage:
        """How many of the answers can be joined with sessions."""
        settings = self.view.settings
        return join_coverage(
            self.view.connection, self.frame, self.query, until=self.view.until, join_days=settings.join_days
        )

    @cached_property
    def coverage(self) -> Coverage:
        """How much material there is behind all this."""
        counts = window_counts(self.view.connection, self.query, until=self.view.until)
        return Coverage(
            responses=counts.responses,
            commented=counts.commented,
            with_user=counts.with_user,
            with_sessions=int(self.frame.with_sessions[self.frame.post].sum()),
            opinions=counts.opinions,
            placed=counts.placed,
            sessions=counts.sessions,
            join=self.join,
        )

    @cached_property
    def series(self) -> list[PeriodEstimate]:
        """The score by week (by month where the window is one), up to the window's end."""
        window = self.query.window
        period = "month" if window.kind == "month" else "week"
        zone_name = self.view.settings.timezone
        rows = scores_by_period(
            self.view.connection,
            self.query.metric,
            period,
            zone_name,
            min(window.end, self.view.until),
            self.query.where,
            self.query.survey,
            self.query.question,
        )
        name_of = month_of if period == "month" else week_of
        found = []
        for row in rows[-SERIES_LENGTH:]:
            begin = name_of(row.start.date(), zone(zone_name)).start
            estimate = score_estimate(
                sample_of_moments(self.query.metric, row.n, float(row.n), row.total / row.n, row.squares / row.n)
            )
            if estimate is not None:
                found.append(PeriodEstimate(row.period, estimate, window.start <= begin < window.end))
        return found

    def everything(self) -> Findings:
        """All of it, with the texts that claims may cite."""
        first, last = window_days(self.query, self.view.settings.timezone)
        return Findings(
            run_id=self.view.run.run_id,
            query=self.query,
            first_day=first,
            last_day=last,
            movement=self.movement,
            themes=[theme for theme in self.themes if theme.theme_id not in SYSTEM_THEMES],
            screens=self.screens,
            fixes=self.fixes,
            coverage=self.coverage,
            series=self.series,
            labels=self.labels,
            texts=self._texts(),
            alerts=self.alerts,
            follow_ups=self.follow_ups,
            calibration=self.calibration.told,
            born=self.born,
        )

    def _texts(self) -> Mapping[str, str]:
        quoted = [quote for theme in self.themes for quote in theme.quotes]
        quoted += [quote for segment in self.movement.segments for quote in segment.quotes]
        quoted += [quote for fix in self.fixes for quote in fix.quotes]
        return response_texts(self.view.connection, sorted({quote.response_id for quote in quoted}))


def window_days(query: Query, timezone: str) -> tuple[str, str]:
    """First and last day of the query's window, as the workspace counts days."""
    tz = zone(timezone)
    last = query.window.end.astimezone(tz) - timedelta(microseconds=1)
    return query.window.start.astimezone(tz).date().isoformat(), last.date().isoformat()
