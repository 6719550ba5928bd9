"""The sentences of alerts. Numbers are written as everywhere else; a name or a filter is said as people wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.core.query import where_text

if TYPE_CHECKING:
    from datetime import date

    from analyst.core.values import Estimate
    from analyst.records import AlertRule

MINUS = "\N{MINUS SIGN}"
SIGNAL_WORDS = {
    "rage_tap": "rage taps", "dead_tap": "dead taps", "ui_freeze": "freezes", "crash": "crashes", "error": "errors",
}  # fmt: skip


def number(rule: AlertRule, value: float) -> str:
    """A level: 24.1% of a share, +31.2 of NPS, 71.0 of the other scores."""
    if rule.is_share:
        return f"{100 * value:.1f}%"
    rounded = round(value, 1)
    if rule.metric != "nps":
        return f"{rounded:.1f}".replace("-", MINUS)
    return f"{'+' if rounded > 0 else MINUS if rounded < 0 else ''}{abs(rounded):.1f}"


def subject(rule: AlertRule, label: str | None = None) -> str:
    """Rage taps on Payment (platform = android); NPS; Comments on “card declined”."""
    if rule.metric == "theme":
        what = f"Comments on “{label or rule.theme}”"
    elif rule.is_share:
        words = SIGNAL_WORDS[rule.metric].capitalize()
        what = f"{words} on {rule.screen}" if rule.screen else f"{words} on any screen"
    else:
        what = rule.metric.upper() + (" in all surveys" if rule.survey == "all" else "")
        if rule.survey and rule.survey != "all":
            what += f" in the survey {rule.survey}"
    return f"{what} ({where_text(rule.where)})" if rule.where else what


def condition(rule: AlertRule) -> str:
    """above 10.0% for 2 weeks; the daily test for a fall."""
    if rule.test:
        shift = f" of at least {_shift(rule)}" if rule.least else ""
        return f"the daily test for a {'fall' if rule.test == 'falls' else 'rise'}{shift}"
    return f"{_crossing(rule)} for {rule.periods} {rule.every}{'s' if rule.periods > 1 else ''}"


def _shift(rule: AlertRule) -> str:
    return f"{100 * rule.least:.1f} pp" if rule.is_share else f"{rule.least:.1f} points"


def _crossing(rule: AlertRule) -> str:
    if rule.above is not None:
        return f"above {number(rule, rule.above)}"
    return f"below {number(rule, rule.below or 0.0)}"


def measured(rule: AlertRule, value: Estimate, unit: str) -> str:
    """24.1% of 1,034 sessions (95% interval 21.6% to 26.8%)"""
    low, high = (number(rule, bound) if bound is not None else "" for bound in (value.low, value.high))
    counted = f"{'of' if rule.is_share else 'from'} {value.n:,} {unit}"
    return f"{number(rule, value.value)} {counted}" + (f" (95% interval {low} to {high})" if low and high else "")


def crossed(rule: AlertRule, label: str | None, value: Estimate, unit: str, period: str, before: float | None) -> str:
    """A threshold that has been crossed for long enough."""
    at = f"{'on' if rule.every == 'day' else 'in'} {period}"
    held = f"in each of the last {rule.periods} {rule.every}s" if rule.periods > 1 else at
    was = f"; {number(rule, before)} in the four weeks before" if before is not None else ""
    told = measured(rule, value, unit)
    if rule.periods > 1:
        told += f" {at}"
    return f"{subject(rule, label)}: {told}, {_crossing(rule)} {held}{was}."


def shifted(
    rule: AlertRule, label: str | None, value: Estimate, unit: str, split: date, since: date, before: float
) -> str:
    """A shift that the daily test sees."""
    word, noun = ("fell", "fall") if rule.test == "falls" else ("rose", "rise")
    if since >= split:
        stands = f"The daily test says so since {since}."
    else:  # the alert began with another split, and never cleared
        stands = f"The daily test has been in alert since {since}, first for an earlier {noun}."
    return (
        f"{subject(rule, label)} {word} from {number(rule, before)} around {split}: since then "
        f"{measured(rule, value, unit)}. {stands}"
    )


def watched(
    rule: AlertRule, label: str | None, value: Estimate, unit: str, day: date, centre: float, sigma: float
) -> str:
    """One day that lies off."""
    off = abs(value.value - centre) / sigma
    return (
        f"{subject(rule, label)}: {measured(rule, value, unit)} on {day}, {off:.1f} sigma "
        f"{'below' if rule.bad_is_low else 'above'} its 30-day baseline of {number(rule, centre)}. "
        "A quiet series has about 2 days a month beyond 1.5 sigma."
    )


def quiet(rule: AlertRule, label: str | None, value: Estimate | None, unit: str, period: str) -> str:
    """Nothing to see."""
    at = f"{'on' if rule.every == 'day' else 'in'} {period}"
    told = f": {measured(rule, value, unit)} {at}" if value is not None else f": no {unit} {at}"
    no = f"{condition(rule)} does not fire" if rule.test else f"not {condition(rule)}"
    return f"{subject(rule, label)}{told}; {no}."


def too_little(rule: AlertRule, label: str | None, unit: str, n: int, needed: int, period: str) -> str:
    """Too few rows to say anything."""
    return f"{subject(rule, label)}: too little data, {n:,} {unit} in {period} and {needed:,} are needed."


def too_short(rule: AlertRule, label: str | None, unit: str, needed: int, after: int, days: int) -> str:
    """Too short a past for the daily test."""
    return (
        f"{subject(rule, label)}: too little data; the daily test needs {needed:,} {unit} on {days} days, "
        f"and {after:,} after them."
    )
