"""CX metrics: NPS, CSAT and CES as means of y, each with interval, n and what could have been seen."""

from analyst.metrics.intervals import (
    effective_n,
    false_discoveries,
    normal_cdf,
    odds_ratio,
    risk_ratio,
    share_difference,
    two_sided_p,
    wilson,
)
from analyst.metrics.kinds import KINDS, MetricKind, detractors, kind_of, promoters
from analyst.metrics.power import answers_needed, answers_needed_now, smallest_visible
from analyst.metrics.raking import rake
from analyst.metrics.scores import (
    Sample,
    Shares,
    change_estimate,
    mean_answer,
    sample,
    sample_of_moments,
    score_estimate,
    shares,
)

__all__ = [
    "KINDS",
    "MetricKind",
    "Sample",
    "Shares",
    "answers_needed",
    "answers_needed_now",
    "change_estimate",
    "detractors",
    "effective_n",
    "false_discoveries",
    "kind_of",
    "mean_answer",
    "normal_cdf",
    "odds_ratio",
    "promoters",
    "rake",
    "risk_ratio",
    "sample",
    "sample_of_moments",
    "score_estimate",
    "share_difference",
    "shares",
    "smallest_visible",
    "two_sided_p",
    "wilson",
]
