"""The formulas of a lift, by hand and against planted truth."""

import math

import numpy as np
import pytest

from analyst.core.values import Estimate
from analyst.findings import ExposureGap, Gap, Trouble, exposure_gaps
from analyst.fixes import e_value, expected_lift
from analyst.fixes.candidates import from_exposure
from analyst.fixes.lift import Lift, confidence, lift_of, present_gap, replicated
from tests.findings.test_exposure import GAP, planted


def _gap(now: tuple[float, float] | None, before: tuple[float, float] | None) -> ExposureGap:
    trouble = Trouble("Payment", ("rage_tap",), np.ones(1, dtype=bool))
    parts = [Gap(*pair, np.zeros(1)) if pair else None for pair in ((-10.0, 5.0), now, before)]
    assert parts[0] is not None
    return ExposureGap(trouble, Estimate(-10, -20, 0, 50), parts[0], parts[1], parts[2])


def test_lift_is_share_times_gap_times_realisation() -> None:
    lift = expected_lift(0.2, 1000, -40, 0.0, realisation=0.5)
    assert lift.points == pytest.approx(4.0)
    assert lift.error == pytest.approx(0.5 * 40 * math.sqrt(0.2 * 0.8 / 1000))
    assert expected_lift(0.0, 0, -40, 3).points == 0
    assert expected_lift(0.1, 100, 20, 3).points < 0


def test_the_lift_of_a_gap_counts_both_errors() -> None:
    frame = planted(0)
    payment = exposure_gaps(frame)[0]
    lift, influence = lift_of(frame, payment.both, payment.trouble.exposed, seen=1.0, realisation=1.0)
    share = float(payment.trouble.exposed[frame.post].mean())
    assert lift.points == pytest.approx(-payment.gap.value * share)
    known = share * payment.error  # were the share known
    assert known < lift.error < math.hypot(known, 1.5 * abs(payment.gap.value) * math.sqrt(share / frame.post.sum()))
    assert influence.shape == (frame.n,) and abs(influence.sum()) < 0.05 * lift.error * math.sqrt(frame.n)
    assert lift_of(frame, payment.both, payment.trouble.exposed, seen=0.0, realisation=1.0)[0].points == 0


def test_present_gap_is_that_of_the_window_where_the_trouble_grew() -> None:
    gap = _gap((-40.0, 6.0), (2.0, 8.0))
    assert present_gap(gap, 0.20, 0.02) is gap.now
    assert present_gap(gap, 0.05, 0.04) is gap.both
    alone = _gap(None, None)
    assert present_gap(alone, 0.2, 0.0) is alone.both


def test_replicated_means_lower_in_both_windows() -> None:
    assert replicated(_gap((-20.0, 5.0), (-10.0, 5.0)))
    assert not replicated(_gap((-20.0, 5.0), (-8.0, 5.0)))
    assert not replicated(_gap((-20.0, 5.0), None))


def test_e_value_matches_the_published_formula() -> None:
    # VanderWeele & Ding 2017: a risk ratio of 3.9 gives an E-value of 7.26
    spread, gap = 1.0, math.log(3.9) / 0.91
    assert e_value(gap, spread) == pytest.approx(7.26, abs=0.01)
    assert e_value(-gap, spread) == e_value(gap, spread)
    assert e_value(0, 10) == 1.0
    assert e_value(5, 0) is None


def test_confidence_weighs_the_grade() -> None:
    sure = Lift(10, 1)
    assert [round(confidence(sure, grade), 3) for grade in ("A", "B", "C")] == [1.0, 0.8, 0.5]
    assert confidence(Lift(0, 1), "A") == pytest.approx(0.5)
    assert confidence(Lift(1, 0), "A") == 1.0


def test_the_lift_is_near_the_truth_and_decoys_get_none() -> None:
    errors, covered, decoys = [], 0, 0
    for seed in range(20):
        frame = planted(seed)
        exposed = exposure_gaps(frame)[0].trouble.exposed
        true = -GAP * float(exposed[frame.post].mean())
        found = {c.screen: c for c in from_exposure(frame, exposure_gaps(frame), [], [], [], seen=1.0, realisation=1.0)}
        decoys += "Recipes" in found
        lift = found["Payment"].interval
        errors.append(lift.value - true)
        assert lift.low is not None and lift.high is not None
        covered += lift.low <= true <= lift.high
    assert abs(np.mean(errors)) < 1
    assert covered >= 17
    assert decoys <= 2


def test_no_harm_gives_no_fix() -> None:
    named = sum(
        bool(from_exposure(planted(seed, gap=0.0), exposure_gaps(planted(seed, gap=0.0)), [], [], [], seen=1.0))
        for seed in range(100, 130)
    )
    assert named <= 4


def test_unseen_people_are_not_counted_as_unexposed() -> None:
    frame = planted(2)
    gaps = exposure_gaps(frame)
    whole = from_exposure(frame, gaps, [], [], [], seen=1.0)[0]
    half = from_exposure(frame, gaps, [], [], [], seen=0.5)[0]
    assert half.share == pytest.approx(2 * whole.share)
    assert from_exposure(frame, gaps, [], [], [], seen=0.0)[0].lift.points == 0
