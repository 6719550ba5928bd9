"""Questions in plain language: what they mean on this run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers.asking.meanings import Meanings
from analyst.answers.asking.plan import AskBack, Declined, Intent, Plan, Reading

if TYPE_CHECKING:
    from analyst.runs.view import View

__all__ = ["AskBack", "Declined", "Intent", "Meanings", "Plan", "Reading", "plan_question"]


def plan_question(question: str, view: View, meanings: Meanings | None = None) -> Reading:
    """What `question` means on the run in `view`: see `analyst.answers.asking.planner`."""
    from analyst.answers.asking.planner import plan_question as plan

    return plan(question, view, meanings)
