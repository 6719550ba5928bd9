"""Binding: a right number in the wrong place is wrong.

Each numeral must stand for a number whose group, window and meaning are those of the words beside it. A candidate is
weighed by small tests, each of which may object (see grounding.objections); a numeral stands where at least one
candidate meets no objection.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyst.answers.grounding.case import Case, Fault
from analyst.answers.grounding.standing import standing


def binding(case: Case) -> Iterator[Fault]:
    """A fault for every numeral that has candidates of which none may stand there."""
    for objection in standing(case)[1]:
        yield Fault("binding", objection)
