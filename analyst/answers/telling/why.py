"""Why did the score move? Verdict, who, what they say, which screen, quotes, what to do first, how sure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number, direction_of, numbers_of
from analyst.answers.telling import parts, say, words
from analyst.answers.telling.recorder import Recorder
from analyst.answers.telling.voices import of_group, voices
from analyst.metrics import change_estimate, sample

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk
    from analyst.core.values import Quote
    from analyst.findings.types import Movement, ScreenFriction, ThemeFinding
    from analyst.fixes.types import Fix

QUOTES = 2


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The movement of `plan.query` explained; where there is nothing to explain, that, and what could have been
    seen."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    movement = found.movement
    claims = [parts.verdict(found, rec)]
    if movement.verdict == "too_little_data":
        return claims + _newcomers(plan, found, rec, desk) + parts.settle(movement, rec)
    claims += parts.who(found, rec)
    if movement.verdict == "noise":
        return claims + _still(found, rec) + parts.settle(movement, rec)
    if movement.how == "mix_only":
        return claims + _calendar(movement, rec) + parts.settle(movement, rec)
    themes, screen = _themes(found), _screen(found)
    for place, theme in enumerate(themes):
        claims += parts.theme_claims(theme, rec, opening="" if place else "What they talk about: ", gap=place == 0)
    if screen is not None:
        claims += parts.screen_claims(screen, rec, opening=f"On {screen.screen}, ", gap=not themes)
    claims += parts.quote_claims(_quotes(found, themes), desk)
    claims += _fix(found, rec, screen)
    return claims + _calendar(movement, rec) + parts.settle(movement, rec)


def _newcomers(plan: Plan, found: Gatherer, rec: Recorder, desk: Desk) -> list[Claim]:
    """A group that was not there before has no movement: its level against everybody else's stands in for it."""
    movement, query = found.movement, found.query
    now, past = movement.current, movement.before
    if not query.where or now is None or now.n < found.view.settings.min_window or (past is not None and past.n):
        return []
    whole = desk.gather(replace(query, where=()))
    frame = whole.frame
    inside, post = frame.rows_of(query.where), frame.post
    mine, others = (
        sample(query.metric, frame.y[rows], frame.weight[rows], frame.person[rows])
        for rows in (inside & post, ~inside & post)
    )
    gap = change_estimate(mine, others)
    claims = [Claim(f"It was not there before, so what can be told is its level: {w.score(now.value, query.metric)} "
                    f"({words.level_sure(now, query.metric)}).", (rec.level(now),), part="who")]  # fmt: skip
    if gap is not None and gap.excludes_zero():
        fact = rec.add(
            f"{rec.metric} against everybody else: {w.signed(gap.value)} ({w.interval(gap)})", numbers_of(gap, "gap"),
            n=gap.n, names=(rec.metric,), direction=direction_of(gap),
        )  # fmt: skip
        side = "lower" if gap.value < 0 else "higher"
        text = f"That is {w.size(gap.value)} points {side} than everybody else's ({words.sure(gap)})."
        claims.append(Claim(text, (fact,), part="who"))
    spoken, elsewhere = of_group(found, desk, query, None)
    apart = [
        v for v in voices(spoken, elsewhere, desk.labels) if v.significant and v.difference and v.difference.value > 0
    ]
    apart.sort(key=lambda voice: -voice.difference.value if voice.difference else 0.0)
    claims += [say.more_than_others(voice, plan, rec) for voice in apart[:2]]
    ids = sorted({row.response_id for row in spoken})
    return claims + parts.quote_claims(
        [q for voice in apart[:1] for q in found.quotes(voice.theme_id, ids, QUOTES)], desk
    )


def _still(found: Gatherer, rec: Recorder) -> list[Claim]:
    """What changed although the score did not: a theme or a friction that rose beyond chance."""
    rising = [theme for theme in parts.told_themes(found) if theme.trend.excludes_zero() and theme.trend.value > 0]
    claims = [c for theme in rising[:1] for c in parts.theme_claims(theme, rec, opening="Still, ", gap=False)]
    screen = _screen(found)
    return claims + (parts.screen_claims(screen, rec, opening=f"On {screen.screen}, ", gap=False) if screen else [])


