"""The sign-flip test and the bootstrap, by hand and on draws whose answer is known."""

import math

import numpy as np
import pytest

from eval.significance import mean_interval, paired_difference


def _equal(values: list[float]) -> dict[str, tuple[float, float]]:
    return {f"c{i:02d}": (value, 1.0) for i, value in enumerate(values)}


def test_sign_flips_by_hand() -> None:
    # Differences 1, 1, 1: of eight patterns two are as extreme as the one observed.
    found = paired_difference(_equal([1, 1, 1]), _equal([0, 0, 0]))
    assert found.difference == 1
    assert found.p == 2 / 8


def test_a_single_cluster_proves_nothing() -> None:
    found = paired_difference(_equal([1]), _equal([0]))
    assert found.p == 1
    assert math.isnan(found.low)


def test_more_than_sixteen_clusters_are_drawn() -> None:
    rng = np.random.default_rng(5)
    old = rng.normal(0, 1, 30)
    found = paired_difference(_equal(list(old + 1)), _equal(list(old)))
    assert found.p <= 0.001
    again = paired_difference(_equal(list(old + 1)), _equal(list(old)))
    assert found == again


def test_no_difference_is_seldom_called_one() -> None:
    rng = np.random.default_rng(3)
    called = 0
    for _ in range(200):
        a, b = rng.normal(0, 1, 10), rng.normal(0, 1, 10)
        called += paired_difference(_equal(list(a)), _equal(list(b)), draws=200).p < 0.05
    assert called <= 20  # 5 % of 200, and room for chance


def test_weights_pool_what_rows_hold() -> None:
    found = mean_interval({"a": (3.0, 4.0), "b": (0.0, 1.0)}, 5)
    assert found.mean == pytest.approx(3 / 5)
    assert found.rows == 5 and found.clusters == 2


def test_the_interval_covers_the_mean_it_is_drawn_around() -> None:
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(100):
        found = mean_interval(_equal(list(rng.normal(2, 1, 25))), 25, draws=400)
        inside += found.low <= 2 <= found.high
    assert inside >= 85


def test_rows_of_one_company_count_as_one() -> None:
    values = {"a": (10.0, 10.0), "b": (0.0, 10.0)}  # ten rows each, two companies
    assert mean_interval(values, 20).high - mean_interval(values, 20).low == pytest.approx(1.0)


def test_wins_ties_and_losses() -> None:
    pairs = [(1.0, 0.0), (0.5, 0.5), (0.5, 0.5000000001), (0.0, 1.0)]
    found = paired_difference(_equal([1, 0]), _equal([0, 1]), pairs)
    assert (found.wins, found.ties, found.losses) == (1, 2, 1)


def test_nothing_in_common_tells_nothing() -> None:
    found = paired_difference({"a": (1, 1)}, {"b": (1, 1)})
    assert math.isnan(found.difference) and math.isnan(found.p)
