"""Intervals against published numbers and against simulation."""

import numpy as np
import pytest

from analyst.metrics import effective_n, false_discoveries, odds_ratio, risk_ratio, share_difference, wilson
from analyst.metrics.intervals import nps_adjusted, two_sided_p


def test_wilson_matches_newcombes_published_examples() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, Table I, method 3
    for hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert wilson(hits / n, n) == pytest.approx((low, high), abs=5e-5)


def test_share_difference_matches_newcombes_published_examples() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873, Table II, method 10
    assert share_difference(56 / 70, 70, 48 / 80, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert share_difference(9 / 10, 10, 3 / 10, 10) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert share_difference(10 / 10, 10, 0 / 10, 10) == pytest.approx((0.6075, 1.0), abs=5e-5)


def test_intervals_hold_their_estimate_at_the_edges() -> None:
    for n in (1, 2, 5, 1000):
        for share in (0.0, 1.0):
            low, high = wilson(share, n)
            assert 0 <= low <= share <= high <= 1
    assert wilson(0.0, 0) == (0.0, 1.0)
    assert share_difference(0.5, 0, 0.5, 10) == (-1.0, 1.0)


def test_nps_adjustment_adds_three_answers() -> None:
    middle, variance = nps_adjusted(0.5, 0.25, 20)
    p, d = 10.75 / 23, 5.75 / 23
    assert middle == pytest.approx(p - d)
    assert variance == pytest.approx(p + d - (p - d) ** 2)


def test_ratios_are_finite_with_empty_cells_and_known_otherwise() -> None:
    ratio, low, high, z = odds_ratio(20, 80, 10, 90)
    assert ratio == pytest.approx(20.5 * 90.5 / (80.5 * 10.5))
    assert low < ratio < high and z > 1.5
    assert all(np.isfinite(odds_ratio(0, 10, 5, 0)))
    assert all(np.isfinite(risk_ratio(0, 10, 0, 10)))
    assert risk_ratio(30, 100, 10, 100)[0] == pytest.approx((30.5 / 100.5) / (10.5 / 100.5))


def test_repeats_and_weights_shrink_the_effective_number() -> None:
    y = np.array([100.0, -100.0] * 50)
    ones, alone = np.ones(100), np.arange(100)
    assert effective_n(y, ones, alone) == pytest.approx(100)
    assert effective_n(y, np.where(alone < 50, 2.0, 1.0), alone) == pytest.approx(150**2 / 250)
    same = np.repeat(np.array([100.0, -100.0] * 25), 2)  # everybody answers twice, the same
    assert effective_n(same, ones, np.repeat(np.arange(50), 2)) == pytest.approx(50)
    assert effective_n(np.full(100, 100.0), ones, np.repeat(np.arange(50), 2)) == pytest.approx(50)
    assert effective_n(y, ones, np.repeat(np.arange(50), 2)) == pytest.approx(100)  # opposite pairs narrow nothing
    assert effective_n(np.zeros(0), np.zeros(0)) == 0


def test_false_discoveries_by_hand_and_in_simulation() -> None:
    p = np.array([0.001, 0.2, 0.012, 0.03, 0.9])
    assert false_discoveries(p).tolist() == [True, False, True, True, False]
    assert false_discoveries(np.zeros(0)).tolist() == []
    rng = np.random.default_rng(1)
    any_false = [false_discoveries(rng.uniform(size=50)).any() for _ in range(400)]
    assert np.mean(any_false) < 0.08
    assert two_sided_p(1.959964) == pytest.approx(0.05, abs=1e-6)