def _themes(found: Gatherer) -> list[ThemeFinding]:
    """Themes that moved with the score: those that rose inside the groups that moved, else the sharpest ones that
    changed beyond chance with the matching sign."""
    movement = found.movement
    change = movement.change.value if movement.change else 0.0
    inside = {t for segment in movement.segments if segment.contribution * change > 0 for t in segment.themes}

    def fits(theme: ThemeFinding) -> bool:
        gap = theme.gap.value if theme.gap and theme.gap.excludes_zero() else 0.0
        return theme.trend.excludes_zero() and theme.trend.value * gap * change > 0

    known = parts.told_themes(found)
    told = [theme for theme in known if theme.theme_id in inside and fits(theme)]
    return (told or [theme for theme in known if fits(theme)])[:2]


def _screen(found: Gatherer) -> ScreenFriction | None:
    """The friction that rose (or fell, where the score rose) beyond chance and goes with the lowest scores."""
    change = found.movement.change.value if found.movement.change else 0.0
    moved = [
        screen
        for screen in found.screens
        if screen.trend.excludes_zero() and not screen.likely_false and screen.trend.value * change <= 0
    ]
    harmful = [
        screen for screen in moved if screen.gap is not None and screen.gap.value < 0 and screen.gap.excludes_zero()
    ]
    return max(harmful, key=lambda screen: abs(screen.trend.value), default=None)


def _quotes(found: Gatherer, themes: list[ThemeFinding]) -> list[Quote]:
    change = found.movement.change.value if found.movement.change else 0.0
    segments = [s for s in found.movement.segments if s.contribution * change > 0][:1]
    pool = [quote for segment in segments for quote in segment.quotes]
    pool += [quote for theme in themes for quote in theme.quotes]
    if change < 0:
        pool.sort(key=lambda quote: quote.score is not None and quote.score > 8)  # a promoter's complaint comes last
    taken: dict[str, Quote] = {}
    for quote in pool:
        taken.setdefault(quote.response_id, quote)
    return list(taken.values())[:QUOTES]


def _fix(found: Gatherer, rec: Recorder, screen: ScreenFriction | None) -> list[Claim]:
    """What to do first about it: the best fix on that screen, else the best of all; after a rise, none."""
    change = found.movement.change
    if change is None or change.value > 0:
        return []
    fixes = parts.worthwhile(found.fixes)
    if not fixes:
        text = "No fix is supported by this window's data yet."
        return [Claim(text, (no_fix(rec),), part="fix")]
    best: Fix = next((fix for fix in fixes if screen is not None and fix.screen == screen.screen), fixes[0])
    return parts.fix_claims(best, rec, opening="First to fix: " if best.rank == 1 else "To fix: ")


def no_fix(rec: Recorder) -> str:
    """The fact that nothing is worth recommending."""
    return rec.add(
        "Fixes with an expected lift above zero: 0", [Number(0.0, "count", "fixes")], verb="fixes", allows=["none"]
    )


def _calendar(movement: Movement, rec: Recorder) -> list[Claim]:
    """What happened just before, named as a date and no more."""
    if not movement.changes:
        return []
    total = movement.change.value if movement.change else 0.0
    group = {value.casefold() for _, value in movement.where}
    group |= {v.casefold() for s in movement.segments[:1] if s.contribution * total > 0 for _, v in s.where}
    near = [c for c in movement.changes if {c["platform"].casefold(), c["version"].casefold()} & group]
    change = max(
        near or movement.changes[-1:],
        key=lambda c: (c["version"].casefold() in group) + (c["platform"].casefold() in group),
    )
    names = tuple(filter(None, (change["title"], change["version"], change["platform"])))
    on = (
        f" ({change['platform']})"
        if change["platform"] and change["platform"].casefold() not in change["title"].casefold()
        else ""
    )
    fact = rec.add(f"Calendar: {w.calendar_entry(change)}", [], names=names)
    text = f"Shortly before, on {change['at']}, the calendar has: {change['title']}{on}. That is timing, and no proof."
    return [Claim(text, (fact,), part="aside")]
