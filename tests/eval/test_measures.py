"""Every measure worked by hand on a tiny case."""

import math

import pytest

from eval.measures import (
    adjusted_mutual_information,
    adjusted_rand_index,
    coverage,
    majority_names,
    mapped_f1,
    ndcg,
)


def test_renamed_labels_are_the_same_labelling() -> None:
    truth, found = ["a", "a", "b", "b", "c"], [3, 3, 1, 1, 2]
    assert adjusted_rand_index(truth, found) == pytest.approx(1)
    assert adjusted_mutual_information(truth, found) == pytest.approx(1)


def test_ari_of_a_hand_worked_case() -> None:
    # pairs together in both: 1 (items 0, 1); in truth 2, in found 2, of 6; expected 2*2/6 -> (1 - 2/3) / (2 - 2/3)
    assert adjusted_rand_index([0, 0, 1, 1], [0, 0, 1, 2]) == pytest.approx((1 - 1 / 3) / (1.5 - 1 / 3))


def test_ndcg_by_hand() -> None:
    gained = 1 / math.log2(2) + 0 + 3 / math.log2(4)
    best = 3 / math.log2(2) + 1 / math.log2(3)
    assert ndcg([1, 0, 3], [3, 1]) == pytest.approx(gained / best)
    assert ndcg([3, 1], [3, 1]) == 1
    assert math.isnan(ndcg([0], []))


def test_ndcg_looks_no_deeper_than_asked() -> None:
    assert ndcg([0, 0, 0, 0, 0, 9], [9], depth=5) == 0


def test_mapped_f1_by_hand() -> None:
    truth = [{"pay"}, {"pay"}, {"late"}, {"late", "pay"}]
    found = [{1}, {1}, {2}, {2}]
    fit = [True, False, True, False]  # 1 means pay, 2 means late; scored: {pay} right, {late} of {late, pay}
    assert mapped_f1(truth, found, fit=fit) == pytest.approx(2 * 2 / (2 + 3))


def test_a_theme_unseen_while_mapping_says_nothing() -> None:
    assert mapped_f1([{"a"}, {"b"}], [{1}, {2}], fit=[True, False]) == 0


def test_coverage_and_names() -> None:
    assert coverage(["core", "unassigned", "system", "assigned"]) == 0.75
    assert majority_names([("a", 1), ("a", 1), ("b", 1), ("b", 2)]) == {1: "a", 2: "b"}
