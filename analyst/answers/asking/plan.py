"""What a question means, as plain data: the contract between those who read questions and those who answer them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analyst.core.query import Query

Intent = Literal[
    "why",  # why did the score move, was it more than chance
    "level",  # what is the score, how did it go over time
    "for_whom",  # which groups moved, who is unhappy
    "themes",  # which themes there are, rose, fell, are new, went quiet
    "theme",  # one theme: how many, who, which screen, what they say
    "say",  # what a group of people say: detractors on a plan
    "quotes",  # customers' own words about something
    "screens",  # which screens hurt, or how one screen does
    "fixes",  # what to fix first, for everybody or for a group
    "compare",  # two groups, versions or windows side by side
    "sure",  # how sure are we: sizes, intervals, coverage, caveats
    "fix_worked",  # did a shipped fix do what it promised
    "benchmark",  # what is a good score
    "data",  # what there is: how many answers, sessions, from when to when
]
Band = Literal["detractor", "passive", "promoter"]
Moving = Literal["rising", "falling", "new", "quiet"]


@dataclass(frozen=True)
class Plan:
    """What will be looked up. `query` holds metric, windows and filter; `other` the second side of a comparison.

    `themes` are theme ids, the nearest first; `topic` what is searched for in the words themselves; `band` keeps one
    band of the score; `limit` is how many items were asked for (None leaves it to the writer). `understood` says in
    one sentence what the question was taken to mean, `assumed` what was filled in where it did not say.
    """

    question: str
    intent: Intent
    query: Query
    understood: str
    other: Query | None = None
    themes: tuple[str, ...] = ()
    screen: str | None = None
    signal: str | None = None
    fix_id: str | None = None
    topic: str = ""
    band: Band | None = None
    moving: Moving | None = None
    limit: int | None = None
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AskBack:
    """Two readings would be answered differently: `why` says so, each of `readings` is a question that is clear."""

    question: str
    why: str
    readings: tuple[str, ...]


Declining = Literal[
    "not_understood",  # no reading was found
    "no_data",  # the data of this workspace does not hold it
    "too_little",  # it does, but too little of it
    "outside",  # no survey or session could tell: forecasts, causes, single persons, other companies
]


@dataclass(frozen=True)
class Declined:
    """Why there is no answer, in a sentence for people, and `instead`: questions that can be answered."""

    question: str
    kind: Declining
    reason: str
    instead: tuple[str, ...] = ()


Reading = Plan | AskBack | Declined
