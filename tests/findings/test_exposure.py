"""Gaps of those exposed: near the truth when planted, none for a decoy that the same people meet."""

from dataclasses import replace

import numpy as np
import pytest

from analyst.findings import Counterfactual, Trouble, adjusted_gaps, covariance, exposure_gaps, find_troubles
from analyst.runs.frame import DesignFrame
from tests.findings.planted import draw_nps, frame_of

FRICTIONS = (("Payment", "rage_tap"), ("Payment", "ui_freeze"), ("Recipes", "rage_tap"))
GAP = -30.0


def planted(seed: int, n: int = 4000, gap: float = GAP) -> DesignFrame:
    """Android users meet the Payment trouble more and score lower anyway; the Recipes heart is met by the same busy
    users and harms nobody."""
    rng = np.random.default_rng(seed)
    android, busy = rng.random(n) < 0.4, rng.random(n) < 0.5
    trouble = rng.random(n) < np.where(busy, 0.3, 0.06) * np.where(android, 1.5, 0.7)
    freeze = trouble & (rng.random(n) < 0.7)
    heart = rng.random(n) < np.where(busy, 0.5, 0.1)
    y = draw_nps(35 - 15 * android + gap * trouble, rng)
    return frame_of(
        y=y, post=np.arange(n) >= n // 2, codes=android[:, None].astype(np.int32), levels=(("ios", "android"),),
        exposed=np.column_stack([trouble, freeze, heart]).astype(float), frictions=FRICTIONS,
        with_sessions=np.ones(n, dtype=bool),
    )  # fmt: skip


def test_signals_met_together_are_one_trouble() -> None:
    troubles = find_troubles(planted(0))
    assert [(t.screen, t.signals) for t in troubles] == [
        ("Payment", ("rage_tap", "ui_freeze")), ("Recipes", ("rage_tap",))
    ]  # fmt: skip
    assert troubles[0].exposed.sum() > 0


def test_the_gap_is_near_the_truth_and_the_decoy_has_none() -> None:
    gaps, decoys, covered = [], [], 0
    for seed in range(30):
        found = {g.trouble.screen: g for g in exposure_gaps(planted(seed))}
        payment = found["Payment"]
        gaps.append(payment.gap.value)
        decoys.append(found["Recipes"].gap.value)
        assert payment.gap.low is not None and payment.gap.high is not None
        covered += payment.gap.low <= GAP <= payment.gap.high
        assert payment.now is not None and payment.before is not None
    assert np.mean(gaps) == pytest.approx(GAP, abs=2)
    assert np.mean(decoys) == pytest.approx(0, abs=2)
    assert covered >= 26


def test_segments_are_adjusted_for() -> None:
    """Without harm the raw gap is negative (android), the adjusted one is none."""
    raw, adjusted = [], []
    for seed in range(20):
        frame = planted(seed, gap=0.0)
        exposed = find_troubles(frame)[0].exposed
        raw.append(frame.y[exposed].mean() - frame.y[~exposed].mean())
        (pair,) = adjusted_gaps(frame, exposed[:, None], np.ones(frame.n, dtype=bool))
        assert pair is not None
        adjusted.append(pair[0])
    assert np.mean(raw) < -3
    assert np.mean(adjusted) == pytest.approx(0, abs=1.5)


def test_a_rarer_signal_met_with_the_other_is_the_same_trouble() -> None:
    rng = np.random.default_rng(0)
    tap = rng.random(3000) < 0.3
    error = tap & (rng.random(3000) < 0.2)
    apart = rng.random(3000) < 0.05
    frame = frame_of(
        y=np.zeros(3000), post=np.arange(3000) >= 1500, exposed=np.column_stack([tap, error, apart]).astype(float),
        frictions=(("Payment", "rage_tap"), ("Payment", "error"), ("Payment", "crash")),
    )  # fmt: skip
    assert [t.signals for t in find_troubles(frame)] == [("rage_tap", "error"), ("crash",)]


