"""From a question to a checked answer: plan, tell, check; and who may reword it or answer what cannot be planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from analyst.answers.answer import Answer

if TYPE_CHECKING:
    from analyst.answers.telling import Desk

Step = Callable[[str], None]  # told what is being done: planning, looking up, writing, checking


class Rewriter(Protocol):
    """Words a finished answer anew. It gets the extractive answer with its facts and evidence, all checked, and gives
    back one that stood the same check, or the same one with a `note` why; it never raises for what a model does."""

    def reword(self, answer: Answer) -> Answer: ...


class Agent(Protocol):
    """Answers a question that the planner did not understand, with what it looks up at `desk`: `tell(plan, desk)`
    gives claims and puts their facts and evidence on the desk, whose `pack()` the answer is checked against. Gives
    None where it finds no answer; never raises for what a model does."""

    def answer(self, question: str, desk: Desk) -> Answer | None: ...
