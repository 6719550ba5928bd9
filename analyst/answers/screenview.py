"""Screens, funnels and the join with sessions as JSON, and the sentences that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from analyst.answers import wording as w
from analyst.answers.joins import join_sentences
from analyst.answers.jsonview import estimate_json
from analyst.core.values import Estimate
from analyst.findings import Funnel, FunnelStep, JoinCoverage, ScreenFriction, ThemeScreen


def join_json(join: JoinCoverage) -> dict[str, Any]:
    """The counts of the join, and what they mean in words."""
    return {**asdict(join), "skewed": join.skewed, "sentences": join_sentences(join)}


def tie_json(tie: ThemeScreen) -> dict[str, Any]:
    """A theme's screen: by which kinds of evidence, and how strong each is."""
    return {
        "theme_id": tie.theme_id,
        "screen": tie.screen,
        "kinds": list(tie.kinds),
        "signal": tie.exposure.signal if tie.exposure else None,
        "exposure": estimate_json(tie.exposure.odds) if tie.exposure else None,
        "words": estimate_json(tie.words),
        "summaries": estimate_json(tie.summaries),
    }


def funnel_json(funnel: Funnel, name: str) -> dict[str, Any]:
    """A funnel with its steps, the worst first."""
    return {
        "name": name,
        "screens": list(funnel.screens),
        "per": funnel.per,
        "known": funnel.known,
        "whole": estimate_json(funnel.whole),
        "steps": [_step_json(step) for step in funnel.worst_first],
    }


def _step_json(step: FunnelStep) -> dict[str, Any]:
    return {
        "number": step.number,
        "screen": step.screen,
        "next": step.next,
        "reached": step.reached,
        "people": step.people,
        "rate": estimate_json(step.rate),
        "before": estimate_json(step.before),
        "trend": estimate_json(step.trend),
        "segments": [
            {"where": dict(lift.where), "lift": estimate_json(lift.lift), "left": lift.share_in, "left_elsewhere":
             lift.share_out} for lift in step.segments
        ],
        "by": [{"dimension": one.dimension, "level": one.level, "rate": estimate_json(one.rate)} for one in step.by],
        "frictions": [
            {"signal": one.signal, "hit": one.hit, "difference": estimate_json(one.difference),
             "significant": one.significant} for one in step.frictions
        ],
    }  # fmt: skip


def span(estimate: Estimate, scale: float = 1.0, digits: int = 1) -> str:
    """60.7 to 67.5: the interval of a share or a ratio, which carries no sign; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{scale * estimate.low:.{digits}f} to {scale * estimate.high:.{digits}f}"


def tap_sentence(screen: ScreenFriction) -> str:
    """Why rage taps look meant, with the numbers; empty where they do not."""
    taps = screen.taps
    if taps is None or not taps.likely_false:
        return ""
    said = [f"other trouble {w.points_of_share(taps.trouble.value)} ({_range(taps.trouble.low, taps.trouble.high)})"]
    if taps.ended is not None:
        said.append(f"ended there {w.points_of_share(taps.ended.value)} ({_range(taps.ended.low, taps.ended.high)})")
    if taps.longer is not None:
        said.append(f"lasted {taps.longer.value:.2f} times as long ({span(taps.longer, digits=2)})")
    if taps.gap is not None:
        said.append(f"score {w.signed(taps.gap.value)} points ({w.interval(taps.gap)})")
    return (
        f"Rage taps on {screen.screen} look meant, not angry, and become no fix: {w.count(taps.sessions)} sessions "
        f"with them against {w.count(taps.others)} without, {', '.join(said)}."
    )


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{w.signed(100 * low)} to {w.signed(100 * high)}"


def funnel_sentence(funnel: Funnel) -> str:
    """The worst step in words, with where it is worse and what goes with leaving."""
    if not funnel.steps or not funnel.steps[0].reached:
        return f"Nobody who is known entered {funnel.screens[0]} in this window."
    step = next(step for step in funnel.worst_first if step.reached)
    said = (
        f"The worst step is {step.number}: of {w.count(step.reached)} {funnel.per}s on {step.screen}, "
        f"{w.percent(step.rate.value)} went on to {step.next} (95% interval {span(step.rate, 100, 0)})"
    )
    if step.trend.excludes_zero():
        said += f", {w.points_of_share(step.trend.value)} on before"
    if step.segments:
        lift = step.segments[0]
        said += f"; leaving is {w.gathered(lift.where, lift.lift.value)}"
    return f"{said}.{''.join(_friction_words(step, funnel.per))}"


def _friction_words(step: FunnelStep, per: str) -> list[str]:
    told = sorted((f for f in step.frictions if f.significant), key=lambda f: f.difference.value)
    return [
        f" Those who met {w.friction(step.screen, one.signal)} ({w.count(one.hit)} {per}s) went on "
        f"{w.points_of_share(abs(one.difference.value)).lstrip('+')} {'less' if one.difference.value < 0 else 'more'} "
        f"often ({w.interval(one.difference, 100)})."
        for one in told
    ]


def ties_words(ties: Sequence[ThemeScreen], theme_id: str) -> str:
    """The screens of a theme with how each is known: 'Payment (met, named, seen in sessions)'."""
    how = {"exposed": "met before the answer", "named": "named", "session": "told by sessions"}
    mine = [tie for tie in ties if tie.theme_id == theme_id]
    return w.listed([f"{tie.screen} ({', '.join(how[kind] for kind in tie.kinds)})" for tie in mine])
