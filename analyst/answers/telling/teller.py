"""From a plan to claims: the module of each intent, and one way to call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from analyst.answers.facts import Claim
from analyst.answers.telling import (
    benchmark,
    compare,
    data,
    fix_worked,
    fixes,
    for_whom,
    level,
    quotes,
    say,
    screens,
    sure,
    theme,
    themes,
    why,
)

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Intent, Plan
    from analyst.answers.telling.desk import Desk

TELLERS: Mapping[Intent, Callable[[Plan, Desk], list[Claim]]] = {
    "why": why.tell,
    "level": level.tell,
    "for_whom": for_whom.tell,
    "themes": themes.tell,
    "theme": theme.tell,
    "say": say.tell,
    "quotes": quotes.tell,
    "screens": screens.tell,
    "fixes": fixes.tell,
    "compare": compare.tell,
    "sure": sure.tell,
    "fix_worked": fix_worked.tell,
    "benchmark": benchmark.tell,
    "data": data.tell,
}


def tell(plan: Plan, desk: Desk) -> list[Claim]:
    """The claims that answer `plan`, in order, the verdict first; their facts and evidence are on the desk.

    Raises CannotTell where the run cannot answer it, UsageProblem where its windows contradict each other.
    """
    return TELLERS[plan.intent](plan, desk)
