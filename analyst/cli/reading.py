"""What every reading verb shares: the options that name a run, a window and a filter, and what they open."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from analyst.cli.options import (
    FromOption,
    JsonOption,
    MetricOption,
    MonthOption,
    NowOption,
    RunOption,
    SurveyOption,
    ToOption,
    VersusOption,
    WeekOption,
    WhereOption,
    WorkspaceOption,
    open_session,
)

if TYPE_CHECKING:
    from analyst.answers.gather import Gatherer


@dataclass(frozen=True)
class Asked:
    """The question that the shared options put. Adding a field here gives every reading verb the option."""

    metric: MetricOption = None
    week: WeekOption = None
    month: MonthOption = None
    first: FromOption = None
    last: ToOption = None
    versus: VersusOption = None
    where: WhereOption = None
    survey: SurveyOption = None
    run: RunOption = None
    workspace: WorkspaceOption = None
    now: NowOption = None

    @property
    def is_plain(self) -> bool:
        """Whether nothing was said of metric, window or people, so that another answer may stand in."""
        said = (self.metric, self.week, self.month, self.first, self.last, self.versus, self.where, self.survey)
        return not any(said)

    def open(self, weight: str | None = None) -> Gatherer:
        """The findings of the question, computed as they are asked for; `weight` says whose voice counts how much."""
        from analyst.answers.gather import Gatherer
        from analyst.core.query import parse_where
        from analyst.runs.view import WindowChoice, choose_query, open_view
        from analyst.runs.weighting import parse_weighting

        session = open_session(self.workspace, self.now)
        view = open_view(session.settings, session.clock, self.run)
        choice = WindowChoice(self.week, self.month, self.first, self.last, self.versus)
        query = choose_query(view, self.metric, choice, parse_where(self.where or []), self.survey)
        return Gatherer(view, query, parse_weighting(weight))


def reading_verb(verb: Callable[..., None]) -> Callable[..., None]:
    """`verb(asked, as_json, ...)` as a command that has the shared options beside its own.

    Typer reads a command's options from its signature; this puts one together, so that the verbs need not repeat it.
    """
    own = [p for p in inspect.signature(verb, eval_str=True).parameters.values() if p.name not in ("asked", "as_json")]
    hints = inspect.get_annotations(Asked, eval_str=True)
    shared = [_option(f.name, hints[f.name], None) for f in fields(Asked)] + [_option("as_json", JsonOption, False)]

    def command(**given: Any) -> None:
        asked = Asked(**{f.name: given.pop(f.name) for f in fields(Asked)})
        verb(asked, given.pop("as_json"), **given)

    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__doc__, command.__name__ = verb.__doc__, verb.__name__
    return command


def _option(name: str, hint: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
