"""Whether a question was read as it should be: kind, intent, metric, windows, groups, theme, screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from analyst.answers.asking.plan import AskBack, Declined, Plan, Reading
from eval.sets.counted import days_of
from eval.sets.questions import Question, listed

if TYPE_CHECKING:
    from analyst.core.query import Query
    from analyst.core.windows import Window
    from eval.sets.truth import Truth


def plan_wrong(question: Question, reading: Reading, truth: Truth) -> list[str]:
    """What is wrong with the reading, in words; empty where it is right."""
    kind = "declined" if isinstance(reading, Declined) else "ask_back" if isinstance(reading, AskBack) else "answer"
    if kind not in question.kinds:
        return [f"kind: {kind}, not {' or '.join(question.kinds)}"]
    if isinstance(reading, Declined):
        right = not question.declined or reading.kind in question.declined
        return [] if right else [f"declined as {reading.kind}, not {' or '.join(question.declined)}"]
    if isinstance(reading, AskBack):
        return [] if len(reading.readings) >= 2 else ["asks back with fewer than two readings"]
    wrong = []
    if question.intents and reading.intent not in question.intents:
        wrong.append(f"intent: {reading.intent}, not {' or '.join(question.intents)}")
    for name, wanted in question.expect.items():
        if name != "topic" and not _CHECKS[name](reading, wanted, question.expect, truth):
            wrong.append(f"{name}: {_found(reading, name)}, not {wanted}")
    return wrong


def _metric(plan: Plan, wanted: Any, _: Mapping[str, Any], __: Truth) -> bool:
    return plan.query.metric in listed(wanted)


def _window(plan: Plan, wanted: Any, expect: Mapping[str, Any], _: Truth) -> bool:
    """The window's days; of two windows set side by side either may stand first."""
    sides = [plan.query, *([plan.other] if plan.other else [])]
    if "baseline" in expect:
        return any(_covers(side.window, listed(wanted)) for side in sides)
    return all(_covers(side.window, listed(wanted)) for side in sides if _same_window(plan) or side is plan.query)


def _baseline(plan: Plan, wanted: Any, expect: Mapping[str, Any], _: Truth) -> bool:
    """The baseline's days, or the other side's; together with the window each must be met by another side."""
    if _covers(plan.query.baseline, listed(wanted)) and _covers(plan.query.window, listed(expect["window"])):
        return True
    return plan.other is not None and any(
        _covers(one.window, listed(wanted)) and _covers(two.window, listed(expect["window"]))
        for one, two in ((plan.query, plan.other), (plan.other, plan.query))
    )


def _where(plan: Plan, wanted: Any, _: Mapping[str, Any], __: Truth) -> bool:
    """The filter. A group that is set beside everybody (or beside the rest) is the filter too."""
    return _group(plan.query) == wanted or (plan.other is not None and _group(plan.other) == wanted)


def _sides(plan: Plan, wanted: Any, _: Mapping[str, Any], __: Truth) -> bool:
    """Two groups side by side, in either order; what both share does not count as a difference."""
    if plan.other is None:
        return False
    found = [_group(plan.query), _group(plan.other)]
    shared = {k: v for k, v in found[0].items() if found[1].get(k) == v}
    differ = [{k: v for k, v in side.items() if k not in shared} for side in found]
    asked = [side["where"] for side in wanted]
    return differ in (asked, asked[::-1])


def _theme(plan: Plan, wanted: Any, expect: Mapping[str, Any], truth: Truth) -> bool:
    if any(truth.means(theme, true) for theme in plan.themes[:2] for true in listed(wanted)):
        return True
    words = plan.topic.casefold().split()
    return any(word.startswith(begin) for word in words for begin in listed(expect.get("topic")))


def _signal(plan: Plan, wanted: Any, _: Mapping[str, Any], __: Truth) -> bool:
    return plan.signal is not None and str(wanted) in plan.signal


def _same(name: str) -> Callable[[Plan, Any, Mapping[str, Any], Truth], bool]:
    return lambda plan, wanted, _, __: getattr(plan, name) in listed(wanted)


_CHECKS: dict[str, Callable[[Plan, Any, Mapping[str, Any], Truth], bool]] = {
    "metric": _metric,
    "window": _window,
    "baseline": _baseline,
    "where": _where,
    "sides": _sides,
    "theme": _theme,
    "signal": _signal,
    **{name: _same(name) for name in ("band", "moving", "screen", "limit")},
}


def _group(query: Query) -> dict[str, str]:
    return dict(query.where)


def _same_window(plan: Plan) -> bool:
    return plan.other is not None and plan.other.window == plan.query.window


def _covers(window: Window, wanted: Iterable[str]) -> bool:
    """Whether the window has the days of one of `wanted`. It is half-open and held in UTC, as the company's clock."""
    found = (window.start.date(), _last_day(window.end))
    return any(days_of(text) == found for text in wanted)


def _last_day(end: datetime) -> Any:
    return (_in_utc(end) - timedelta(microseconds=1)).date()


def _in_utc(moment: datetime) -> datetime:
    """The moment in UTC, also where it says no zone."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _found(plan: Plan, name: str) -> Any:
    if name in ("window", "baseline"):
        other = f" and {plan.other.window.label}" if plan.other else ""
        return getattr(plan.query, name).label + other
    if name in ("where", "sides"):
        return [_group(plan.query), *([_group(plan.other)] if plan.other else [])]
    if name == "metric":
        return plan.query.metric
    if name == "theme":
        return [*plan.themes[:2], plan.topic]
    return getattr(plan, name)
