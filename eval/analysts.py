"""The analyst that is measured, behind one face: so that a broken one can be measured just the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from analyst.core.clock import fixed_clock
from analyst.core.settings import load_settings

if TYPE_CHECKING:
    from analyst.answers.answer import Answer
    from analyst.answers.asking.plan import Reading
    from analyst.answers.gather import Gatherer
    from analyst.findings.types import Movement
    from analyst.fixes.types import Fix
    from analyst.runs.view import View

Ask = Callable[[str], "Answer"]


class Analyst:
    """What Undertone says, as a customer would get it. `writer` words the answers; where it is a model, the endpoint is
    the one that the settings of `workspace` name."""

    def __init__(self, writer: Literal["extractive", "llm"] = "extractive", workspace: Path | None = None) -> None:
        self.writer, self.workspace = writer, workspace

    def movement(self, found: Gatherer) -> Movement:
        """Why the score moved."""
        return found.movement

    def fixes(self, found: Gatherer) -> list[Fix]:
        """What to fix, first things first."""
        return found.fixes

    def asking(self, view: View) -> tuple[Ask, Callable[[str], Reading]]:
        """Who answers a question on the run in `view`, and who only reads it.

        Raises the sentence that says what to set where a model is wanted and no endpoint is.
        """
        from analyst.answers.asking.planner import plan_question
        from analyst.answers.inquiry import open_inquiry

        settings = view.settings
        if self.writer == "llm":
            settings = settings.model_copy(update={"llm": load_settings(workspace=self.workspace).llm})
        inquiry = open_inquiry(settings, fixed_clock(view.until), with_llm=self.writer == "llm")
        return inquiry.ask, lambda question: plan_question(question, inquiry.view, inquiry.meanings)
