"""Who answered against who could have: the change weighted back to the active base, beside the change as answered.

Raking repairs what segments explain: if paying users answer twice as readily as others, the raw score is theirs. It
cannot repair a readiness to answer that depends on the score itself; nothing in the answers can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.metrics import change_estimate, rake, sample, share_difference, wilson
from analyst.runs.counting import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Query
    from analyst.findings.counts import ActiveBase
    from analyst.runs.frame import DesignFrame

KNOWN = 0.5  # share of answers and of base users that must carry a dimension for it to be a margin
ENOUGH = 20  # answers of a window that a level needs to be a margin of its own
LEAST = 30  # base users and answers a window needs


@dataclass(frozen=True)
class ResponseCheck:
    """The change `raw` and `weighted` to the `base` (points, 95 % intervals), over the `dimensions` raked.

    `users` are the people of the base (now, before), `rate`, `rate_before` the share of them who answered, and
    `rate_change` their difference where the windows are equally long (a longer one gives more time to answer).
    `warning` is a sentence where the two changes disagree in sign or verdict; None where they do not.
    """

    base: str
    users: tuple[int, int]
    rate: Estimate
    rate_before: Estimate
    rate_change: Estimate | None
    dimensions: tuple[str, ...]
    raw: Estimate
    weighted: Estimate
    n_eff: tuple[float, float]
    warning: str | None


def response_check(frame: DesignFrame, query: Query, base: ActiveBase | None) -> ResponseCheck | None:
    """Rake each window's answers to the base of that window; None where the base or the answers are too few, or no
    dimension is known to both."""
    if base is None or min(base.asked) < LEAST or min(frame.post.sum(), (~frame.post).sum()) < LEAST:
        return None
    margins = [d for d in frame.dimensions if d in base.dimensions and _usable(frame, base, d)]
    if not margins:
        return None
    weight = frame.weight.copy()
    for post in (True, False):
        rows = frame.post == post
        pairs = [_margin(frame, base, d, rows, post) for d in margins]
        weight[rows] = rake([c for c, _ in pairs], [t for _, t in pairs], frame.weight[rows])
    raw, weighted = _change(frame, query), _change(replace(frame, weight=weight), query)
    if raw is None or weighted is None:
        return None
    rates = [_rate(base, i) for i in (0, 1)]
    low, high = share_difference(rates[0].value, rates[0].n, rates[1].value, rates[1].n)
    rate_change = Estimate(rates[0].value - rates[1].value, low, high, sum(base.asked), "share")
    n_eff = [_effective(weight[rows]) for rows in (frame.post, ~frame.post)]
    return ResponseCheck(
        base=base.name,
        users=base.asked,
        rate=rates[0],
        rate_before=rates[1],
        rate_change=rate_change if query.window.days == query.baseline.days else None,
        dimensions=tuple(margins),
        raw=raw,
        weighted=weighted,
        n_eff=(n_eff[0], n_eff[1]),
        warning=_warning(raw, weighted, base.name),
    )


def _usable(frame: DesignFrame, base: ActiveBase, dimension: str) -> bool:
    """Both know it: in each window at least half of the answers and of the base carry a value."""
    at, bt = frame.dimensions.index(dimension), base.dimensions.index(dimension)
    known = np.array([level != MISSING for level in frame.levels[at]])[frame.codes[:, at]]
    in_base = np.array([level != MISSING for level in base.levels[bt]])[base.codes[:, bt]]
    several = len(set(base.levels[bt]) - {MISSING}) > 1
    return several and all(
        known[frame.post == post].mean() >= KNOWN
        and base.users[in_base & (base.post == post)].sum() >= KNOWN * base.users[base.post == post].sum()
        for post in (True, False)
    )


def _margin(
    frame: DesignFrame, base: ActiveBase, dimension: str, rows: NDArray[np.bool_], post: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Levels of the answers in `rows` and the share of the base in each. Rare levels are one; a level that the base
    does not know keeps the share that it has among the answers."""
    at, bt = frame.dimensions.index(dimension), base.dimensions.index(dimension)
    levels = frame.levels[at]
    codes = frame.codes[rows, at].astype(np.int64)
    weight = frame.weight[rows] / frame.weight[rows].sum()
    now = base.post == post
    in_base = dict.fromkeys(levels, 0.0)
    for code, name in enumerate(base.levels[bt]):
        if name in in_base and name != MISSING:
            in_base[name] += float(base.users[now & (base.codes[:, bt] == code)].sum())
    size = np.array([in_base[level] for level in levels])
    count = np.bincount(codes, minlength=len(levels))
    mine = np.bincount(codes, weight, minlength=len(levels))
    unknown = (size == 0) & (count > 0)
    rare = ~unknown & (count < ENOUGH)
    place = np.arange(len(levels))
    place[rare] = len(levels)
    target = np.append(np.where(rare | unknown, 0.0, size), size[rare].sum())
    if not count[rare].any():
        target[-1] = 0.0
    kept = float(mine[unknown].sum())
    total = float(target.sum())
    target = target / total * (1 - kept) if total > 0 else target
    target[:-1][unknown] = mine[unknown]
    return place[codes], target / target.sum()


def _change(frame: DesignFrame, query: Query) -> Estimate | None:
    parts = [
        sample(query.metric, frame.y[rows], frame.weight[rows], frame.person[rows])
        for rows in (frame.post, ~frame.post)
    ]
    return change_estimate(parts[0], parts[1])


def _rate(base: ActiveBase, i: int) -> Estimate:
    share = base.answered[i] / base.asked[i]
    low, high = wilson(share, base.asked[i])
    return Estimate(share, low, high, base.asked[i], "share")


def _effective(weight: NDArray[np.float64]) -> float:
    return float(weight.sum()) ** 2 / float(np.square(weight).sum())


def _warning(raw: Estimate, weighted: Estimate, base: str) -> str | None:
    """Signs count only where a change is beyond chance or sizeable on both sides: two small ones may differ freely."""
    if raw.excludes_zero() != weighted.excludes_zero():
        as_weighted = f"weighted to the {base}"
        beyond, within = ("as answered", as_weighted) if raw.excludes_zero() else (as_weighted, "as answered")
        return f"The change is beyond chance {beyond} but not {within}: who answered decides the verdict."
    if raw.value * weighted.value < 0 and (raw.excludes_zero() or min(abs(raw.value), abs(weighted.value)) >= 1):
        return f"As answered and weighted to the {base}, the change has opposite signs: who answered decides it."
    return None
