"""Did it work? First whether the friction fell, then whether the theme fell, then whether the score rose.

One look decides: the first on or after the review date at which as many answers are in as were promised. It sees the
days up to that date and no further, so that looking again cannot change it; looks before are preliminary and never say
confirmed. A test that is looked at until it holds, holds for nothing (Armitage, McPherson & Rowe 1969).
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.fixes.contrast import FEWEST, Contrast, before_after, contrast, placebo
from analyst.fixes.looks import Check, Look, Outcome, Verdict
from analyst.fixes.shipping import Shipping, baseline_rows, contrast_days
from analyst.fixes.watching import (
    EPOCH,
    Visits,
    Watched,
    adoption,
    day_number,
    is_quiet_elsewhere,
    rolled_out,
    target_visits,
    watched_answers,
)
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

FALL = 0.25  # a share that fell by less than a quarter has not fallen, however sure that is
MOSTLY = 0.9  # of the promised rows: answers do not come by the clock
AT_MOST_DAYS = 365  # after a year it is judged with what there is
RECENT_DAYS = 28
STALE_DAYS = 3  # a run that ends so many days before the deciding day has not seen it


def look(
    connection: duckdb.DuckDBPyConnection,
    shipping: Shipping,
    *,
    now: datetime,
    decided: Look | None = None,
) -> Look:
    """Look at `shipping` with what is known at `now`. `decided` is the decisive look where there was one: it stands,
    and only the return of the friction is looked for ("reopened").

    Nothing after the decisive day enters the decision. Before it, the checks carry what is there so far and the verdict
    is too early.
    """
    if decided is not None:
        return reopened(connection, shipping, decided, now=now)
    today = now.date() + timedelta(days=1)
    began, notes = _began(connection, shipping, today, until=now)
    visits = target_visits(connection, shipping.target, shipping.since, today, until=now)
    quiet = _quiet(visits, shipping)
    watched = watched_answers(
        connection,
        shipping.target,
        shipping.history,
        shipping.shipped,
        max(today, shipping.shipped + timedelta(days=1)),
        join_days=shipping.settle,
        until=now,
        elsewhere_quiet=quiet,
    )
    if began is None:
        return Look(shipping.fix_id, shipping.number, now, today, False, "too_early", (), notes=notes)
    end, missing = deciding_day(shipping, began, visits, watched, today)
    newest = _newest(visits, watched)
    if end is not None and newest < end - timedelta(days=STALE_DAYS):
        end, missing = None, f"The run's newest answers and sessions are of {newest}: import what came since."
    if end is None:
        notes.append(missing)
    checks, tried, score = run_checks(shipping, began, end or today, visits, watched)
    return conclude(shipping, checks, tried, score, now=now, until=end or today, decisive=end is not None, notes=notes)


def _newest(visits: Visits | None, watched: Watched) -> date:
    """The last day of which the run knows anything."""
    days = [watched.panel.day, *([visits.day] if visits is not None else [])]
    return EPOCH + timedelta(days=max((int(day.max()) for day in days if len(day)), default=0))


def _began(
    connection: duckdb.DuckDBPyConnection, shipping: Shipping, today: date, *, until: datetime
) -> tuple[date | None, list[str]]:
    """The day from which the fix is with its people: the shipping day or, for a version, when half of them have it."""
    if shipping.version is None:
        return shipping.shipped, []
    days = adoption(
        connection, shipping.target.where, shipping.version, shipping.shipped, today, until=until
    )  # fmt: skip
    if not days:
        return shipping.shipped, [f"Sessions carry no version, so that the rollout of {shipping.version} is not seen."]
    began = rolled_out(days)
    last = days[-7:]
    share = sum(on for _, on, _ in last) / max(1, sum(of for _, _, of in last))
    told = f"{share:.0%} of the latest sessions run {shipping.version} or newer"
    if began is None:
        return None, [f"{told}; it is judged from the day when half of them do."]
    return began, [f"{told}; half of them since {began}."]


def _quiet(visits: Visits | None, shipping: Shipping) -> bool:
    """Judged on the baseline, as it was when the fix was registered."""
    if visits is None:
        return True
    return is_quiet_elsewhere(visits, (visits.day >= day_number(shipping.since)) &
                              (visits.day < day_number(shipping.shipped)))  # fmt: skip


def deciding_day(
    shipping: Shipping, began: date, visits: Visits | None, watched: Watched, today: date
) -> tuple[date | None, str]:
    """The first day not seen by the decisive look, or None with what is missing. Counts decide it, never the score."""
    if today <= shipping.review:
        return None, f"The look that decides is on {shipping.review}."
    days = [shipping.review]
    if shipping.friction.n is not None and visits is not None:
        rows = visits.inside & (visits.day >= day_number(began))
        days.append(_reached(visits.day[rows], shipping.friction.n, shipping, began, today))
    if shipping.score.n is not None:
        first = day_number(contrast_days(shipping, began))
        rows = watched.panel.treated & (watched.panel.day >= first)
        days.append(_reached(watched.panel.day[rows], shipping.score.n, shipping, began, today))
    end = max(days)
    if end <= today:
        return end, ""
    told = []
    if shipping.score.n is not None:
        first = day_number(contrast_days(shipping, began))
        have = int((watched.panel.treated & (watched.panel.day >= first)).sum())
        told.append(f"{have:,} of the {shipping.score.n:,} answers that the score needs are in")
    if shipping.friction.n is not None and visits is not None:
        have = int((visits.inside & (visits.day >= day_number(began))).sum())
        told.append(f"{have:,} of the {shipping.friction.n:,} sessions that the friction needs")
    return None, f"The review date has come, and too few have answered: {', '.join(told)}."


def _reached(day: NDArray[np.int64], needed: int, shipping: Shipping, began: date, today: date) -> date:
    """The day after the one on which nine in ten of `needed` rows are in; a day to come where they are not, but at most
    a year on."""
    needed = math.ceil(MOSTLY * needed)
    latest = began + timedelta(days=AT_MOST_DAYS)
    if len(day) >= needed:
        reached = EPOCH + timedelta(days=int(np.sort(day)[needed - 1]) + 1)
        return min(reached, latest)
    return latest if latest <= today else max(today, shipping.review) + timedelta(days=1)


def run_checks(
    shipping: Shipping, began: date, until: date, visits: Visits | None, watched: Watched
) -> tuple[tuple[Check, ...], Contrast | None, Contrast | None]:
    """The three checks on what was seen before `until`, and the contrasts of the placebo and of the score."""
    before, after, placebo_rows = _sides(shipping, began, until, watched)
    rows = before | after
    panel = watched.panel.only(rows)
    now = after[rows]
    score = contrast(panel, now) if watched.compared else None
    tried = placebo(watched.panel.only(placebo_rows)) if watched.compared else None
    checks = (
        friction_check(shipping, began, until, visits),
        _theme_check(shipping, watched, before, after),
        _score_check(shipping, score, int((watched.panel.treated & after).sum())),
    )
    return checks, tried, score


def _sides(
    shipping: Shipping, began: date, until: date, watched: Watched
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    day = watched.panel.day
    before = baseline_rows(day, shipping.since, shipping.shipped, shipping.left_out)
    first = day_number(contrast_days(shipping, began))
    after = np.asarray((day >= first) & (day < day_number(until)), dtype=bool)
    return before, after, baseline_rows(day, shipping.history, shipping.shipped, shipping.left_out)


def friction_check(shipping: Shipping, began: date, until: date, visits: Visits | None) -> Check:
    """Whether the friction fell: by at least a quarter, and beyond chance with sessions clustered on their user."""
    needed = shipping.friction.n
    if visits is None:
        return Check("friction", "no_data", needed=needed)
    before = (visits.day >= day_number(shipping.since)) & (visits.day < day_number(shipping.shipped))
    after = (visits.day >= day_number(began)) & (visits.day < day_number(until))
    rows = (before | after) & visits.inside
    measured = before_after(visits.hit[rows], visits.person[rows], after[rows])
    seen = int((after & visits.inside).sum())
    if measured is None:
        return Check("friction", "no_data", seen=seen, needed=needed)
    then, now, error = measured
    change = Estimate(now - then, now - then - Z95 * error, now - then + Z95 * error, seen, "share")
    outside = ~visits.inside
    elsewhere = None
    if min(int((before & outside).sum()), int((after & outside).sum())) >= FEWEST:
        elsewhere = (visits.rate(before & outside), visits.rate(after & outside))
    return Check("friction", _fell(then, now, change), then, now, change, seen, needed, elsewhere)


def _fell(then: float, now: float, change: Estimate) -> Outcome:
    if not change.excludes_zero():
        return "not_shown"
    if change.value > 0:
        return "against"
    return "as_hoped" if now <= (1 - FALL) * then else "not_shown"


def _theme_check(
    shipping: Shipping, watched: Watched, before: NDArray[np.bool_], after: NDArray[np.bool_]
) -> Check:  # fmt: skip
    """Whether the theme fell among the target's comments, against the untouched where there are any."""
    needed = shipping.theme.n
    if not shipping.target.themes or not watched.knows_theme:
        return Check("theme", "no_data", needed=needed)
    rows = (before | after) & watched.commented
    panel = watched.panel.only(rows).with_y(watched.mentions[rows].astype(np.float64))
    now = after[rows]
    found = contrast(panel, now) if watched.compared else None
    if found is not None:
        change = found.estimate()
        estimate = Estimate(change.value, change.low, change.high, found.cells[1], "share")
        then, level = found.means[0], found.means[1]
        elsewhere = (found.means[2], found.means[3])
        outcome: Outcome = "not_shown"
        if estimate.excludes_zero():
            outcome = "as_hoped" if estimate.value < 0 else "against"
        return Check("theme", outcome, then, level, estimate, found.cells[1], needed, elsewhere)
    mine = panel.treated if watched.compared else np.ones(panel.n, dtype=bool)
    measured = before_after(panel.y[mine], panel.person[mine], now[mine])
    if measured is None:
        return Check("theme", "no_data", seen=int(now[mine].sum()), needed=needed)
    then, level, error = measured
    fall, n = level - then, int(now[mine].sum())
    estimate = Estimate(fall, fall - Z95 * error, fall + Z95 * error, n, "share")
    return Check("theme", _fell(then, level, estimate), then, level, estimate, estimate.n, needed)


