"""Whether a date in a sentence stands in what it cites."""

from __future__ import annotations

from analyst.answers.grounding.case import Case
from analyst.answers.grounding.dates import When, is_window, times_in
from analyst.answers.grounding.facts_view import Candidate
from analyst.answers.grounding.folding import tidy


def dated(when: When, text: str, case: Case, candidate: Candidate | None = None) -> bool:
    """Whether a date stands in what is cited: a fact's words, its windows, or the day of a response."""
    facts = case.facts if candidate is None else [candidate.fact]
    for fact in facts:
        windows = {fact.window} | {n.window for n in fact.numbers if n.window}
        if any(is_window(when, text, window) for window in windows):
            return True
        said = tidy(" ".join((fact.text, *fact.names)))
        for other in times_in(said):
            if _same(when, other):
                return True
    return any(one.at and any(_same(when, other) for other in times_in(one.at)) for one in case.cited)


def _same(a: When, b: When) -> bool:
    """Whether two spoken times are the same days, or `a` the month or year that `b` lies in."""
    if a.dated and b.dated:
        same = (a.first, a.last) == (b.first, b.last)
        return same or ((a.last - a.first).days >= 27 and a.first <= b.first and b.last <= a.last)
    if (a.first.month, a.first.day, a.last.month, a.last.day) == (b.first.month, b.first.day, b.last.month, b.last.day):
        return True
    return (a.last - a.first).days >= 27 and a.first.month == b.first.month == b.last.month
