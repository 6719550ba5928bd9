"""Gaps of those exposed: near the truth when planted, none for a decoy that the same people meet."""

import numpy as np
import pytest

from analyst.findings import Trouble, adjusted_gaps, exposure_gaps, find_troubles
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


def test_one_by_one_equals_the_full_regression() -> None:
    frame = planted(3)
    trouble = find_troubles(frame)[0]
    (full,) = exposure_gaps(frame, [trouble])
    (partial,) = adjusted_gaps(frame, trouble.exposed[:, None], frame.with_sessions)
    assert partial == pytest.approx((full.gap.value, full.error))


def test_too_few_exposed_or_no_sessions_give_nothing() -> None:
    frame = planted(1, n=200)
    few = Trouble("Home", ("crash",), np.arange(200) < 10)
    assert exposure_gaps(frame, [few]) == []
    assert adjusted_gaps(frame, few.exposed[:, None], np.ones(200, dtype=bool)) == [None]
    assert adjusted_gaps(frame, few.exposed[:, None], np.zeros(200, dtype=bool)) == [None]
    empty = frame_of(y=np.zeros(0), post=np.zeros(0, dtype=bool))
    assert find_troubles(empty) == [] and exposure_gaps(empty) == []
