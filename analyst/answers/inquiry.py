"""Everything that asking needs, opened once: the run, its findings, the search, and the model where one is wanted.

Nothing heavy is loaded before a question needs it: the encoder only for meaning, a model's library only with one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from analyst.answers.ask import Agent, Rewriter, Step, ask
from analyst.answers.search import open_search
from analyst.runs.view import open_view

if TYPE_CHECKING:
    from analyst.answers.answer import Answer
    from analyst.answers.asking.meanings import Meanings
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling import Searcher
    from analyst.answers.warm import Lease
    from analyst.core.clock import Clock
    from analyst.core.query import Query
    from analyst.core.settings import Settings
    from analyst.runs.view import View

_KEPT = 16  # findings of a conversation


@dataclass(frozen=True)
class Inquiry:
    """A run that questions can be put to. The parts are what `ask` takes."""

    view: View
    gather: Callable[[Query], Gatherer] | None = None
    search: Searcher | None = None
    meanings: Meanings | None = None
    writer: Rewriter | None = None
    agent: Agent | None = None

    def ask(self, question: str, step: Step | None = None) -> Answer:
        """The checked answer; `step` is told what is being done."""
        return ask(
            question,
            self.view,
            gather=self.gather,
            search=self.search,
            meanings=self.meanings,
            writer=self.writer,
            agent=self.agent,
            step=step,
        )


def open_inquiry(settings: Settings, clock: Clock, run_id: str | None = None, *, with_llm: bool = False) -> Inquiry:
    """The published run (or `run_id`) with all that questions need.

    Raises NoRun when nothing was analysed, and the sentence that says what to set where a model is wanted
    (`with_llm`) and no endpoint is.
    """
    view = open_view(settings, clock, run_id)
    writer, agent = _model(settings, view) if with_llm else (None, None)
    search, meanings = open_search(view)
    return Inquiry(view, gather=_keeping(view), search=search, meanings=meanings, writer=writer, agent=agent)


def warm_inquiry(lease: Lease) -> Inquiry:
    """The run that `lease` holds, with what earlier questions left there, for as long as the lease lasts."""
    return Inquiry(lease.view, gather=lease.gather, search=lease.search, meanings=lease.meanings)


def _keeping(view: View) -> Callable[[Query], Gatherer]:
    """The findings of each query, kept for the questions that follow in the same conversation."""
    from analyst.answers.gather import Gatherer

    @lru_cache(maxsize=_KEPT)
    def gather(query: Query) -> Gatherer:
        return Gatherer(view, query)

    return gather


def _model(settings: Settings, view: View) -> tuple[Rewriter, Agent]:
    from analyst.answers.telling.desk import known_names
    from analyst.answers.writing import LlmAgent, LlmWriter
    from analyst.llm import LlmClient, require_llm

    require_llm(settings)
    client = LlmClient(settings.llm, settings.workspace)
    return LlmWriter(client, known_names(view)), LlmAgent(client)
