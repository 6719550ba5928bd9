"""Which screens hurt, or how one screen does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.digest import harmful_first
from analyst.answers.facts import Claim, Number
from analyst.answers.telling import parts, words
from analyst.answers.telling.recorder import Recorder

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk
    from analyst.findings.types import ScreenFriction

MOST, SIGNALS = 3, 3


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The screens whose friction goes with lower scores or is rising, the worst first; or the one asked for."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    if not found.coverage.sessions:
        return [_no_sessions(found, rec)]
    screens = [s for s in found.screens if plan.signal in (None, s.signal)]
    if not screens:
        return [_none(plan, rec)]
    if plan.screen is not None:
        return _one(plan, desk, found, rec, [s for s in screens if s.screen == plan.screen])
    worst = _harmful(screens)[: plan.limit or MOST]
    if not worst:
        return [_harmless(screens, plan, rec)]
    claims: list[Claim] = []
    if not _lowers(worst[0]):
        claims.append(_harmless(screens, plan, rec))
    for place, screen in enumerate(worst):
        claims += _told(screen, rec, place, len(worst))
    claims += _likely_false(screens, rec)
    fixes = [fix for fix in parts.worthwhile(found.fixes) if fix.screen == worst[0].screen][:1]
    return claims + [c for fix in fixes for c in parts.fix_claims(fix, rec, opening="To fix there: ")]


def _harmful(screens: list[ScreenFriction]) -> list[ScreenFriction]:
    """One friction a screen, the worst first, of those that go with lower scores or rose."""
    told: dict[str, ScreenFriction] = {}
    for screen in harmful_first(screens):
        lower = _lowers(screen)
        rose = screen.trend.excludes_zero() and screen.trend.value > 0
        if not screen.likely_false and (lower or rose):
            told.setdefault(screen.screen, screen)
    return sorted(told.values(), key=lambda screen: not _lowers(screen))


def _lowers(screen: ScreenFriction) -> bool:
    return screen.gap is not None and screen.gap.excludes_zero() and screen.gap.value < 0


def _no_gap(screen: ScreenFriction, rec: Recorder) -> str:
    """The fact that nothing shows a lower score among those who met it."""
    if screen.gap is not None:
        return rec.friction_gap(screen, ["none"])
    return rec.add(
        f"Score of those who met {w.friction(screen.screen, screen.signal)}: too few to tell", [], verb="screens",
        names=(screen.screen,), direction="flat", allows=["none"],
    )  # fmt: skip


def _told(screen: ScreenFriction, rec: Recorder, place: int, of: int) -> list[Claim]:
    facts = [rec.friction(screen, ["most"] if place == 0 else [])]
    rate, thing = w.percent(screen.rate.value, 1), w.SIGNAL_WORDS.get(screen.signal, screen.signal)
    lowers = _lowers(screen)
    opening = f"{screen.screen} hurts most: " if place == 0 and of > 1 and lowers else f"{screen.screen}: "
    text = f"{opening}{rate} of its {w.count(screen.sessions)} visits run into {thing}"
    past = w.percent(screen.rate_before.value, 1)
    if screen.trend.excludes_zero():
        text += f", {'up' if screen.trend.value > 0 else 'down'} from {past}"
    else:
        text += f", {past} before"
    for lift in [lift for lift in screen.segments if lift.significant][:1]:
        facts.append(rec.friction_place(screen, lift))
        almost = lift.lift.value >= w.ALMOST_ONLY
        where = words.among(lift.where)
        text += f" (almost only{where})" if almost else f" ({w.times(lift.lift.value)} as common{where} as elsewhere)"
    claims = [Claim(text + ".", tuple(facts), part="screen")]
    if not lowers:
        said = "No lower score beyond chance shows among those who met them."
        claims.append(Claim(said, (_no_gap(screen, rec),), part="screen"))
    elif screen.gap is not None:
        side = "lower" if screen.gap.value < 0 else "higher"
        more = f" ({words.sure(screen.gap)})" if place == 0 else ""
        said = f"Those who met them score {w.size(screen.gap.value)} points {side} than others like them{more}."
        claims.append(Claim(said, (rec.friction_gap(screen),), part="screen"))
    return claims


def _one(plan: Plan, desk: Desk, found: Gatherer, rec: Recorder, screens: list[ScreenFriction]) -> list[Claim]:
    name = plan.screen or ""
    if not screens:
        return [_none(plan, rec)]
    known = sorted(screens, key=lambda s: -s.rate.value)
    claims: list[Claim] = []
    for place, screen in enumerate(known[:SIGNALS]):
        opening = f"On {name}, " if place == 0 else "And "
        claims += parts.screen_claims(screen, rec, opening=opening, gap=place == 0)
    claims += _likely_false(known, rec)
    linked = list(dict.fromkeys(theme for screen in known for theme in screen.themes))
    labels = [desk.labels[theme] for theme in linked if theme in desk.labels][:2]
    if labels:
        fact = rec.add(
            f"Themes tied to {name}: {', '.join(labels)}", [], verb="screens", names=(name, *labels),
            allows=["together"],
        )  # fmt: skip
        told = w.listed([f"“{label}”" for label in labels])
        claims.append(Claim(f"Its friction goes with {told} in the comments.", (fact,), part="what"))
    by_id = {theme.theme_id: theme for theme in found.themes}
    picked = [q for theme in linked[:1] if theme in by_id for q in by_id[theme].quotes[:2]]
    claims += parts.quote_claims(picked, desk)
    fixes = [fix for fix in parts.worthwhile(found.fixes) if fix.screen == name][:1]
    return claims + [c for fix in fixes for c in parts.fix_claims(fix, rec, opening="To fix there: ")]


def _likely_false(screens: list[ScreenFriction], rec: Recorder) -> list[Claim]:
    """Rage taps that look meant: said once, so that nobody fixes what is no trouble."""
    meant = [screen.screen for screen in screens if screen.likely_false]
    if not meant:
        return []
    fact = rec.add(
        f"Rage taps that look meant: {', '.join(meant)}", [], verb="screens", names=tuple(meant), allows=["none"]
    )
    text = f"Rage taps on {w.listed(meant[:3])} look meant: nothing else goes wrong there."
    return [Claim(text, (fact,), part="aside")]


def _no_sessions(found: Gatherer, rec: Recorder) -> Claim:
    fact = rec.coverage(found.coverage)
    when = words.within(found.query.window)
    return Claim(f"No session is known {when}, so nothing can be said of screens.", (fact,), part="verdict")


def _none(plan: Plan, rec: Recorder) -> Claim:
    thing = w.SIGNAL_WORDS.get(plan.signal, plan.signal) if plan.signal else "friction"
    where = f" on {plan.screen}" if plan.screen else ""
    fact = rec.add(
        f"Sessions with {thing}{where}: none counted", [Number(0.0, "count", "sessions")], verb="screens",
        names=tuple(filter(None, [plan.screen])), allows=["none"],
    )  # fmt: skip
    when, group = words.within(plan.query.window), words.among(plan.query.where)
    text = f"No {thing}{where} could be counted in sessions {when}{group}."
    return Claim(text, (fact,), part="verdict")


def _harmless(screens: list[ScreenFriction], plan: Plan, rec: Recorder) -> Claim:
    n = len(screens)
    fact = rec.add(
        f"Frictions looked at: {n}, none with lower scores beyond chance",
        [Number(float(n), "count", "frictions")], verb="screens", direction="flat", allows=["none"],
    )  # fmt: skip
    when = words.within(plan.query.window)
    text = (
        f"No screen stands out {when}{words.among(plan.query.where)}: of the {w.count(n)} frictions looked at, none "
        "sets those who met it apart beyond chance."
    )
    return Claim(text, (fact,), part="verdict")