def _score_check(shipping: Shipping, found: Contrast | None, seen: int) -> Check:
    """Whether the score rose among the target more than among the untouched."""
    if found is None:
        return Check("score", "no_data", seen=seen, needed=shipping.score.n)
    change = found.estimate()
    outcome: Outcome = "not_shown"
    if change.excludes_zero():
        outcome = "as_hoped" if change.value > 0 else "against"
    then, level, *others = found.means
    return Check("score", outcome, then, level, change, seen, shipping.score.n, (others[0], others[1]))


def conclude(
    shipping: Shipping,
    checks: tuple[Check, ...],
    tried: Contrast | None,
    score: Contrast | None,
    *,
    now: datetime,
    until: date,
    decisive: bool,
    notes: list[str],
) -> Look:
    """The verdict of three checks and a placebo; see `decide`."""
    fair = tried is None or abs(tried.z) < Z95
    verdict = decide(checks, fair=fair, score_promised=shipping.score.n is not None) if decisive else "too_early"
    return Look(
        fix_id=shipping.fix_id,
        number=shipping.number,
        looked=now,
        until=until,
        decisive=decisive,
        verdict=verdict,
        checks=checks,
        realised=score.estimate(shipping.share) if score is not None else None,
        placebo=tried.estimate() if tried is not None else None,
        fair=fair,
        notes=notes,
    )


