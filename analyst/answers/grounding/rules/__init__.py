"""The rules, in the order in which their faults are told. Each takes a case and yields its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyst.answers.grounding.case import Case, Fault
from analyst.answers.grounding.rules.binding import binding
from analyst.answers.grounding.rules.causes import causes, certainty
from analyst.answers.grounding.rules.citing import citing
from analyst.answers.grounding.rules.directions import directions
from analyst.answers.grounding.rules.form import form
from analyst.answers.grounding.rules.naming import naming
from analyst.answers.grounding.rules.numbers import numbers
from analyst.answers.grounding.rules.quotes import quotes
from analyst.answers.grounding.rules.strong import absence, strong

Rule = Callable[[Case], Iterator[Fault]]
RULES: tuple[Rule, ...] = (
    citing, form, quotes, numbers, binding, directions, strong, absence, causes, certainty, naming,
)  # fmt: skip
