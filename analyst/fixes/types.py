"""A fix: what to change, for whom, what it should bring, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from analyst.core.query import Where
from analyst.core.values import Estimate, Quote

Grade = Literal["A", "B", "C"]  # two comparisons of those exposed agree, one holds, mentions only


@dataclass(frozen=True)
class Overlap:
    """Another fix that the same people need. `shared` (0..1) is the part of those whom this fix reaches that the other
    one reaches too; `joint` the lift of doing both, which is not the sum of the two, `apart`."""

    fix_id: str
    shared: float
    joint: Estimate
    apart: float


@dataclass(frozen=True)
class Fix:
    """One recommendation. `lift` is in points of the metric over everybody, after realisation.

    `confidence` is P(lift > 0) times the weight of the grade (A 1, B .8, C .5), 0..1; `reach` the active users
    exposed in a quarter; `effort` in person-weeks, `effort_assumed` while nobody entered one. `rank_low` and
    `rank_high` bound the place that it could have (95 %), given how uncertain the lifts are. `together` is the joint
    lift of this fix and all above it that rest on sessions (None for grade C and beyond the first ten). `since` names
    the release that the trouble began with; `suggestions` are customers' own proposals, `suggested_by` how many made
    one; `owner`, `status` and `due` what people entered.
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
    priority: float  # lift x confidence / effort: sorts the list, before complaints that may be chance and among them
    rank: int
    tied_with: list[str] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    replays: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)  # sentences of evidence, each with its n
    verify: str = ""
    e_value: float | None = None
    signals: list[str] = field(default_factory=list)
    rank_low: int = 0
    rank_high: int = 0
    since: str | None = None
    suggestions: list[Quote] = field(default_factory=list)
    suggested_by: int = 0
    overlaps: list[Overlap] = field(default_factory=list)
    together: Estimate | None = None
    owner: str | None = None
    status: str | None = None
    due: str | None = None
