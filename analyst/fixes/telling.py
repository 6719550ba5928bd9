"""What a look says, in sentences; never "caused"."""

from __future__ import annotations

from analyst.core.values import Estimate
from analyst.fixes.looks import Check, Look
from analyst.fixes.shipping import Shipping
from analyst.fixes.standing import Standing
from analyst.metrics import kind_of

VERDICTS = {
    "confirmed": "confirmed",
    "friction_fell": "friction fell, score not proven",
    "no_effect": "no effect",
    "reopened": "reopened",
    "cannot_tell": "cannot tell",
    "too_early": "too early",
}
_MINUS = "\N{MINUS SIGN}"


def verdict_sentence(look: Look, shipping: Shipping) -> str:
    """The verdict and what it means, in one sentence."""
    name, first = kind_of(shipping.target.metric).name, _first(look)
    if look.verdict == "confirmed":
        return f"Confirmed: {first} fell, and {name} rose more among {shipping.compared} than among the untouched."
    if look.verdict == "friction_fell":
        why = f"{name} did not rise beyond chance" if shipping.score.n else f"{name} was never going to show it"
        return f"{_capital(first)} fell, score not proven: {why}."
    if look.verdict == "no_effect":
        return f"No effect: {first} did not fall by a quarter or more beyond chance."
    if look.verdict == "reopened":
        return "Reopened: the friction came back after it had been judged."
    if look.verdict == "cannot_tell" and not look.fair:
        return (
            "Cannot tell: the target and the untouched had moved apart before anything shipped, so that comparing them "
            "says nothing of the fix."
        )
    if look.verdict == "cannot_tell":
        return "Cannot tell: neither the friction nor the theme can be counted on both sides of the shipping."
    return f"Too early: it is judged on {shipping.review}. What follows is preliminary."


def _first(look: Look) -> str:
    friction = look.check("friction")
    return "the theme" if friction is None or friction.outcome == "no_data" else "the friction"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def check_sentence(check: Check, shipping: Shipping) -> str:
    """One check with its levels, interval and n."""
    if check.outcome == "no_data" or check.change is None or check.before is None or check.after is None:
        why = {"friction": shipping.friction, "theme": shipping.theme, "score": shipping.score}[check.name].why
        return f"{check.name.capitalize()}: cannot be told ({why or f'{check.seen:,} after shipping so far'})."
    word = {"as_hoped": "rose" if check.name == "score" else "fell", "not_shown": "no change beyond chance",
            "against": "fell" if check.name == "score" else "rose"}[check.outcome]  # fmt: skip
    if check.name == "score":
        levels = f"{_signed(check.before)} before, {_signed(check.after)} after"
        untouched = ""
        if check.elsewhere:
            untouched = f"; the untouched {_signed(check.elsewhere[0])} and {_signed(check.elsewhere[1])}"
        of = f"{check.seen:,} answers of {shipping.compared}"
        change = f"difference in differences {_signed(check.change.value)} ({_interval(check.change)})"
    else:
        levels = f"{_percent(check.before)} before, {_percent(check.after)} after"
        untouched = ""
        if check.elsewhere:
            untouched = f"; elsewhere {_percent(check.elsewhere[0])} and {_percent(check.elsewhere[1])}"
        rows = f"sessions on {shipping.target.screen}" if check.name == "friction" else "comments"
        of = f"{check.seen:,} {rows}"
        change = f"change {_points(check.change.value)} ({_interval(check.change, 100)})"
        if check.name == "friction" and check.outcome == "not_shown" and check.change.excludes_zero():
            word = "fell by less than a quarter"
    needed = f" of {check.needed:,} promised" if check.needed else ""
    return f"{check.name.capitalize()}: {word}; {levels}{untouched}; {change}, {of}{needed}."


def look_sentences(look: Look, shipping: Shipping) -> list[str]:
    """The verdict, the checks in order, the placebo, the lift that came against the one expected, and the notes."""
    told = [verdict_sentence(look, shipping), *(check_sentence(check, shipping) for check in look.checks)]
    if look.placebo is not None:
        shows = "shows nothing, as it should" if look.fair else "shows a change where nothing was shipped"
        told.append(
            f"Placebo date before shipping: {shows} ({_signed(look.placebo.value)}, {_interval(look.placebo)})."
        )
    if look.realised is not None:
        told.append(
            f"Lift over everybody: {_signed(look.realised.value)} ({_interval(look.realised)}), against "
            f"{_signed(shipping.lift.value)} expected."
        )
    return [*told, *filter(None, look.notes)]


def standing_sentence(standing: Standing) -> str:
    """Why a fix calls for somebody, in one sentence; empty where it does not."""
    who = f"{standing.title} ({standing.owner or 'no owner'})"
    days = f"{standing.days} day" + "s" * (standing.days != 1)
    if standing.call == "overdue":
        return f"{who} was due on {standing.due}: {days} overdue."
    if standing.call == "review_due" and standing.shipping is not None:
        made = standing.shipping
        return (
            f"{who} shipped on {made.shipped} and is due for review since {made.review}: run `undertone fixes verify`."
        )
    if standing.call == "reopened":
        return f"{who} reopened: its friction came back after it had been judged."
    if standing.call == "no_effect":
        return f"{who} shipped and had no effect: its friction is where it was."
    return ""


def _signed(value: float) -> str:
    sign = "+" if value > 0 else _MINUS if value < 0 else ""
    return f"{sign}{abs(value):.1f}"


def _points(share: float) -> str:
    return f"{_signed(100 * share)} percentage points"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _interval(estimate: Estimate, scale: float = 1.0) -> str:
    if estimate.low is None or estimate.high is None:
        return "no interval"
    return f"95% interval {_signed(estimate.low * scale)} to {_signed(estimate.high * scale)}"
