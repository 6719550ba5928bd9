"""Who said what: the opinions of a group and a band of the score, and how often each theme is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analyst.core.tables import SYSTEM_THEMES
from analyst.core.values import Estimate
from analyst.metrics import detractors, false_discoveries, share_difference, two_sided_p
from analyst.metrics.intervals import Z95, wilson

if TYPE_CHECKING:
    from analyst.answers.asking.plan import Band
    from analyst.answers.gather import Gatherer
    from analyst.answers.telling.desk import Desk
    from analyst.core.query import Metric, Query
    from analyst.runs.lookups import OpinionRow

BAND_WORDS = {
    "nps": {"detractor": "detractors", "passive": "passives", "promoter": "promoters"},
    "csat": {"detractor": "dissatisfied customers", "passive": "neutral customers", "promoter": "satisfied customers"},
    "ces": {"detractor": "customers who found it hard", "passive": "neutral customers",
            "promoter": "customers who found it easy"},
}  # fmt: skip


@dataclass(frozen=True)
class Voice:
    """How often a theme is in a group's comments (`mentions` of `share.n`), and how that differs from the others'
    (None where there are no others); `significant` after false-discovery control over all themes."""

    theme_id: str
    label: str
    mentions: int
    share: Estimate
    others: float | None
    difference: Estimate | None
    significant: bool


def in_band(rows: Sequence[OpinionRow], metric: Metric, band: Band | None) -> list[OpinionRow]:
    """The opinions whose answer lies in `band`; all where none is asked for."""
    if band is None:
        return list(rows)
    y = np.array([np.nan if row.y is None else row.y for row in rows], dtype=np.float64)
    score = np.array([np.nan if row.score is None else row.score for row in rows], dtype=np.float64)
    wanted = band_mask(metric, y, score, band)
    return [row for row, inside in zip(rows, wanted, strict=True) if inside]


def band_mask(
    metric: Metric, y: np.ndarray[Any, np.dtype[np.float64]], score: np.ndarray[Any, np.dtype[np.float64]], band: Band
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which answers (points `y`, raw `score`; NaN where there is none) lie in `band`."""
    low = detractors(metric, np.nan_to_num(y, nan=0.0), score) & ~np.isnan(y)
    top = y >= 100
    inside: dict[Band, np.ndarray[Any, np.dtype[np.bool_]]] = {
        "detractor": low, "promoter": top, "passive": ~low & ~top & ~np.isnan(y)
    }  # fmt: skip
    return inside[band]


def voices(mine: Sequence[OpinionRow], others: Sequence[OpinionRow], labels: dict[str, str]) -> list[Voice]:
    """Each theme's share of the comments of `mine` against those of `others`, the commonest first."""
    n, n_others = len(_answers(mine)), len(_answers(others))
    spoken, elsewhere = _by_theme(mine), _by_theme(others)
    drafts = []
    for theme_id, answers in spoken.items():
        if theme_id in SYSTEM_THEMES or theme_id not in labels:
            continue
        share = len(answers) / n
        low, high = wilson(share, n)
        other = len(elsewhere.get(theme_id, ())) / n_others if n_others else None
        difference = None
        if other is not None:
            ends = share_difference(share, n, other, n_others)
            difference = Estimate(share - other, ends[0], ends[1], n + n_others, "share")
        drafts.append(
            Voice(
                theme_id,
                labels[theme_id],
                len(answers),
                Estimate(share, low, high, n, "share"),
                other,
                difference,
                False,
            )
        )
    held = false_discoveries(np.array([_p(draft.difference) for draft in drafts]))
    told = [replace(draft, significant=bool(sure)) for draft, sure in zip(drafts, held, strict=True)]
    return sorted(told, key=lambda voice: (-voice.mentions, voice.label))


def of_group(found: Gatherer, desk: Desk, query: Query, band: Band | None) -> tuple[list[OpinionRow], list[OpinionRow]]:
    """The opinions of the query's people in the band, and those of everybody else in the window."""
    mine = in_band(found.quotes.opinions, query.metric, band)
    if not query.where and band is None:
        return mine, []
    whole = desk.gather(replace(query, where=())) if query.where else found
    ids = {row.opinion_id for row in mine}
    return mine, [row for row in whole.quotes.opinions if row.opinion_id not in ids]


def _answers(rows: Sequence[OpinionRow]) -> set[str]:
    return {row.response_id for row in rows}


def _by_theme(rows: Sequence[OpinionRow]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.theme_id is not None:
            found.setdefault(row.theme_id, set()).add(row.response_id)
    return found


def _p(difference: Estimate | None) -> float:
    if difference is None or difference.low is None or difference.high is None:
        return 1.0
    error = (difference.high - difference.low) / (2 * Z95)
    return two_sided_p(difference.value / error) if error > 0 else 1.0
