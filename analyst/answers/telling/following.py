"""Questions that follow from an answer, in words that the planner reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers import wording as w

if TYPE_CHECKING:
    from analyst.answers.answer import Answer
    from analyst.answers.asking.plan import Intent, Plan
    from analyst.answers.telling.desk import Desk

_AFTER: dict[Intent, tuple[Intent, ...]] = {
    "why": ("fixes", "quotes", "say", "sure"),
    "level": ("why", "for_whom", "benchmark"),
    "for_whom": ("why", "say", "fixes"),
    "themes": ("theme", "say", "why"),
    "theme": ("quotes", "screens", "fixes"),
    "say": ("fixes", "themes", "why"),
    "quotes": ("theme", "say", "fixes"),
    "screens": ("fixes", "why", "themes"),
    "fixes": ("screens", "why", "fix_worked"),
    "compare": ("say", "fixes", "why"),
    "sure": ("why", "for_whom", "data"),
    "fix_worked": ("fixes", "why", "screens"),
    "benchmark": ("why", "level", "fixes"),
    "data": ("why", "themes", "sure"),
}


def candidates(plan: Plan, answer: Answer, desk: Desk) -> list[str]:
    """Questions for what usually comes next, about the same people and window; the first ones fit best."""
    metric, window = w.METRIC_NAMES[plan.query.metric], plan.query.window.label
    when = f"from {window.replace('..', ' to ')}" if plan.query.window.kind == "span" else f"in {window}"
    people = "".join(f" {value}" for _, value in plan.query.where)
    of = f" for{people} users" if people else ""
    label = _theme(plan, answer, desk)
    told: dict[Intent, str] = {
        "why": f"Why did {metric} move {when}{of}?",
        "level": f"What is {metric} {when}{of}?",
        "for_whom": f"For whom did {metric} move {when}?",
        "themes": f"Which themes rose {when}{of}?",
        "theme": f"How is “{label}” doing {when}{of}?" if label else "",
        "say": f"What do detractors say {when}{of}?",
        "quotes": f"Show me 5 quotes about “{label}” {when}{of}" if label else "",
        "screens": f"Which screens hurt most {when}{of}?",
        "fixes": f"What should we fix first{of} {when}?",
        "sure": f"How sure are we that {metric} moved {when}{of}?",
        "fix_worked": "Did the fixes work?",
        "benchmark": f"What is a good {metric}?",
        "data": f"How many answers did we get {when}{of}?",
    }
    return [told[intent] for intent in _AFTER[plan.intent] if told.get(intent)]


def _theme(plan: Plan, answer: Answer, desk: Desk) -> str:
    """The theme that the answer is about, or the first that it names."""
    if plan.themes and plan.themes[0] in desk.labels:
        return desk.labels[plan.themes[0]]
    known = set(desk.labels.values())
    cited = [answer.facts[fact] for claim in answer.claims for fact in claim.facts if fact in answer.facts]
    return next((name for fact in cited for name in fact.names if name in known), "")
