"""Shipping a fix: what is promised, to whom, and on which day it will be judged, all written down before any look.

A registration never changes. Whoever may choose the day, the people or the measure after seeing the figures will find a
success; so they are chosen here.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from analyst.core.errors import UsageProblem
from analyst.core.query import Query
from analyst.core.values import Estimate
from analyst.fixes.contrast import (
    FEWEST,
    MOST_WEEKS,
    Contrast,
    Panel,
    placebo,
    weeks_for_contrast,
    weeks_for_share,
)
from analyst.fixes.types import Fix
from analyst.fixes.watching import (
    Target,
    Visits,
    Watched,
    day_number,
    first_day,
    is_quiet_elsewhere,
    lasting,
    target_visits,
    trouble_since,
    version_key,
    versions_seen,
    watched_answers,
)

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

BASELINE_DAYS = 91  # a quarter: long enough that one bad week is no baseline
HISTORY_DAYS = 182  # what the placebo looks at: the longer, the smaller a drift of the target that it sees
SOONEST_DAYS = 14  # no verdict before two whole weeks
PACE = 1.15  # the date leaves this much room for answers that come slower than before
APART = 4  # the window a fix was found in is left out where this many times as many answers remain


@dataclass(frozen=True)
class Enough:
    """When a check can be judged: `n` rows of the target after shipping (sessions or answers), and the `weeks` that
    takes; both None where a year is too short, and `why` then says so."""

    n: int | None = None
    weeks: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Shipping:
    """One registration. `number` counts the times that this fix was shipped.

    `lift` is what is expected over everybody, in points and after `realisation`; `effect` the same for one answer of
    the target (lift over `share`, the target's share of the answers); the baseline begins at `since` and leaves out
    the days of `left_out` (first, last); `settle` days after shipping belong to neither side, since an answer still
    carries what its writer met before. The placebo looks back to `history`. `review` is the day of the one look that
    decides.
    """

    fix_id: str
    number: int
    title: str
    registered: datetime
    shipped: date
    version: str | None
    target: Target
    lift: Estimate
    realisation: float
    grade: str
    since: date
    history: date
    left_out: tuple[date, date] | None
    settle: int
    share: float
    effect: float
    compared: str
    friction: Enough
    theme: Enough
    score: Enough
    review: date
    notes: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the store and for JSON."""
        plain = asdict(self)
        plain["target"]["where"] = [list(pair) for pair in self.target.where]
        plain["target"]["signals"], plain["target"]["themes"] = list(self.target.signals), list(self.target.themes)
        for name in ("registered", "shipped", "since", "history", "review"):
            plain[name] = plain[name].isoformat()
        plain["left_out"] = [day.isoformat() for day in self.left_out] if self.left_out else None
        return plain


def shipping_from(plain: dict[str, Any]) -> Shipping:
    """What `Shipping.to_dict` wrote."""
    target = dict(plain["target"])
    target["where"] = tuple((name, value) for name, value in target["where"])
    target["signals"], target["themes"] = tuple(target["signals"]), tuple(target["themes"])
    left_out = plain["left_out"]
    return Shipping(
        **{
            **plain,
            "target": Target(**target),
            "lift": Estimate(**plain["lift"]),
            "registered": datetime.fromisoformat(plain["registered"]),
            **{name: date.fromisoformat(plain[name]) for name in ("shipped", "since", "history", "review")},
            "left_out": (date.fromisoformat(left_out[0]), date.fromisoformat(left_out[1])) if left_out else None,
            **{name: Enough(**plain[name]) for name in ("friction", "theme", "score")},
        }
    )


def target_of(fix: Fix, query: Query) -> Target:
    """What `fix` aims at: its screen and all its signals, its first theme, its people without their version."""
    signals = tuple(fix.signals) or ((fix.signal,) if fix.signal else ())
    return Target(
        screen=fix.screen if fix.grade != "C" else None,
        signals=signals if fix.grade != "C" else (),
        themes=tuple(fix.themes[:1]),
        where=lasting(fix.where),
        metric=query.metric,
        survey=query.survey,
        question=query.question,
    )


def shipping_day(
    connection: duckdb.DuckDBPyConnection, target: Target, *, on: date | None, version: str | None, today: date,
    until: datetime,
) -> date:  # fmt: skip
    """The day on which the fix reached people: `on`, or the first day of `version` among the target's people.

    Raises UsageProblem for a day in the future (a plan is no shipping, and its figures would be stale by then), and for
    a version that no session and no release of the calendar names.
    """
    if on is not None:
        if on > today:
            raise UsageProblem(
                f"{on} lies in the future: shipping is written down on the day it happens, with that day's figures.",
                f"Until then: `undertone fixes set FIX_ID --status planned --due {on}`.",
            )
        return on
    if version is None:
        return today
    seen = versions_seen(connection, target.where, until=until)
    exact = {name: day for name, day in seen.items() if version_key(name) == version_key(version) and version_key(name)}
    if not exact:
        newest = sorted(seen, key=version_key, reverse=True)[:4]
        have = f"The newest seen are {', '.join(newest)}." if newest else "No session carries a version."
        raise UsageProblem(
            f"No session and no release in the calendar names the version {version}.",
            f"{have} Import newer sessions, or name the day with --on.",
        )
    return min(exact.values())


def register(
    connection: duckdb.DuckDBPyConnection,
    fix: Fix,
    query: Query,
    target: Target,
    *,
    shipped: date,
    version: str | None,
    number: int,
    now: datetime,
    until: datetime,
    join_days: int,
    realisation: float,
) -> Shipping:
    """The registration of `fix`, found by `query`, shipped on `shipped`: its baseline, its promise and its review date.

    Everything is computed from before the shipping. The review date is the day on which the checks have 90 % power for
    what is expected: the friction to fall by `realisation`, the score to rise by `lift`.
    """
    data = first_day(connection, query.metric) or shipped
    first = max(data, shipped - timedelta(days=HISTORY_DAYS))
    visits = target_visits(connection, target, first, shipped, until=until)
    history = trouble_since(visits, first, shipped)
    since = max(history, shipped - timedelta(days=BASELINE_DAYS))
    watched = watched_answers(
        connection, target, since, shipped, shipped + timedelta(days=1),
        join_days=join_days, until=until, elsewhere_quiet=_quiet(visits, since),
    )  # fmt: skip
    notes = (
        [f"The baseline begins on {since}; the friction appeared on {history}."] if visits and history > first else []
    )
    if now.date() > shipped + timedelta(days=SOONEST_DAYS):
        late = (now.date() - shipped).days
        notes.append(f"Registered {late} days after it shipped: earlier looks cannot be ruled out.")
    return registration(
        fix, query, target, visits, watched, shipped=shipped, version=version, number=number, now=now, since=since,
        history=history, join_days=join_days, realisation=realisation, notes=notes,
    )  # fmt: skip


def registration(
    fix: Fix,
    query: Query,
    target: Target,
    visits: Visits | None,
    watched: Watched,
    *,
    shipped: date,
    version: str | None,
    number: int,
    now: datetime,
    since: date,
    history: date,
    join_days: int,
    realisation: float,
    notes: list[str],
) -> Shipping:
    """The registration made of what was seen before `shipped`: pure, see `register`."""
    notes = list(notes)
    before = watched.panel.day < day_number(shipped)
    left_out = found_in(query, watched.panel.only(before), since, shipped)
    if left_out:
        notes.append("The window in which the fix was found is no part of the baseline: it was picked for its figures.")
    rows = before & baseline_rows(watched.panel.day, since, shipped, left_out)
    effect = fix.lift.value / watched.share if watched.share > 0 else 0.0
    friction = _friction_enough(visits, since, shipped, realisation)
    theme = _theme_enough(watched, rows, realisation, target)
    score = _score_enough(watched, rows, effect)
    return Shipping(
        fix_id=fix.fix_id,
        number=number,
        title=fix.title,
        registered=now,
        shipped=shipped,
        version=version,
        target=target,
        lift=fix.lift,
        realisation=realisation,
        grade=fix.grade,
        since=since,
        history=history,
        left_out=left_out,
        settle=join_days,
        share=watched.share,
        effect=effect,
        compared=watched.compared,
        friction=friction,
        theme=theme,
        score=score,
        review=_review(shipped, join_days, friction, theme, score),
        notes=notes,
    )


def baseline_rows(
    day: NDArray[np.int64], since: date, shipped: date, left_out: tuple[date, date] | None
) -> NDArray[np.bool_]:
    """Which of the days (n,), counted since 1970, lie in the baseline."""
    rows = (day >= day_number(since)) & (day < day_number(shipped))
    if left_out:
        rows &= (day < day_number(left_out[0])) | (day > day_number(left_out[1]))
    return np.asarray(rows, dtype=bool)


def found_in(query: Query, panel: Panel, since: date, shipped: date) -> tuple[date, date] | None:
    """The days of the window that the fix was found in, where the baseline can do without them.

    A fix is picked for how bad its window looked; part of that is chance, and chance does not come back: kept in the
    baseline, it would pass for success (regression to the mean).
    """
    first, last = query.window.start.date(), min(query.window.end.date(), shipped) - timedelta(days=1)
    inside = (panel.day >= day_number(first)) & (panel.day <= day_number(last)) & panel.treated
    remaining = int((panel.treated & ~inside).sum())
    enough = remaining >= APART * int(inside.sum()) and remaining >= 2 * FEWEST
    return (first, last) if inside.any() and enough and last >= since else None


def _quiet(visits: Visits | None, since: date) -> bool:
    return is_quiet_elsewhere(visits, visits.day >= day_number(since)) if visits is not None else True


def _friction_enough(visits: Visits | None, since: date, shipped: date, realisation: float) -> Enough:
    if visits is None:
        return Enough(why="no screen's friction is known to go with it")
    rows = visits.inside & (visits.day >= day_number(since)) & (visits.day < day_number(shipped))
    n = int(rows.sum())
    then = visits.rate(rows)
    days = max(1, min(day_number(shipped) - day_number(since), 28))
    a_week = 7 * int((rows & (visits.day >= day_number(shipped) - days)).sum()) / days
    people = len(np.unique(visits.person[rows])) if n else 0
    weeks = weeks_for_share(then, then * (1 - realisation), n, a_week, max(1.0, min(2.0, n / max(people, 1))))
    if weeks is None:
        return Enough(why="too few sessions see the screen to show its friction fall within a year")
    return Enough(math.ceil(weeks * a_week), weeks)


def _theme_enough(watched: Watched, rows: NDArray[np.bool_], realisation: float, target: Target) -> Enough:
    if not target.themes:
        return Enough(why="no theme goes with it")
    told = rows & watched.commented & (watched.panel.treated | (not target.where and target.screen is None))
    n = int(told.sum())
    if n < FEWEST:
        return Enough(why="too few comments before shipping to see the theme fall")
    then = float(watched.mentions[told].mean())
    weeks = weeks_for_share(then, then * (1 - realisation), n, 7 * n / _days(watched.panel.day[rows]))
    if weeks is None:
        return Enough(why="the theme is too rare to be shown to fall within a year")
    return Enough(math.ceil(weeks * 7 * n / _days(watched.panel.day[rows])), weeks)


def _score_enough(watched: Watched, rows: NDArray[np.bool_], effect: float) -> Enough:
    panel = watched.panel.only(rows)
    target, others = int(panel.treated.sum()), int((~panel.treated).sum())
    if not watched.compared or others < 2 * FEWEST:
        return Enough(why="nobody is untouched, so that no score can be compared")
    if target < 2 * FEWEST:
        return Enough(why="too few answers of the people it is for before shipping")
    tried = placebo(panel)
    if tried is None:
        return Enough(why="too few answers of the people it is for before shipping")
    weeks = weeks_for_contrast(
        effect,
        tried.spread,
        tried.design_effect,
        (target, others),
        (7 * target / _days(panel.day), 7 * others / _days(panel.day)),
    )
    if weeks is None:
        return Enough(
            why=f"{effect:.1f} points cannot be shown against {target:,} answers of those it is for before shipping"
        )
    return Enough(math.ceil(weeks * 7 * target / _days(panel.day)), weeks)


def _days(day: NDArray[np.int64]) -> int:
    """Days on which something was answered: gaps in the baseline are no time."""
    return max(1, len(np.unique(day)))


def _review(shipped: date, settle: int, friction: Enough, theme: Enough, score: Enough) -> date:
    """The day by which what can be shown will be: friction (the theme, where no friction is known) and score.

    Without any, a year after shipping, for the record.
    """
    first = friction if friction.weeks is not None else theme
    days = [7 * PACE * first.weeks] if first.weeks is not None else []
    days += [settle + 7 * PACE * score.weeks] if score.weeks is not None else []
    wait = max(SOONEST_DAYS, math.ceil(max(days))) if days else 7 * MOST_WEEKS
    return shipped + timedelta(days=wait)


def promise(shipping: Shipping, metric_name: str) -> list[str]:
    """What was promised and when it will be judged, in sentences."""
    lift = shipping.lift
    sure = f" (95% interval {lift.low:+.1f} to {lift.high:+.1f})" if None not in (lift.low, lift.high) else ""
    among = f", {shipping.effect:+.1f} among {shipping.compared}" if shipping.compared else ""
    told = [f"Expected: {metric_name} {lift.value:+.1f} points over everybody{sure}{among}."]
    told.append(f"It will be judged once, on {shipping.review}; every look before that day is preliminary.")
    if shipping.score.weeks is None:
        proof = "friction" if shipping.friction.weeks is not None else "the theme"
        told.append(f"The score will never prove it within a year: {shipping.score.why}. Only {proof} will.")
    else:
        told.append(f"The score needs {shipping.score.n:,} answers of those it is for after shipping (90% power).")
    if shipping.friction.weeks is None:
        told.append(f"The friction cannot be checked: {shipping.friction.why}.")
    else:
        told.append(f"The friction needs {shipping.friction.n:,} sessions on {shipping.target.screen}.")
    return [*told, *shipping.notes]


def contrast_days(shipping: Shipping, began: date) -> date:
    """The first day whose answers count as after: `began` and the days that an answer looks back."""
    return began + timedelta(days=shipping.settle)


__all__ = [
    "APART", "BASELINE_DAYS", "SOONEST_DAYS", "Contrast", "Enough", "Shipping", "baseline_rows", "contrast_days",
    "found_in", "promise", "register", "shipping_day", "shipping_from", "target_of",
]  # fmt: skip