def test_busy_people_meet_more_and_score_higher() -> None:
    """Without harm, and without a look at how much people use the product, the gap would be positive."""
    gaps, raw = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        sessions = 1 + rng.poisson(rng.gamma(1.5, 2.5, 3000))
        met = rng.random(3000) < 1 - 0.95**sessions
        y = draw_nps(10 + 12 * np.log2(sessions), rng)
        frame = frame_of(
            y=y, post=np.arange(3000) >= 1500, exposed=met[:, None].astype(float), frictions=(("Home", "crash"),),
        )  # fmt: skip
        frame = replace(frame, sessions=sessions)
        gaps.append(exposure_gaps(frame)[0].gap.value)
        raw.append(y[met].mean() - y[~met].mean())
    assert np.mean(raw) > 8
    assert np.mean(gaps) == pytest.approx(0, abs=2)


def test_harm_to_some_is_the_mean_over_those_who_meet_it() -> None:
    """Only Android is harmed and meets it often; one coefficient for all would weigh iOS too much."""
    found, truth = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        android = rng.random(4000) < 0.5
        met = rng.random(4000) < np.where(android, 0.7, 0.15)
        y = draw_nps(30 - 40.0 * (met & android), rng)
        frame = frame_of(
            y=y, post=np.arange(4000) >= 2000, codes=android[:, None].astype(np.int32), levels=(("ios", "android"),),
            exposed=met[:, None].astype(float), frictions=(("Home", "crash"),), with_sessions=np.ones(4000, dtype=bool),
        )  # fmt: skip
        found.append(exposure_gaps(frame)[0].gap.value)
        truth.append(-40.0 * android[met].mean())
    assert np.mean(found) == pytest.approx(np.mean(truth), abs=1.0)


def test_a_set_of_troubles_is_one_question() -> None:
    """Two troubles that take the same 40 points: mending one of them brings nothing to those who met both."""
    found, truth = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        first = rng.random(8000) < 0.3
        second = (first & (rng.random(8000) < 0.6)) | (rng.random(8000) < 0.1)
        y = draw_nps(40 - 40.0 * (first | second), rng)
        frame = frame_of(y=y, post=np.arange(8000) >= 4000, with_sessions=np.ones(8000, dtype=bool))
        model = Counterfactual(frame, np.column_stack([first, second]), frame.with_sessions)
        both, alone = model.gap([0, 1]), model.gap([0])
        assert both is not None and alone is not None
        found.append((both.value, alone.value))
        truth.append((-40.0, -40.0 * (first & ~second).sum() / first.sum()))
    assert np.mean(found, axis=0) == pytest.approx(np.mean(truth, axis=0), abs=2)


def test_influence_gives_error_and_covariance() -> None:
    """Over many draws the spread of the gaps, and of their sum, is what one draw's influence says."""
    values, said = [], []
    for seed in range(60):
        frame = planted(seed, n=1500)
        parts = {g.trouble.screen: g.both for g in exposure_gaps(frame)}
        values.append([parts["Payment"].value, parts["Recipes"].value])
        said.append(covariance(frame, np.stack([parts["Payment"].influence, parts["Recipes"].influence], axis=1)))
    spread, told = np.cov(np.array(values).T), np.mean(said, axis=0)
    assert np.sqrt(told[0, 0]) == pytest.approx(np.sqrt(spread[0, 0]), rel=0.25)
    assert told[0, 1] / np.sqrt(told[0, 0] * told[1, 1]) == pytest.approx(
        spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1]), abs=0.3
    )


def test_too_few_exposed_or_no_sessions_give_nothing() -> None:
    frame = planted(1, n=200)
    few = Trouble("Home", ("crash",), np.arange(200) < 10)
    assert exposure_gaps(frame, [few]) == []
    assert adjusted_gaps(frame, few.exposed[:, None], np.ones(200, dtype=bool)) == [None]
    assert adjusted_gaps(frame, few.exposed[:, None], np.zeros(200, dtype=bool)) == [None]
    empty = frame_of(y=np.zeros(0), post=np.zeros(0, dtype=bool))
    assert find_troubles(empty) == [] and exposure_gaps(empty) == []
