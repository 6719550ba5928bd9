"""Agreement between two labellers, worked by hand and against scikit-learn."""

from __future__ import annotations

import math
import random

import pytest

from eval.agreement import agreement, plain_kappa, quadratic_kappa


def test_plain_kappa_by_hand() -> None:
    """Cohen's own layout: 20 both yes, 15 both no, 5 and 10 apart of 50. Seen .7, chance .5, so kappa .4."""
    pairs = [("y", "y")] * 20 + [("n", "n")] * 15 + [("y", "n")] * 5 + [("n", "y")] * 10
    assert plain_kappa(pairs) == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_quadratic_kappa_by_hand() -> None:
    """Two items, off by one and equal: seen (1 + 0) / 2; by chance 0 meets 1 and 3, 3 meets 1 and 3."""
    pairs = [(0, 1), (3, 3)]
    chance = (1 + 9 + 4 + 0) / 4
    assert quadratic_kappa(pairs, 4) == pytest.approx(1 - 0.5 / chance)


def test_a_near_miss_costs_less_than_a_far_one() -> None:
    rest = [(0, 0), (1, 1), (2, 2), (3, 3)] * 3
    assert quadratic_kappa([*rest, (2, 3)], 4) > quadratic_kappa([*rest, (0, 3)], 4)
    assert plain_kappa([*rest, (2, 3)]) == pytest.approx(plain_kappa([*rest, (3, 2)]))


def test_both_agree_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = random.Random(3)
    for _ in range(20):
        first = [rng.randrange(4) for _ in range(60)]
        second = [a if rng.random() < 0.6 else rng.randrange(4) for a in first]
        plain, weighted = agreement(first, second), agreement(first, second, grades=4)
        assert plain.kappa == pytest.approx(metrics.cohen_kappa_score(first, second))
        assert weighted.kappa == pytest.approx(metrics.cohen_kappa_score(first, second, weights="quadratic"))
        assert plain.percent == sum(a == b for a, b in zip(first, second, strict=True)) / 60
        assert weighted.low <= weighted.kappa <= weighted.high


def test_the_interval_narrows_with_more_items_and_is_the_same_twice() -> None:
    first, second = [0, 1, 2, 3] * 10, [0, 1, 2, 2] * 10
    few, many = agreement(first, second, grades=4), agreement(first * 9, second * 9, grades=4)
    assert many.high - many.low < few.high - few.low
    assert agreement(first, second, grades=4) == few


def test_what_chance_explains_wholly_is_not_a_number() -> None:
    assert math.isnan(agreement(["a", "a"], ["a", "a"]).kappa)
    assert math.isnan(agreement([], []).kappa)


def test_bad_labellings_are_refused() -> None:
    with pytest.raises(ValueError, match="2 labels against 1"):
        agreement(["a", "b"], ["a"])
    with pytest.raises(ValueError, match="Not a grade of 0 to 3: 4"):
        agreement([4, 1], [1, 1], grades=4)
