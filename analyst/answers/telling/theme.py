"""One theme: how many speak of it, who, on which screen, in which words, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number
from analyst.answers.telling import parts, quotes, words
from analyst.answers.telling.recorder import Recorder

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk
    from analyst.findings.types import ThemeFinding

QUOTES = 2
MOST = 2  # themes told where several are near


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The theme (or the two nearest) told; a topic that is no theme is searched for in the words."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    by_id = {theme.theme_id: theme for theme in found.themes}
    themes = [by_id[theme_id] for theme_id in plan.themes if theme_id in by_id and by_id[theme_id].mentions]
    if not themes:
        if plan.themes:
            return _silent(plan, desk, rec)
        return quotes.tell(plan, desk)
    claims = _one(themes[0], found, rec, plan, desk)
    for theme in themes[1:MOST]:
        claims += parts.theme_claims(theme, rec, opening="Next to it, ", gap=False)
    return claims


def _silent(plan: Plan, desk: Desk, rec: Recorder) -> list[Claim]:
    label = desk.labels.get(plan.themes[0], plan.topic or plan.themes[0])
    fact = rec.add(
        f"“{label}”: 0 mentions", [Number(0.0, "count", "mentions")], verb="themes", names=(label,), allows=["none"]
    )
    text = f"Nobody mentions “{label}” {words.within(plan.query.window)}{words.among(plan.query.where)}."
    return [Claim(text, (fact,), part="verdict")]


def _one(theme: ThemeFinding, found: Gatherer, rec: Recorder, plan: Plan, desk: Desk) -> list[Claim]:
    fact = rec.theme(theme)
    when, group = words.within(plan.query.window), words.among(plan.query.where)
    share, past = w.percent(theme.share.value), w.percent(theme.share_before.value)
    text = f"“{theme.label}” is in {words.plural(theme.mentions, 'comment')} {when}{group}, {share} of all comments"
    if theme.is_new:
        text += "; it is new."
    elif theme.trend.excludes_zero():
        text += f", {'up' if theme.trend.value > 0 else 'down'} from {past}."
    else:
        text += f"; before, it was {past}, no change beyond chance."
    claims = [Claim(text, (fact,), part="verdict")]
    if theme.gap is not None and theme.gap.excludes_zero():
        side = "lower" if theme.gap.value < 0 else "higher"
        by = w.size(theme.gap.value)
        text = f"Those who mention it score {by} points {side} than other commenters ({words.sure(theme.gap)})."
        claims.append(Claim(text, (rec.theme_gap(theme),), part="what"))
    for lift in [lift for lift in theme.segments if lift.significant][:1]:
        where = f"Detractors who mention it are {_more(lift.where, lift.lift.value)}."
        claims.append(Claim(where, (rec.theme_place(theme, lift),), part="where"))
    for link in [link for link in theme.screens if link.significant][:1]:
        text = (
            f"{w.percent(link.exposed_share)} of them had met {w.friction(link.screen, link.signal)} before they "
            f"answered, against {w.percent(link.other_share)} of other commenters."
        )
        claims.append(Claim(text, (rec.theme_screen(theme, link),), part="screen"))
    claims += parts.quote_claims(theme.quotes[: plan.limit or QUOTES], desk)
    fixes = [fix for fix in parts.worthwhile(found.fixes) if theme.theme_id in fix.themes][:1]
    for fix in fixes:
        claims += parts.fix_claims(fix, rec, opening="What would help: ")
    return claims


def _more(where: tuple[tuple[str, str], ...], ratio: float) -> str:
    if ratio >= w.ALMOST_ONLY:
        return f"almost only found{words.among(where)}"
    return f"{w.times(ratio)} as common{words.among(where)} as elsewhere"
