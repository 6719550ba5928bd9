"""Which themes moved in a window, with chance over all the themes that were looked at allowed for.

Forty themes with a 95 % interval each would show two that rise or fall in a week in which nothing happened. The digest
tells its readers to look somewhere, so it names only those that hold after Benjamini and Hochberg's control of false
discoveries at 5 % (1995).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from analyst.core.values import Estimate
from analyst.findings.types import ThemeFinding

FALSE_DISCOVERIES = 0.05
FEW = 5  # mentions below which a theme that was never heard before is no news
COMMENTS = 30  # comments in the baseline before anything can be called new or quiet
QUIET = 0.25  # of the share before: a theme that keeps less than this has gone quiet
_Z95 = 1.959964


@dataclass(frozen=True)
class Moves:
    """Themes by how they moved, the largest move first; no theme is in two lists. `looked_at` counts all of them."""

    rising: list[ThemeFinding] = field(default_factory=list)
    falling: list[ThemeFinding] = field(default_factory=list)
    new: list[ThemeFinding] = field(default_factory=list)
    quiet: list[ThemeFinding] = field(default_factory=list)
    looked_at: int = 0

    @property
    def any(self) -> list[ThemeFinding]:
        """All that moved: new, rising, falling, quiet."""
        return [*self.new, *self.rising, *self.falling, *self.quiet]


def theme_moves(themes: Sequence[ThemeFinding], born: Mapping[str, datetime | None], start: datetime) -> Moves:
    """What rose, fell, is new or went quiet among `themes`.

    `born` says when a theme was first mentioned in any run, `start` when the window begins: a theme born since is new
    with at least FEW mentions, any other where it had none before and holds after the control.
    """
    told = [theme for theme in themes if theme.share_before.n or theme.mentions]
    holds = holding([theme.trend for theme in told])
    sure = {theme.theme_id for theme, held in zip(told, holds, strict=True) if held}
    moves: dict[str, list[ThemeFinding]] = {"rising": [], "falling": [], "new": [], "quiet": []}
    for theme in told:
        kind = _kind(theme, theme.theme_id in sure, _born_since(born.get(theme.theme_id), start))
        if kind:
            moves[kind].append(theme)
    for found in moves.values():
        found.sort(key=lambda theme: (-abs(theme.trend.value), theme.theme_id))
    return Moves(**moves, looked_at=len(told))


def _kind(theme: ThemeFinding, sure: bool, born: bool) -> str:
    comparable = theme.share_before.n >= COMMENTS
    if comparable and theme.share_before.value == 0:
        return "new" if (born and theme.mentions >= FEW) or (theme.is_new and sure) else ""
    if not sure:
        return ""
    if theme.trend.value > 0:
        return "rising"
    return "quiet" if theme.share.value < QUIET * theme.share_before.value else "falling"


def _born_since(born: datetime | None, start: datetime) -> bool:
    return born is not None and born >= start


def holding(changes: Sequence[Estimate]) -> list[bool]:
    """Of each change whether it stands after the control over all of them, by the p value that its interval implies."""
    p_values = [_p_value(change) for change in changes]
    limit = 0.0
    for place, p_value in enumerate(sorted(p_values), start=1):
        if p_value <= FALSE_DISCOVERIES * place / len(changes):
            limit = p_value
    return [p_value <= limit for p_value in p_values]


def _p_value(change: Estimate) -> float:
    """Two-sided, from the side of the interval that faces zero, taken as 1.96 standard errors long."""
    end = change.low if change.value > 0 else change.high
    if end is None or end == change.value:
        return 1.0
    return math.erfc(_Z95 * abs(change.value) / abs(change.value - end) / math.sqrt(2))
