"""The digest: one model of a period's answer, from which Markdown, HTML and JSON are only renderings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analyst.answers import sentences
from analyst.answers.alerts import Alerts, alert_claim, alert_names
from analyst.answers.check import keep_grounded
from analyst.answers.facts import Claim, Fact, FactBook
from analyst.answers.followups import FollowUps, follow_claim, follow_names
from analyst.core.query import where_text
from analyst.findings.types import Coverage, Movement, ScreenFriction, ThemeFinding
from analyst.fixes.types import Fix

if TYPE_CHECKING:
    from analyst.answers.gather import Findings, PeriodEstimate

TOP_THEMES = 8
TOP_SCREENS = 5
TOP_FIXES = 3


@dataclass(frozen=True)
class Digest:
    """Everything that the renderings show; `claims` of each part passed the grounding check.

    `theme_claims`, `screen_claims`, `fix_claims`, `alert_claims` and `follow_claims` are keyed by theme id,
    "screen|signal", fix id, rule name and fix id.
    """

    title: str
    metric: str
    window: str
    baseline: str
    days: str
    where: str
    run_id: str
    headline: list[Claim]
    movement: Movement
    series: list[PeriodEstimate]
    themes: list[ThemeFinding]
    theme_claims: Mapping[str, Claim]
    rising: list[ThemeFinding]
    falling: list[ThemeFinding]
    screens: list[ScreenFriction]
    screen_claims: Mapping[str, Claim]
    fixes: list[Fix]
    fix_claims: Mapping[str, Claim]
    coverage: Coverage
    coverage_claims: list[Claim]
    caveats: list[str]
    facts: Mapping[str, Fact]
    labels: Mapping[str, str]
    alerts: Alerts = field(default_factory=Alerts)
    alert_claims: Mapping[str, Claim] = field(default_factory=dict)
    follow_ups: FollowUps = field(default_factory=FollowUps)
    follow_claims: Mapping[str, Claim] = field(default_factory=dict)
    calibration: str = ""
    dropped: list[str] = field(default_factory=list)
    writer: str = "extractive"  # who worded the opening: extractive, or a model and how much of it was grounded


def write_digest(found: Findings) -> Digest:
    """Word the findings of one query; sentences that the grounding check refuses are left out and listed."""
    query, movement = found.query, found.movement
    flags = f"--metric {query.metric} --from {found.first_day} --to {found.last_day}"
    if query.where:
        flags += " --where " + ",".join(f"{dimension}={value}" for dimension, value in query.where)
    book = FactBook(query.window.label, f"undertone why {flags} --json")
    themes = [theme for theme in found.themes if theme.mentions][:TOP_THEMES]
    screens, fixes = harmful_first(found.screens)[:TOP_SCREENS], found.fixes[:TOP_FIXES]
    alerts = [*found.alerts.fired, *found.alerts.watched]
    calling = found.follow_ups.standings
    parts = {
        "headline": sentences.headline(movement, book),
        "themes": [sentences.theme_claim(theme, book) for theme in themes],
        "screens": [sentences.screen_claim(screen, book) for screen in screens],
        "fixes": [sentences.fix_claim(fix, query.metric, book) for fix in fixes],
        "alerts": [alert_claim(finding, book) for finding in alerts],
        "follow": [follow_claim(standing, book) for standing in calling],
        "coverage": sentences.coverage_claims(found.coverage, book),
    }
    names = citable_names(found)
    checked: dict[str, list[Claim]] = {}
    dropped: list[str] = []
    for part, claims in parts.items():
        checked[part], faults = keep_grounded(claims, book.facts, found.texts, names)
        dropped += faults
    return Digest(
        title=_title(found),
        metric=query.metric,
        window=query.window.label,
        baseline=query.baseline.label,
        days=f"{found.first_day} to {found.last_day}",
        where=where_text(query.where),
        run_id=found.run_id,
        headline=checked["headline"],
        movement=movement,
        series=found.series,
        themes=themes,
        theme_claims=_keyed([t.theme_id for t in themes], parts["themes"], checked["themes"]),
        rising=[t for t in found.themes if t.trend.excludes_zero() and t.trend.value > 0],
        falling=[t for t in found.themes if t.trend.excludes_zero() and t.trend.value < 0],
        screens=screens,
        screen_claims=_keyed([f"{s.screen}|{s.signal}" for s in screens], parts["screens"], checked["screens"]),
        fixes=fixes,
        fix_claims=_keyed([f.fix_id for f in fixes], parts["fixes"], checked["fixes"]),
        alerts=found.alerts,
        alert_claims=_keyed([a.rule.name for a in alerts], parts["alerts"], checked["alerts"]),
        follow_ups=found.follow_ups,
        follow_claims=_keyed([s.fix_id for s in calling], parts["follow"], checked["follow"]),
        calibration=found.calibration,
        coverage=found.coverage,
        coverage_claims=checked["coverage"],
        caveats=list(movement.caveats),
        facts=dict(book.facts),
        labels=found.labels,
        dropped=dropped,
    )


def harmful_first(screens: list[ScreenFriction]) -> list[ScreenFriction]:
    """Friction that goes with lower scores or is rising comes first, by how many points go with it; the rest as it was.

    Many sessions hit alone is no harm: people double-tap pictures and hearts and are happy.
    """

    def harm(screen: ScreenFriction) -> float:
        if screen.likely_false:
            return -1.0
        gap = screen.gap.value if screen.gap is not None and screen.gap.excludes_zero() else 0.0
        rise = max(0.0, screen.trend.value) if screen.trend.excludes_zero() else 0.0
        return max(0.0, -gap) * screen.rate.value + 10 * rise

    return sorted(screens, key=lambda screen: -harm(screen))


def _title(found: Findings) -> str:
    period = {"week": "Weekly digest", "month": "Monthly digest", "span": "Digest"}[found.query.window.kind]
    return f"{period} {found.query.window.label}"


def _keyed(keys: list[str], made: list[Claim], kept: list[Claim]) -> dict[str, Claim]:
    """Claims by key, those that were refused left out."""
    passed = set(map(id, kept))
    return {key: claim for key, claim in zip(keys, made, strict=True) if id(claim) in passed}


def citable_names(found: Findings) -> list[str]:
    """Everything that is a name: labels, segment values, screens, windows."""
    values = [value for theme in found.themes for lift in theme.segments for _, value in lift.where]
    values += [value for screen in found.screens for lift in screen.segments for _, value in lift.where]
    values += [value for segment in found.movement.segments for _, value in segment.where]
    names = [*found.labels.values(), *values, *(screen.screen for screen in found.screens)]
    names += [found.query.window.label, found.query.baseline.label, *alert_names(found.alerts.findings)]
    names += follow_names(found.follow_ups)
    return sorted(set(filter(None, names)))
