"""Customers' own words about something: a theme, a topic searched for, a screen, or simply of a group."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number
from analyst.answers.telling import parts, words
from analyst.answers.telling.recorder import Recorder
from analyst.answers.telling.voices import BAND_WORDS, in_band
from analyst.core.values import Quote

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk
    from analyst.runs.lookups import OpinionRow

MOST, CAP = 5, 20
SEARCHED = 40  # comments looked through for those of a theme that lie nearest to the question
SPARE = 5  # more are looked up than shown: some are a word or two, and no quote
_WORD = re.compile(r"\w{3,}")


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """As many quotes as asked for (default 5, at most 20), one a respondent, and of how many they are."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    limit = min(plan.limit or MOST, CAP)
    of: int | None
    rows = in_band(found.quotes.opinions, plan.query.metric, plan.band)
    if plan.themes:
        picked, of = _of_themes(plan, desk, found, rows, limit + SPARE)
        if not picked and plan.topic:  # a theme of sessions alone, say: the words themselves may still be found
            return tell(replace(plan, themes=()), desk)
    elif plan.topic or plan.screen:
        picked, of = _of_topic(plan.topic or plan.screen or "", plan, desk, rows, limit + SPARE)
    else:
        answers = sorted({row.response_id for row in rows})
        picked, of = found.quotes(None, answers, limit + SPARE), len(answers)
    picked = parts.quotable(picked, desk)[:limit]
    if not picked:
        return [_nothing(plan, desk, rec)]
    return [_opening(plan, desk, rec, len(picked), of), *parts.quote_claims(picked, desk)]


def subject(plan: Plan, desk: Desk) -> str:
    """'about “Can't pay”', 'about delivery', 'on Payment' or nothing."""
    if plan.themes:
        labels = [f"“{desk.labels[theme]}”" for theme in plan.themes if theme in desk.labels]
        return f" about {w.listed(labels[:2])}"
    if plan.topic:
        return f" about {plan.topic}"
    return f" about {plan.screen}" if plan.screen else ""


def _by(plan: Plan) -> str:
    band = f" by {BAND_WORDS[plan.query.metric][plan.band]}" if plan.band else ""
    return f"{band}{words.among(plan.query.where)}"


def _names(plan: Plan, desk: Desk) -> tuple[str, ...]:
    labels = [desk.labels[theme] for theme in plan.themes if theme in desk.labels]
    return (*labels, *filter(None, [plan.topic, plan.screen]))


def _opening(plan: Plan, desk: Desk, rec: Recorder, shown: int, of: int | None) -> Claim:
    about, by, when = subject(plan, desk), _by(plan), words.within(plan.query.window)
    numbers = [Number(float(shown), "count", "quotes")]
    if of is None:
        text = f"The {words.plural(shown, 'comment')} nearest to what was asked{about}{by}, {when}:"
        told = f"Comments nearest to the question{about}{by}: {shown} shown"
        if shown == 1:
            text = f"One comment{about}{by} was found {when}:"
            numbers = [Number(1.0, "count", "quotes")]
    else:
        numbers.append(Number(float(of), "count", "comments"))
        text = f"{w.count(shown)} of the {words.plural(of, 'comment')}{about}{by} {when}, in their own words:"
        if shown == of:
            text = f"All {w.count(of)} comments{about}{by} {when}, in their own words:"
            if of == 1:
                text = f"The only comment{about}{by} {when}:"
        told = f"Comments{about}{by}: {of}, {shown} shown"
    fact = rec.add(
        told, numbers, n=of or shown, verb="themes", names=_names(plan, desk), allows=["all", "only", "most"]
    )
    return Claim(text, (fact,), part="verdict")


def _nothing(plan: Plan, desk: Desk, rec: Recorder) -> Claim:
    about, by = subject(plan, desk), _by(plan)
    fact = rec.add(
        f"Comments found{about}{by}: 0", [Number(0.0, "count", "comments")], n=0, verb="themes",
        names=_names(plan, desk), allows=["none"],
    )  # fmt: skip
    return Claim(f"No comment{about}{by} was found {words.within(plan.query.window)}.", (fact,), part="verdict")


def nearest(plan: Plan, desk: Desk, answers: Sequence[str], limit: int) -> list[Quote]:
    """Of these answers those nearest to the words of the question, the nearest first; none where nothing searches."""
    if desk.search is None or not plan.topic or limit < 1:
        return []
    among = set(answers)
    hits = desk.search.search(plan.topic, query=plan.query, band=plan.band, limit=SEARCHED)
    near = [Quote(hit.text, hit.evidence_id, hit.score, hit.at) for hit in hits if hit.evidence_id in among]
    return near[:limit]


def _of_themes(plan: Plan, desk: Desk, found: Gatherer, rows: list[OpinionRow], limit: int) -> tuple[list[Quote], int]:
    """A theme's quotes; it may be wider than what was asked about, so those nearest to the words come first."""
    answers = sorted({row.response_id for row in rows if row.theme_id in plan.themes})
    picked = {quote.response_id: quote for quote in reversed(nearest(plan, desk, answers, limit))}
    picked = dict(reversed(picked.items()))
    for place, theme_id in enumerate(plan.themes):
        left = len(plan.themes) - place
        for quote in found.quotes(theme_id, answers, -(-(limit - len(picked)) // left) if limit > len(picked) else 0):
            picked.setdefault(quote.response_id, quote)
    return list(picked.values())[:limit], len(answers)


def _of_topic(topic: str, plan: Plan, desk: Desk, rows: list[OpinionRow], limit: int) -> tuple[list[Quote], int | None]:
    """By the index where there is one; else the opinions that hold all of the topic's words."""
    if desk.search is not None:
        hits = desk.search.search(topic, query=plan.query, band=plan.band, limit=limit)
        return [Quote(hit.text, hit.evidence_id, hit.score, hit.at) for hit in hits], None
    wanted = [word.casefold() for word in _WORD.findall(topic)]
    holding = [row for row in rows if wanted and all(word in row.text.casefold() for word in wanted)]
    one_each = {row.person: row for row in reversed(holding)}
    answers = {row.response_id for row in holding}
    chosen = sorted(one_each.values(), key=lambda row: row.opinion_id)[:limit]
    return [Quote(row.text, row.response_id, row.score, row.at) for row in chosen], len(answers)
