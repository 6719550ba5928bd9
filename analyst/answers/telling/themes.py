"""Which themes there are, rose, fell, are new or went quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number
from analyst.answers.moves import Moves, theme_moves
from analyst.answers.telling import parts, words
from analyst.answers.telling.recorder import Recorder
from analyst.core.tables import SYSTEM_THEMES

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Moving, Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk
    from analyst.findings.types import ThemeFinding

MOST = 5
_VERBS = {"rising": "rose", "falling": "fell", "new": "are new", "quiet": "went quiet"}
_VERB = {"rising": "rose", "falling": "fell", "new": "is new", "quiet": "went quiet"}


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The themes that moved as asked, or those that matter most with what rose and fell."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    limit = plan.limit or MOST
    if not found.coverage.commented:
        return [_no_comments(found, rec)]
    if plan.moving is not None:
        return _moving(found, rec, desk, plan.moving, limit)
    return _all(found, rec, desk, limit)


def _no_comments(found: Gatherer, rec: Recorder) -> Claim:
    text = f"No answer {words.within(found.query.window)}{words.among(found.query.where)} carries a comment."
    return Claim(text, (rec.coverage(found.coverage),), part="verdict")


def _moving(found: Gatherer, rec: Recorder, desk: Desk, moving: Moving, limit: int) -> list[Claim]:
    moves = _moves(found)
    themes: list[ThemeFinding] = getattr(moves, moving)
    when, group = words.within(found.query.window), words.among(found.query.where)
    known = moves.looked_at
    if not themes:
        fact = rec.add(
            f"Themes that {_VERBS[moving]} beyond chance: 0 of {known}",
            [Number(0.0, "count", "themes"), Number(float(known), "count", "themes looked at")],
            verb="themes",
            direction="flat",
            allows=["none", "new"],
        )
        beyond = "" if moving == "new" else " beyond chance"
        text = f"No theme {_VERB[moving]}{beyond} {when}{group}, of {w.count(known)} looked at."
        return [Claim(text, (fact,), part="verdict"), *_nearest(found, rec)]
    fact = rec.add(
        f"Themes that {_VERBS[moving]} beyond chance: {len(themes)} of {known}",
        [Number(float(len(themes)), "count", "themes"), Number(float(known), "count", "themes looked at")],
        verb="themes",
        names=tuple(theme.label for theme in themes),
        direction={"rising": "up", "new": "up"}.get(moving, "down"),  # type: ignore[arg-type]
        allows=["only", "most", "first", "new"] if moving == "new" else ["only", "most", "first"],
    )
    listed = w.listed([f"“{theme.label}”" for theme in themes[:limit]])
    count = "One theme" if len(themes) == 1 else f"{words.FEW[len(themes)].capitalize()} themes" if len(
        themes) < len(words.FEW) else f"{len(themes)} themes"  # fmt: skip
    verb = _VERB[moving] if len(themes) == 1 else _VERBS[moving]
    beyond = "" if moving == "new" else " beyond chance"
    more = "" if len(themes) <= limit else ", the largest first"
    claims = [Claim(f"{count} {verb}{beyond} {when}{group}{more}: {listed}.", (fact,), part="verdict")]
    for theme in themes[:limit]:
        claims += parts.theme_claims(theme, rec, gap=len(themes) <= 3)
    return claims + parts.quote_claims([q for theme in themes[:2] for q in theme.quotes[:1]], desk)


def _moves(found: Gatherer) -> Moves:
    """What moved, by the same control over all themes as the digest names them by."""
    told = [theme for theme in found.themes if theme.theme_id not in SYSTEM_THEMES]
    return theme_moves(told, found.born, found.query.window.start)


def _nearest(found: Gatherer, rec: Recorder) -> list[Claim]:
    """What most people speak of instead."""
    most = sorted(parts.told_themes(found), key=lambda theme: -theme.mentions)[:1]
    return [claim for theme in most for claim in _spoken(theme, rec)]


def _spoken(theme: ThemeFinding, rec: Recorder) -> list[Claim]:
    text = f"Most spoken of is “{theme.label}”, in {w.percent(theme.share.value)} of the comments."
    return [Claim(text, (rec.theme(theme, ["most"]),), part="what")]


def _all(found: Gatherer, rec: Recorder, desk: Desk, limit: int) -> list[Claim]:
    themes = parts.told_themes(found)
    if not themes:
        fact = rec.add("Themes with a mention: 0", [Number(0.0, "count", "themes")], verb="themes", allows=["none"])
        return [Claim(f"No theme has a mention {words.within(found.query.window)}.", (fact,), part="verdict")]
    most = sorted(themes, key=lambda theme: -theme.mentions)[:limit]
    fact = rec.add(
        f"Themes by comments: {', '.join(f'{t.label} {w.percent(t.share.value, 1)}' for t in most)}",
        [*(Number(t.share.value, "share", t.label) for t in most), Number(float(len(themes)), "count", "themes")],
        n=most[0].share.n,
        verb="themes",
        names=tuple(theme.label for theme in most),
        allows=["most"],
    )
    shares = [w.percent(theme.share.value) + ("" if place else " of the comments") for place, theme in enumerate(most)]
    told = w.listed([f"“{theme.label}” ({share})" for theme, share in zip(most, shares, strict=True)])
    group = words.among(found.query.where)
    claims = [
        Claim(f"The commonest themes {words.within(found.query.window)}{group} are {told}.", (fact,), part="verdict")
    ]
    hurting = [t for t in themes if t.gap and t.gap.excludes_zero() and t.gap.value < 0][:1]
    for theme in hurting:
        lower = w.size(theme.gap.value) if theme.gap else ""
        text = f"The one to look at first is “{theme.label}”: those who mention it score {lower} points lower."
        claims.append(Claim(text, (rec.theme_gap(theme, ["most", "first"]),), part="what"))
    moves = _moves(found)
    for theme in [*moves.rising[:1], *moves.falling[:1]]:
        claims += parts.theme_claims(theme, rec, gap=False)
    return claims + parts.quote_claims([q for t in (hurting or most[:1]) for q in t.quotes[:1]], desk)
