"""What a group of people say: the themes of their comments, what they say more than others, and their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number, direction_of, numbers_of
from analyst.answers.telling import parts, quotes, words
from analyst.answers.telling.recorder import Recorder
from analyst.answers.telling.voices import BAND_WORDS, Voice, of_group, voices

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.telling.desk import Desk
    from analyst.core.values import Quote

MOST = 3


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """Their commonest themes (or the one asked about), what stands out against others, and a quote of each."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    mine, others = of_group(found, desk, plan.query, plan.band)
    told = voices(mine, others, desk.labels)
    if not mine:
        return [_silent(plan, rec)]
    asked = [voice for voice in told if voice.theme_id in plan.themes]
    if plan.themes and asked:
        return _about(asked[: plan.limit or MOST], plan, desk, rec, [row.response_id for row in mine])
    if plan.topic or plan.themes:
        return quotes.tell(plan, desk)
    top = told[: plan.limit or MOST]
    if not top:
        return quotes.tell(plan, desk)
    claims = [_commonest(top, plan, rec)]
    apart = [v for v in told if v.significant and v.difference is not None and v.difference.value > 0]
    for voice in sorted(apart, key=lambda v: -v.difference.value)[:2]:  # type: ignore[union-attr]
        claims.append(more_than_others(voice, plan, rec))
    ids = sorted({row.response_id for row in mine})
    shown = list(dict.fromkeys([voice.theme_id for voice in [*apart[:1], *top]]))[:MOST]
    picked = [quote for theme_id in shown for quote in found.quotes(theme_id, ids, 1)]
    return claims + parts.quote_claims(_one_each(picked), desk)


def _one_each(picked: list[Quote]) -> list[Quote]:
    return list({quote.response_id: quote for quote in picked}.values())


def whom(plan: Plan) -> str:
    """'detractors with plan annual', 'customers on Android': whose words these are."""
    band = BAND_WORDS[plan.query.metric][plan.band] if plan.band else "customers"
    return f"{band}{words.among(plan.query.where)}"


def _silent(plan: Plan, rec: Recorder) -> Claim:
    fact = rec.add(
        f"Comments of {whom(plan)}: 0", [Number(0.0, "count", "comments")], n=0, verb="themes", allows=["none"]
    )
    return Claim(f"No comment by {whom(plan)} {words.within(plan.query.window)}.", (fact,), part="verdict")


def _voice_fact(voice: Voice, plan: Plan, rec: Recorder, most: bool = False) -> str:
    return rec.add(
        f"“{voice.label}”: {voice.mentions} of {voice.share.n} comments by {whom(plan)}, "
        + w.percent(voice.share.value, 1)
        + ("" if voice.others is None else f", {w.percent(voice.others, 1)} among everybody else"),
        [
            *(numbers_of(voice.difference, "difference") if voice.difference else []),
            *numbers_of(voice.share, "share"),
            Number(float(voice.mentions), "count", "mentions"),
            *([Number(voice.others, "share", "share elsewhere")]
              if voice.others is not None else []),
        ],
        n=voice.share.n,
        verb="themes",
        names=(voice.label,),
        direction=direction_of(voice.difference) if voice.difference else "",
        allows=["most"] if most else (),
    )  # fmt: skip


def _commonest(top: list[Voice], plan: Plan, rec: Recorder) -> Claim:
    facts = tuple(_voice_fact(voice, plan, rec, place == 0) for place, voice in enumerate(top))
    told = w.listed([f"“{voice.label}” ({w.percent(voice.share.value)})" for voice in top])
    when = words.within(plan.query.window)
    text = f"{words.capital(whom(plan))} speak most often of {told}, in {w.count(top[0].share.n)} comments {when}."
    return Claim(text, facts, part="verdict")


def more_than_others(voice: Voice, plan: Plan, rec: Recorder) -> Claim:
    others = voice.others or 0.0
    text = (
        f"More than others they mention “{voice.label}”: {w.percent(voice.share.value)} of their comments, against "
        f"{w.percent(others)} of everybody else's."
    )
    return Claim(text, (_voice_fact(voice, plan, rec),), part="what")


def _about(asked: list[Voice], plan: Plan, desk: Desk, rec: Recorder, ids: list[str]) -> list[Claim]:
    """What they say about the theme that the question names."""
    found, claims = desk.gather(plan.query), []
    for place, voice in enumerate(asked):
        text = (
            f"{words.plural(voice.mentions, 'comment')} by {whom(plan)} {words.within(plan.query.window)} "
            f"{'is' if voice.mentions == 1 else 'are'} about “{voice.label}”, {w.percent(voice.share.value)} of theirs"
            if place == 0
            else f"“{voice.label}” is in {w.percent(voice.share.value)} of them"
        )
        if voice.others is not None and voice.significant:
            text += f", against {w.percent(voice.others)} of everybody else's"
        claims.append(Claim(text + ".", (_voice_fact(voice, plan, rec),), part="what" if place else "verdict"))
    wanted = sorted(set(ids))
    each = max(1, (plan.limit or MOST) // len(asked))
    spoken = sorted({row.response_id for row in found.quotes.opinions if row.theme_id in plan.themes} & set(wanted))
    picked = [*quotes.nearest(plan, desk, spoken, plan.limit or MOST)]
    picked += [quote for voice in asked for quote in found.quotes(voice.theme_id, wanted, each)]
    picked = _one_each(picked)[: max(each * len(asked), plan.limit or MOST)]
    return claims + parts.quote_claims(_one_each(picked), desk)
