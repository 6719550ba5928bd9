"""Alert rules as people write them: a metric, a filter, a condition, an owner by name and a two-line plan."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analyst.core.errors import UsageProblem
from analyst.core.query import METRICS, Where, parse_where
from analyst.core.tables import SIGNALS

Every = Literal["day", "week"]
Test = Literal["falls", "rises"]
FIELDS = (
    "name", "metric", "survey", "theme", "screen", "where",
    "above", "below", "for", "every", "test", "least", "owner", "plan",
)  # fmt: skip
RULE_METRICS = (*METRICS, "theme", *SIGNALS)
_LONGEST_PLAN = 500
_MOST_PERIODS = 26


@dataclass(frozen=True)
class AlertRule:
    """What is watched, and who does what when it fires.

    `metric` is nps, csat or ces (the score, in points, of one `survey`; "all" mixes them), `theme` (the share of
    comments that mention `theme`) or a friction signal (the share of the sessions on `screen`, or of all sessions, that
    met it). Exactly one condition is set: `above` or `below`, crossed in each of the last `periods` whole days or weeks
    (`every`), or `test`, the daily test for a shift of at least `least`. Shares are 0..1 here. `plan` is one or two
    lines.
    """

    name: str
    metric: str
    owner: str
    plan: str
    where: Where = ()
    survey: str | None = None
    theme: str | None = None
    screen: str | None = None
    above: float | None = None
    below: float | None = None
    periods: int = 1
    every: Every = "week"
    test: Test | None = None
    least: float = 0.0

    @property
    def is_share(self) -> bool:
        """Whether the metric is a share (0..1) and not a score in points."""
        return self.metric not in METRICS

    @property
    def bad_is_low(self) -> bool:
        """Whether the rule is about something falling."""
        return self.test == "falls" or self.below is not None

    def to_dict(self) -> dict[str, Any]:
        """The rule with the names that a file uses, empty entries left out."""
        entries = {
            "name": self.name, "metric": self.metric, "survey": self.survey, "theme": self.theme, "screen": self.screen,
            "where": dict(self.where) or None, "above": self.above, "below": self.below,
            "for": None if self.test else self.periods, "every": None if self.test else self.every,
            "test": self.test, "least": self.least or None, "owner": self.owner, "plan": self.plan,
        }  # fmt: skip
        return {name: value for name, value in entries.items() if value is not None}


def load_rules(path: Path) -> list[AlertRule]:
    """The rules of a TOML file, one `[[rule]]` each. Raises UsageProblem naming the rule and what is wrong with it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageProblem(f"The rules file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(f"The rules file {path} is not TOML: {error}.", "Begin each rule with [[rule]].") from error
    return rules_from(data, str(path))


def rules_from(data: Mapping[str, Any], shown: str = "given") -> list[AlertRule]:
    """Rules from the plain values of a file. Raises UsageProblem as `load_rules` does."""
    entries = data.get("rule")
    unknown = [name for name in data if name != "rule"]
    if unknown or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        what = f"has an entry '{unknown[0]}' outside of any rule" if unknown else "holds no rule"
        raise UsageProblem(f"The rules file {shown} {what}.", "Begin each rule with [[rule]].")
    if not entries:
        raise UsageProblem(f"The rules file {shown} holds no rule.", "Begin each rule with [[rule]].")
    rules = [rule_from(entry, f"rule {place} of {shown}") for place, entry in enumerate(entries, 1)]
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise UsageProblem(f"The rules file {shown} names '{rule.name}' twice.", "Give each rule its own name.")
        seen.add(rule.name)
    return rules


def rule_from(data: Mapping[str, Any], shown: str = "the rule") -> AlertRule:
    """One rule from plain values under the names of FIELDS. Raises UsageProblem: a sentence that says what to mend."""
    name = _text(data, "name", shown, longest=80)
    shown = f"the rule '{name}'"
    for entry in data:
        if entry not in FIELDS:
            raise UsageProblem(f"There is no entry '{entry}' in {shown}.", f"The entries are {', '.join(FIELDS)}.")
    metric = _text(data, "metric", shown).lower()
    if metric not in RULE_METRICS:
        raise UsageProblem(f"'{metric}' in {shown} is no metric.", f"Choose one of {', '.join(RULE_METRICS)}.")
    theme, screen = _optional(data, "theme", shown), _optional(data, "screen", shown)
    if (metric == "theme") != (theme is not None):
        raise UsageProblem(
            f"{_upper(shown)} {'names no theme' if theme is None else 'names a theme but follows another metric'}.",
            'Write metric = "theme" together with theme = "its label or id".',
        )
    if screen is not None and metric not in SIGNALS:
        raise UsageProblem(
            f"{_upper(shown)} names a screen, but {metric} has none.", f"Screens go with {', '.join(SIGNALS)}."
        )
    share = metric not in METRICS
    survey = _optional(data, "survey", shown)
    if survey is not None and share:
        raise UsageProblem(f"{_upper(shown)} names a survey, but {metric} has none.", "Surveys go with scores.")
    above, below = _number(data, "above", shown, share), _number(data, "below", shown, share)
    test = _choice(data, "test", shown, ("falls", "rises"))
    if sum(entry is not None for entry in (above, below, test)) != 1:
        raise UsageProblem(
            f"{_upper(shown)} needs one condition.",
            'Set exactly one of above, below (a threshold) and test = "falls" or "rises" (the daily test).',
        )
    _fitting(data, test is not None, shown)
    return AlertRule(
        name=name,
        metric=metric,
        owner=_text(data, "owner", shown, longest=120),
        plan=_plan(data, shown),
        where=_where(data, shown),
        survey=survey,
        theme=theme,
        screen=screen,
        above=above,
        below=below,
        periods=_periods(data, shown),
        every="day" if _choice(data, "every", shown, ("day", "week")) == "day" else "week",
        test="falls" if test == "falls" else "rises" if test else None,
        least=_number(data, "least", shown, share) or 0.0,
    )


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _text(data: Mapping[str, Any], field: str, shown: str, longest: int = 200) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value.strip():
        raise UsageProblem(f"{_upper(shown)} has no {field}.", f'Write {field} = "...".')
    text = " ".join(value.split())
    if len(text) > longest or not text.isprintable():
        raise UsageProblem(f"The {field} of {shown} cannot be used.", f"Use at most {longest} printable characters.")
    return text


def _optional(data: Mapping[str, Any], field: str, shown: str) -> str | None:
    return None if data.get(field) is None else _text(data, field, shown)


def _choice(data: Mapping[str, Any], field: str, shown: str, choices: tuple[str, ...]) -> str | None:
    value = data.get(field)
    if value is None:
        return None
    if value not in choices:
        raise UsageProblem(f"'{value}' in {shown} cannot be used for {field}.", f"Write {' or '.join(choices)}.")
    return str(value)


def _number(data: Mapping[str, Any], field: str, shown: str, share: bool) -> float | None:
    """Points of a score, or a share as 0.1 or "10 %"."""
    value = data.get(field)
    if value is None:
        return None
    hundredth = 1.0
    if isinstance(value, str):
        text = value.strip()
        hundredth = 0.01 if text.endswith("%") and share else 1.0
        value = text.removesuffix("%").strip() if share else text
    try:
        number = float(value) * hundredth
        if isinstance(value, bool) or not abs(number) <= 100:
            raise ValueError
    except (TypeError, ValueError) as error:
        raise UsageProblem(
            f"'{data[field]}' in {shown} cannot be used for {field}.",
            'Write a share like 0.1 or "10 %".' if share else "Write points between -100 and 100.",
        ) from error
    if share and not 0 <= number <= 1:
        raise UsageProblem(f"{field} = {data[field]} in {shown} is no share.", 'Write it like 0.1 or "10 %".')
    if field == "least" and number < 0:
        raise UsageProblem(f"The least shift of {shown} is negative.", "Write its size, without a sign.")
    return number


def _fitting(data: Mapping[str, Any], tested: bool, shown: str) -> None:
    """Entries that the condition has no use for are a mistake of the writer's."""
    idle = [field for field in (("for", "every") if tested else ("least",)) if data.get(field) is not None]
    if idle:
        with_what = "a threshold (above or below)" if tested else "the daily test"
        raise UsageProblem(f"'{idle[0]}' in {shown} has no use there.", f"It goes with {with_what}.")


def _periods(data: Mapping[str, Any], shown: str) -> int:
    value = data.get("for", 1)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_PERIODS:
        raise UsageProblem(
            f"for = {value} in {shown} is no number of periods.", f"Write a whole number from 1 to {_MOST_PERIODS}."
        )
    return value


def _where(data: Mapping[str, Any], shown: str) -> Where:
    value = data.get("where") or {}
    if isinstance(value, str):
        return parse_where([value])
    if not isinstance(value, dict) or not all(isinstance(level, str) and level.strip() for level in value.values()):
        raise UsageProblem(f"The filter of {shown} cannot be read.", 'Write where = { platform = "android" }.')
    return tuple(sorted((str(name).strip().lower(), level.strip()) for name, level in value.items()))


def _plan(data: Mapping[str, Any], shown: str) -> str:
    value = data.get("plan")
    lines = [" ".join(line.split()) for line in value.splitlines() if line.strip()] if isinstance(value, str) else []
    if not lines:
        raise UsageProblem(f"{_upper(shown)} has no plan.", "Say in one or two lines who does what when it fires.")
    plan = "\n".join(lines)
    if len(lines) > 2 or len(plan) > _LONGEST_PLAN or not plan.replace("\n", "").isprintable():
        raise UsageProblem(
            f"The plan of {shown} is too long.", f"Two lines and {_LONGEST_PLAN} characters are what gets read."
        )
    return plan
