"""What the data says: movements, themes, friction on screens, and the ties between them.

`why` explains a movement, `theme_findings` the themes, `screen_frictions` the screens, `screen_links` what ties the
two, `exposure_gaps` what meeting friction goes with. All are pure functions of a design frame or of counts.
"""

from analyst.findings.counterfactual import Counterfactual, Gap, covariance
from analyst.findings.counts import (
    ActiveBase,
    LagCounts,
    VisitCounts,
    active_base,
    lag_counts,
    named_screens,
    visit_counts,
    week_counts,
)
from analyst.findings.coverage import JoinCoverage, join_coverage
from analyst.findings.drivers import Driver, Drivers, find_drivers
from analyst.findings.exposure import ExposureGap, Trouble, adjusted_gaps, exposure_gaps, find_troubles
from analyst.findings.funnels import Funnel, FunnelStep, Per, funnel, suggest
from analyst.findings.lag import AFTER, LAGS, Lag, LagEffect, lag_effects
from analyst.findings.links import screen_links, theme_screens, with_kinds
from analyst.findings.movement import why
from analyst.findings.response import ResponseCheck, response_check
from analyst.findings.screens import rage_band, screen_frictions
from analyst.findings.taps import TapCounts, tap_check, tap_counts
from analyst.findings.themes import detractor_segments, theme_findings
from analyst.findings.ties import Tie, summary_ties, word_ties
from analyst.findings.types import (
    Coverage,
    Hidden,
    LedgerTerm,
    Movement,
    QuoteLookup,
    ScreenFriction,
    ScreenLink,
    SegmentFinding,
    SegmentLift,
    ThemeFinding,
    ThemeName,
    ThemeScreen,
)
from analyst.findings.views import ChangeView, ViewTerm, screen_view, theme_view
from analyst.findings.walks import common_paths, parse_steps, walk

__all__ = [
    "AFTER",
    "LAGS",
    "ActiveBase",
    "ChangeView",
    "Counterfactual",
    "Coverage",
    "Driver",
    "Drivers",
    "ExposureGap",
    "Funnel",
    "FunnelStep",
    "Gap",
    "Hidden",
    "JoinCoverage",
    "Lag",
    "LagCounts",
    "LagEffect",
    "LedgerTerm",
    "Movement",
    "Per",
    "QuoteLookup",
    "ResponseCheck",
    "ScreenFriction",
    "ScreenLink",
    "SegmentFinding",
    "SegmentLift",
    "TapCounts",
    "ThemeFinding",
    "ThemeName",
    "ThemeScreen",
    "Tie",
    "Trouble",
    "ViewTerm",
    "VisitCounts",
    "active_base",
    "adjusted_gaps",
    "common_paths",
    "covariance",
    "detractor_segments",
    "exposure_gaps",
    "find_drivers",
    "find_troubles",
    "funnel",
    "join_coverage",
    "lag_counts",
    "lag_effects",
    "named_screens",
    "parse_steps",
    "rage_band",
    "response_check",
    "screen_frictions",
    "screen_links",
    "screen_view",
    "suggest",
    "summary_ties",
    "tap_check",
    "tap_counts",
    "theme_findings",
    "theme_screens",
    "theme_view",
    "visit_counts",
    "walk",
    "week_counts",
    "why",
    "with_kinds",
    "word_ties",
]
