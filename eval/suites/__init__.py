"""What can be measured, one file a suite."""

from __future__ import annotations

from collections.abc import Sequence

from analyst.core.errors import UsageProblem
from eval.results import Suite
from eval.suites.companies import Companies
from eval.suites.labelled import Labelled
from eval.suites.questions import Questions
from eval.suites.sentences import Sentences

ALL = "all"


def suites() -> list[Suite]:
    """Every suite, in the order in which they are shown."""
    return [Companies(), Labelled(), Questions(), Sentences()]


def chosen(names: Sequence[str]) -> list[Suite]:
    """The suites of these names; `all` stands for every one. Raises UsageProblem for an unknown name."""
    known = {suite.name: suite for suite in suites()}
    for name in names:
        if name != ALL and name not in known:
            raise UsageProblem(f"No suite is called '{name}'.", f"Choose {ALL} or one of {', '.join(known)}.")
    return list(known.values()) if not names or ALL in names else [s for n, s in known.items() if n in names]
