"""Did a shipped fix do what it promised? Yes, no, cannot tell or too early, then the checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyst.answers import wording as w
from analyst.answers.facts import Claim, Number, direction_of, numbers_of
from analyst.answers.followups import workspace_book
from analyst.answers.telling import words
from analyst.answers.telling.recorder import Recorder
from analyst.fixes import look
from analyst.fixes.standing import decisive_look, latest_look, shippings

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Plan
    from analyst.answers.telling.desk import Desk
    from analyst.fixes import FixBook, Look, Shipping
    from analyst.fixes.looks import Check

MOST = 3
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_VERDICTS = {
    "confirmed": "Yes: it did what it promised",
    "friction_fell": "In part: the friction fell, but the score does not show it beyond chance",
    "no_effect": "No: the friction is where it was",
    "reopened": "Not for long: the friction came back after the fix had been judged",
    "cannot_tell": "Cannot tell: what is needed to judge it could not be counted on both sides of the shipping",
    "too_early": "Too early to say",
}


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The verdict on the fix asked for (or on those shipped last), each with its checks; honest where none shipped."""
    rec = Recorder(desk, plan.query)
    book, note = workspace_book(desk.view.settings)
    registered = {fix_id: made[-1] for fix_id, made in shippings(book).items()}
    wanted = [made for fix_id, made in registered.items() if plan.fix_id in (None, fix_id)]
    wanted = [made for made in wanted if plan.screen is None or made.target.screen == plan.screen]
    wanted = [made for made in wanted if not plan.themes or set(plan.themes) & set(made.target.themes)]
    if not wanted:
        return [_none(plan, desk, rec, len(registered), note)]
    wanted.sort(key=lambda made: made.shipped, reverse=True)
    shown = wanted[: plan.limit or MOST]
    return [claim for made in shown for claim in _one(made, desk, rec, book, len(shown) == 1)]


def _none(plan: Plan, desk: Desk, rec: Recorder, registered: int, note: str) -> Claim:
    """Nothing shipped, or not the one asked for."""
    fact = rec.add(
        f"Fixes registered as shipped: {registered}{f', {plan.fix_id} not among them' if plan.fix_id else ''}",
        [Number(float(registered), "count", "fixes shipped")],
        names=tuple(filter(None, [plan.fix_id, plan.screen])),
        allows=["none"],
    )
    if note:
        return Claim(f"It cannot be told: {note}", (fact,), part="verdict")
    if not registered:
        text = "It cannot be told: no fix is registered as shipped yet, and a fix is judged from its registration on."
    else:
        asked = plan.fix_id or (f"a fix of {plan.screen}" if plan.screen else "such a fix")
        text = f"It cannot be told: {asked} is not registered as shipped."
    return Claim(text, (fact,), part="verdict")


def looked(made: Shipping, desk: Desk, book: FixBook) -> Look:
    """The look that counts: what was kept, else one as of the view's clock, which decides nothing before its day."""
    kept = latest_look(book, made)
    if kept is not None and kept.verdict == "reopened":
        return kept
    return look(desk.view.connection, made, now=desk.view.until, decided=decisive_look(book, made))


def _one(made: Shipping, desk: Desk, rec: Recorder, book: FixBook, alone: bool) -> list[Claim]:
    seen = looked(made, desk, book)
    fact = _fact(made, seen, rec)
    verdict = _VERDICTS[seen.verdict]
    if seen.verdict == "too_early":
        verdict = f"Too early to say: it shipped on {made.shipped} and is judged on {made.review}"
    subject = f"{made.title} ({made.fix_id})"
    claims = [
        Claim(f"{verdict}." if alone else f"{subject}: {verdict[:1].lower()}{verdict[1:]}.", (fact,), part="verdict")
    ]
    if alone:
        claims.append(Claim(f"The fix is {subject}, shipped on {made.shipped}.", (fact,), part="what"))
    claims += [claim for check in seen.checks if (claim := _check(check, made, rec)) is not None]
    if seen.realised is not None:
        real = seen.realised
        fact = rec.add(
            f"{made.fix_id}: came to {w.signed(real.value)} ({w.interval(real)}), expected {w.signed(made.lift.value)}",
            [*numbers_of(real, "lift realised"), *numbers_of(made.lift, "lift expected")],
            n=real.n, names=(made.fix_id,), direction=direction_of(real),
        )  # fmt: skip
        text = (
            f"Over everybody it came to {w.signed(real.value)} points ({words.sure(real)}), where "
            f"{w.signed(made.lift.value)} were expected."
        )
        claims.append(Claim(text, (fact,), part="sure"))
    return claims


def _fact(made: Shipping, seen: Look, rec: Recorder) -> str:
    title = [Number(float(digits.replace(",", "")), "any", "title") for digits in _DIGITS.findall(made.title)]
    names = [made.fix_id, made.title, made.version, made.target.screen, *(value for _, value in made.target.where)]
    return rec.desk.book.add(
        f"{made.fix_id}, {made.title}: shipped {made.shipped}, judged on {made.review}: {seen.verdict}",
        title,
        window=f"{made.shipped}..{seen.until}",
        command=f"undertone fixes verify {made.fix_id} --json",
        names=tuple(filter(None, names)),
        direction={"confirmed": "down", "friction_fell": "down"}.get(seen.verdict, ""),  # type: ignore[arg-type]
    )


def _check(check: Check, made: Shipping, rec: Recorder) -> Claim | None:
    """'The friction fell from 35.1% to 0.6% of the visits.'"""
    if check.change is None or check.before is None or check.after is None:
        return None
    is_score = check.name == "score"
    of = made.compared if is_score else f"sessions on {made.target.screen}" if check.name == "friction" else "comments"
    unit = "points" if is_score else "share"
    fact = rec.desk.book.add(
        f"{made.fix_id}, {check.name}: {check.before:.4g} before, {check.after:.4g} after, change "
        f"{check.change.value:.4g}, {check.seen} {of}",
        [
            *numbers_of(check.change, "change"),
            Number(check.before, unit, "before"),  # type: ignore[arg-type]
            Number(check.after, unit, "after"),  # type: ignore[arg-type]
            Number(float(check.seen), "count", of),
        ],
        n=check.seen,
        command=f"undertone fixes verify {made.fix_id} --json",
        names=tuple(filter(None, [made.fix_id, made.target.screen])),
        direction=direction_of(check.change),
    )
    thing = {"friction": "The friction", "theme": "The theme in comments", "score": f"The score of {made.compared}"}[
        check.name
    ]
    if is_score:
        levels = f"{w.signed(check.before)} before, {w.signed(check.after)} after"
    else:
        levels = f"{w.percent(check.before, 1)} before, {w.percent(check.after, 1)} after"
    if not check.change.excludes_zero():
        text = f"{thing} shows no change beyond chance: {levels}, from {w.count(check.seen)} {of}."
    else:
        verb = "rose" if check.change.value > 0 else "fell"
        text = f"{thing} {verb}: {levels}, from {w.count(check.seen)} {of}."
    return Claim(text, (fact,), part="what")
