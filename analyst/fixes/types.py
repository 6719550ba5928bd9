"""A fix: what to change, for whom, what it should bring, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from analyst.core.query import Where
from analyst.core.values import Estimate, Quote

Grade = Literal["A", "B", "C"]  # exposure in two windows, exposure in one, mentions only


@dataclass(frozen=True)
class Fix:
    """One recommendation. `lift` is in points of the metric over everybody, after realisation.

    `confidence` is P(lift > 0) times the weight of the grade (A 1, B .8, C .5), 0..1; `reach` the active users
    exposed in a quarter; `effort` in person-weeks, `effort_assumed` while nobody entered one.
    """

    fix_id: str
    title: str
    action: str
    screen: str | None
    signal: str | None
    where: Where
    reach: int | None
    lift: Estimate
    grade: Grade
    confidence: float
    effort: float
    effort_assumed: bool
    priority: float  # lift x confidence / effort: what the list is sorted by
    rank: int
    tied_with: list[str] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    replays: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)  # sentences of evidence, each with its n
    verify: str = ""
    e_value: float | None = None
