"""Expected lift against planted truth, seed by seed: ours as fitted and as told, and other ways beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from analyst.core.query import Query
from analyst.core.values import Estimate
from analyst.core.windows import Window
from analyst.findings import ScreenLink, ThemeName, exposure_gaps, theme_findings
from analyst.fixes.bundle import Part
from analyst.fixes.candidates import Candidate
from analyst.fixes.lift import Lift, exposed_share, lift_of, present_gap
from analyst.fixes.ranking import Evidence, find_candidates
from analyst.metrics import odds_ratio
from analyst.metrics.intervals import Z95
from bench.fixes import baselines
from bench.fixes.scenarios import Planted, Scenario, draw

SLOW = 10_000  # answers from which the doubly robust way is left out: a third of a draw's time
SURE = 3.3  # z from which a theme is tied to a friction
START = datetime(2026, 11, 9, tzinfo=UTC)
QUERY = Query(
    "nps",
    Window("2026-W46", START, datetime(2026, 11, 16, tzinfo=UTC), "week"),
    Window("2026-W42..2026-W45", datetime(2026, 10, 12, tzinfo=UTC), START, "span"),
)

Told = tuple[float, float, float]  # points, low, high


def evidence_of(planted: Planted) -> Evidence:
    """What the findings say of the frame. Friction rates, which need sessions one by one, are left out."""
    frame = planted.frame
    names = {theme: ThemeName(theme, theme, "discovered") for theme in frame.theme_ids}
    return Evidence(names, theme_findings(frame, QUERY, names), [], _links(planted), exposure_gaps(frame))


def _links(planted: Planted) -> list[ScreenLink]:
    """Ties between themes and frictions by crude odds ratios (the product's are compared within segments, which takes
    longer than all the rest of a draw and decides here only which theme a trouble is told with)."""
    frame = planted.frame
    rows = frame.commented & frame.with_sessions
    mentions, met = frame.mentions[rows], frame.exposed[rows]
    both = np.asarray((mentions.T @ met).todense())
    said, exposed, n = np.asarray(mentions.sum(axis=0)).ravel(), np.asarray(met.sum(axis=0)).ravel(), int(rows.sum())
    found = []
    for t, theme in enumerate(frame.theme_ids):
        for e, (screen, signal) in enumerate(frame.frictions):
            a, b, c = both[t, e], said[t] - both[t, e], exposed[e] - both[t, e]
            ratio, low, high, z = odds_ratio(a, b, c, n - a - b - c)
            if a >= 5 and z > SURE:
                odds = Estimate(ratio, low, high, int(said[t]), "ratio")
                found.append(ScreenLink(theme, screen, signal, odds, a / said[t], c / max(1.0, n - said[t]), True))
    return sorted(found, key=lambda link: (link.theme_id, -link.odds.value))


@dataclass
class Judged:
    """One seed: lifts `fitted` (before any is picked) and `told` (of the candidates, picked and shrunken) by screen,
    those of complaints by theme, the joint ones by pair, and what other `ways` say of the first trouble."""

    fitted: dict[str, Told] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    grades: dict[str, str] = field(default_factory=dict)
    complaints: dict[str, Told] = field(default_factory=dict)
    joint: dict[tuple[str, str], Told] = field(default_factory=dict)
    ways: dict[str, Told] = field(default_factory=dict)


def judge(scenario: Scenario, planted: Planted, *, beside: bool = True) -> Judged:
    """All that is measured of one draw; lifts before realisation. `beside`: other ways too."""
    frame, found = planted.frame, Judged()
    evidence = evidence_of(planted)
    candidates, bundles = find_candidates(frame, evidence, seen=planted.seen, realisation=1.0)
    parts: dict[str, Part] = {}
    for i, gap in enumerate(evidence.gaps):
        exposed = gap.trouble.exposed
        shares = (exposed_share(frame, exposed, frame.post), exposed_share(frame, exposed, ~frame.post))
        present = present_gap(gap, *shares)
        lift, _ = lift_of(frame, present, exposed, planted.seen, 1.0)
        found.fitted[gap.trouble.screen] = _bounds(lift)
        parts[gap.trouble.screen] = Part((i,), lift, present is gap.now)
    for candidate in candidates:
        _note(candidate, found)
    for pair in scenario.pairs:
        if all(screen in parts for screen in pair):
            joint = bundles.joint([parts[screen] for screen in pair])
            if joint is not None:
                found.joint[pair] = _bounds(joint)
    if beside:
        met = np.asarray(frame.exposed.todense()) > 0
        found.ways = {
            "leave-one-out impact": baselines.leave_one_out(frame, 0),
            "mention gap x mention share": baselines.mention_gap(frame, 0),
            "mention gap x exposed share": baselines.mention_gap(frame, 0, met[:, 0], planted.seen),
            "exposure, unadjusted": baselines.unadjusted(frame, met[:, 0], planted.seen),
            "one coefficient, without use": baselines.one_coefficient(frame, met, 0, planted.seen, use=False),
            "one coefficient": baselines.one_coefficient(frame, met, 0, planted.seen),
        }
        if frame.n < SLOW:
            found.ways["doubly robust (AIPW)"] = baselines.doubly_robust(frame, met, 0, planted.seen)
    return found


def _bounds(lift: Lift) -> Told:
    return lift.points, lift.points - Z95 * lift.error, lift.points + Z95 * lift.error


def _note(candidate: Candidate, found: Judged) -> None:
    low, high = candidate.interval.low, candidate.interval.high
    assert low is not None and high is not None
    told = candidate.interval.value, low, high
    if candidate.grade == "C":
        found.complaints[candidate.themes[0]] = told
    elif candidate.screen is not None:
        found.told[candidate.screen] = told
        found.grades[candidate.screen] = candidate.grade


def measure(values: list[Told], truth: float) -> dict[str, Any]:
    """Bias, error, cover and false alarms of one estimate over seeds."""
    points = np.array([v[0] for v in values])
    return {
        "seeds": len(values),
        "mean": float(points.mean()),
        "bias": float(points.mean() - truth),
        "rmse": float(np.sqrt(np.square(points - truth).mean())),
        "cover": float(np.mean([low <= truth <= high for _, low, high in values])),
        "above_zero": float(np.mean([low > 0 for _, low, _ in values])),
    }


def cell(scenario: Scenario, n: int, seeds: Iterable[int], *, beside: bool = True) -> dict[str, Any]:
    """One scenario at one size."""
    drawn = draw(scenario, n, 0)
    runs = [judge(scenario, draw(scenario, n, seed), beside=beside) for seed in seeds]
    found: dict[str, Any] = {"scenario": scenario.name, "n": n, "seeds": len(runs), "troubles": [], "pairs": []}
    for screen, truth in drawn.lifts.items():
        fitted = [run.fitted[screen] for run in runs if screen in run.fitted]
        told = [run.told[screen] for run in runs if screen in run.told]
        complained = [run.complaints[screen.lower()] for run in runs if screen.lower() in run.complaints]
        excluded = [low > 0 for _, low, _ in (*told, *complained)]
        found["troubles"].append({
            "screen": screen,
            "truth": truth,
            "fitted": measure(fitted, truth) if fitted else None,
            "told": measure(told, truth) if told else None,
            "told_share": len(told) / len(runs),
            "complaint_share": len(complained) / len(runs),
            "given_a_lift": sum(excluded) / len(runs),
            "grade_a": sum(run.grades.get(screen) == "A" for run in runs) / max(1, len(told)),
        })  # fmt: skip
    for pair, truth in drawn.joint.items():
        values = [run.joint[pair] for run in runs if pair in run.joint]
        apart = float(np.mean([sum(run.fitted[screen][0] for screen in pair) for run in runs if pair in run.joint]))
        found["pairs"].append({"pair": list(pair), "truth": truth, "sum": apart, **measure(values, truth)})
    if beside:
        first, truth = next(iter(drawn.lifts.items()))
        found["ways"] = [
            {"way": way, "screen": first, "truth": truth, **measure([run.ways[way] for run in runs], truth)}
            for way in runs[0].ways
        ]
    return found