def decide(checks: tuple[Check, ...], *, fair: bool, score_promised: bool) -> Verdict:
    """The verdict of a decisive look.

    The friction (the theme, where no friction is known) must have fallen, or nothing was changed that the score could
    answer to. Confirmed takes a rise of the score beyond chance on top, at a sample size promised beforehand, and a
    placebo that shows nothing. A rise seen in too few answers is left unsaid: where a test has little power, what it
    finds is mostly luck or overstated (Gelman & Carlin 2014).
    """
    by_name = {check.name: check for check in checks}
    friction, theme, score = by_name["friction"], by_name["theme"], by_name["score"]
    first = friction if friction.outcome != "no_data" else theme
    if first.outcome == "no_data":
        return "cannot_tell"
    if first.outcome != "as_hoped":
        return "no_effect"
    if not score_promised or score.outcome == "no_data":
        return "friction_fell"
    if not fair:
        return "cannot_tell"
    return "confirmed" if score.outcome == "as_hoped" else "friction_fell"


def reopened(
    connection: duckdb.DuckDBPyConnection, shipping: Shipping, decided: Look, *, now: datetime
) -> Look:  # fmt: skip
    """`decided` again, or reopened: the friction of the last four weeks is beyond chance above what it was when the fix
    was judged, and no longer a quarter below where it began."""
    then = decided.check("friction")
    if decided.verdict not in ("confirmed", "friction_fell") or then is None or then.before is None:
        return decided
    today = now.date() + timedelta(days=1)
    visits = target_visits(connection, shipping.target, shipping.shipped, today, until=now)
    if visits is None:
        return decided
    recent = visits.day >= max(day_number(decided.until), day_number(today) - RECENT_DAYS)
    judged = visits.day < day_number(decided.until)
    rows = visits.inside & (recent | judged)
    measured = before_after(visits.hit[rows], visits.person[rows], recent[rows])
    if measured is None:
        return decided
    low, high, error = measured
    if high - low <= Z95 * error or high < (1 - FALL) * then.before:
        return decided
    n = int((recent & visits.inside).sum())
    change = Estimate(high - low, high - low - Z95 * error, high - low + Z95 * error, n, "share")
    back = Check("friction", "against", low, high, change, n)
    return Look(
        fix_id=shipping.fix_id, number=shipping.number, looked=now, until=today, decisive=True, verdict="reopened",
        checks=(back, *(check for check in decided.checks if check.name != "friction")), realised=decided.realised,
        placebo=decided.placebo, fair=decided.fair,
        notes=[f"It was {decided.verdict.replace('_', ' ')} on {decided.until}; since then the friction came back."],
    )  # fmt: skip
