"""What to fix first, for everybody or for a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number
from analyst.answers.telling import parts, words
from analyst.answers.telling.recorder import Recorder
from analyst.answers.telling.why import no_fix

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.telling.desk import Desk
    from analyst.fixes.types import Fix

MOST = 3


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The first fixes with what each should bring; where nothing is supported, that."""
    found, rec = desk.gather(plan.query), Recorder(desk, plan.query)
    fixes = [fix for fix in parts.worthwhile(found.fixes) if _asked(plan, fix)]
    if plan.fix_id:
        fixes = [fix for fix in found.fixes if fix.fix_id == plan.fix_id] or fixes
    if not fixes:
        when, group = words.within(plan.query.window), words.among(plan.query.where)
        text = f"No fix is supported by the data {when}{group}."
        return [Claim(text, (no_fix(rec),), part="verdict"), *parts.settle(found.movement, rec)]
    limit = 1 if plan.fix_id else plan.limit or MOST
    claims: list[Claim] = []
    for place, fix in enumerate(fixes[:limit]):
        opening = "Fix first: " if place == 0 and fix.rank == 1 else "" if place == 0 else "Then: "
        claims += parts.fix_claims(fix, rec, opening=opening or "To fix: ")
        if place == 0:
            claims += _evidence(fix, rec, desk)
    claims += _tied(fixes[:limit], rec)
    if limit > 1:
        claims += _left(found.fixes, fixes[:limit], rec)
    return claims


def _asked(plan: Plan, fix: Fix) -> bool:
    """Whether a fix is about the screen or the themes that the question names, if it names any."""
    if plan.screen is not None and fix.screen != plan.screen:
        return False
    return not plan.themes or bool(set(plan.themes) & set(fix.themes))


def _evidence(fix: Fix, rec: Recorder, desk: Desk) -> list[Claim]:
    """One quote under the first fix, and the joint lift where several are done."""
    quotes = fix.quotes[:1] or fix.suggestions[:1]
    return parts.quote_claims(quotes, desk)


def _tied(fixes: list[Fix], rec: Recorder) -> list[Claim]:
    """Where the order is not certain, that."""
    ids = {fix.fix_id for fix in fixes}
    tied = [fix for fix in fixes[1:] if set(fix.tied_with) & ids]
    if not tied:
        return []
    facts = tuple(rec.fix(fix) for fix in fixes if fix in tied or set(fix.tied_with) & {t.fix_id for t in tied})
    told = w.listed([fix.fix_id for fix in fixes if fix in tied or set(fix.tied_with) & {t.fix_id for t in tied}])
    return [Claim(f"The order among {told} is not certain: their lifts overlap.", facts, part="sure")]


def _left(known: list[Fix], shown: list[Fix], rec: Recorder) -> list[Claim]:
    """What doing these together should bring, and how many more there are."""
    last = shown[-1]
    claims: list[Claim] = []
    in_order = [fix.rank for fix in shown] == list(range(1, len(shown) + 1))
    if last.together is not None and len(shown) > 1 and in_order and all(fix.grade != "C" for fix in shown):
        text = (
            f"Done together they should bring {w.signed(last.together.value)} points ({words.sure(last.together)}), "
            "not the sum of each."
        )
        claims.append(Claim(text, (rec.fix(last),), part="fix"))
    more = len(known) - len(shown)
    if more > 0:
        fact = rec.add(
            f"Fixes in the list: {len(known)}, {more} more", [Number(float(more), "count", "more fixes"),
            Number(float(len(known)), "count", "fixes")], verb="fixes",
        )  # fmt: skip
        claims.append(Claim(f"The list holds {w.count(more)} more.", (fact,), part="aside"))
    return claims
