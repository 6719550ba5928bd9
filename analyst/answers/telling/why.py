"""Why did the score move? Verdict, who, what they say, which screen, quotes, what to do first, how sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number
from analyst.answers.telling import parts, words
from analyst.answers.telling.recorder import Recorder

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
        return claims + parts.settle(movement, rec)
    claims += parts.who(found, rec)
    if movement.verdict == "noise":
        return claims + _still(found, rec) + parts.settle(movement, rec)
    if movement.how == "mix_only":
        return claims + _calendar(movement, rec) + parts.settle(movement, rec)
    themes, screen = _themes(found), _screen(found)
    for place, theme in enumerate(themes):
        claims += parts.theme_claims(theme, rec, opening="" if place else "In the comments, ", gap=place == 0)
    if screen is not None:
        claims += parts.screen_claims(screen, rec, opening=f"On {screen.screen}, ", gap=not themes)
    claims += parts.quote_claims(_quotes(found, themes), desk)
    claims += _fix(found, rec, screen)
    return claims + _calendar(movement, rec) + parts.settle(movement, rec)


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
    inside = {theme for segment in movement.segments[:1] for theme in segment.themes}

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
    segments = found.movement.segments[:1]
    pool = [quote for segment in segments for quote in segment.quotes]
    pool += [quote for theme in themes for quote in theme.quotes]
    change = found.movement.change.value if found.movement.change else 0.0
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
        "Fixes with an expected lift above zero: 0", [Number(0.0, "count", "fixes")], verb="fixes", allows=("none",)
    )


def _calendar(movement: Movement, rec: Recorder) -> list[Claim]:
    """What happened just before, named as a date and no more."""
    if not movement.changes:
        return []
    group = {value.casefold() for segment in movement.segments[:1] for _, value in segment.where}
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
