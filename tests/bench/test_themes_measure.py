"""The measures on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.themes.measure import NONE, agreement, ami, ari, auroc, bcubed, mapped_f1, pairwise_ari, single


def sets(*rows: str) -> list[frozenset[str]]:
    return [frozenset(row) for row in rows]


def test_bcubed_of_one_label_each() -> None:
    # themes {0,1,2} and {3}; labels a a b b: precision of 0 and 1 is 2/3, of 2 is 1/3, of 3 is 1; recall 1, 1, 1/2, 1/2
    precision, recall, f1 = bcubed(sets("a", "a", "b", "b"), sets("x", "x", "x", "y"))
    assert precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert recall == pytest.approx(0.75)
    assert f1 == pytest.approx(2 * precision * recall / (precision + recall))


def test_bcubed_of_several_labels_counts_how_many_are_shared() -> None:
    # Both share two themes but only one label: multiplicity precision is 1/2 for the pair. With itself item 0 has
    # min(2, 2) / 2 and item 1 min(2, 1) / 2.
    precision, recall, _ = bcubed(sets("ab", "a"), sets("xy", "xy"))
    assert precision == pytest.approx(((1 + 1 / 2) / 2 + (1 / 2 + 1 / 2) / 2) / 2)
    assert recall == pytest.approx(1.0)


def test_bcubed_of_a_document_without_a_theme() -> None:
    precision, recall, _ = bcubed(sets("a", "a"), sets("x", ""))
    assert precision == pytest.approx(1.0)
    assert recall == pytest.approx((1 / 2 + 0) / 2)


def test_bcubed_is_perfect_only_when_right() -> None:
    gold = sets("ab", "b", "c", "a")
    assert bcubed(gold, gold) == (1.0, 1.0, 1.0)
    assert bcubed(gold, sets("x", "x", "x", "x"))[2] < 0.7


def test_mapped_f1_tells_labels_from_themes() -> None:
    gold = sets("a", "b") * 100
    assert mapped_f1(gold, sets("x", "y") * 100) == 1.0
    # one theme for everything: both labels are held by about half of it, so both are told: precision 1/2, recall 1
    assert mapped_f1(gold, sets("x", "x") * 100) == pytest.approx(2 / 3)
    assert mapped_f1(gold, sets("", "") * 100) == 0.0


def test_mapped_f1_leaves_rare_labels_out_and_takes_the_commonest() -> None:
    assert mapped_f1([*sets("a") * 80, *sets("b") * 39], sets("x") * 119) > 0.75  # asked for "a" alone
    four = sets("a", "b", "c", "d") * 100
    score = mapped_f1(four, sets("x") * 400)  # none held by 40 %: one label is told, right for about a quarter
    assert score == pytest.approx(0.25, abs=0.06)


def test_labellings() -> None:
    truth = ["a", "a", "b", "b"]
    assert ari(truth, [1, 1, 2, 2]) == 1.0
    assert ami(truth, [1, 1, 2, 2]) == pytest.approx(1.0)
    assert ari(truth, [1, 2, 1, 2]) == pytest.approx(-0.5)
    assert pairwise_ari([[1, 1, 2], [5, 5, 7], [1, 2, 3]])[0] == 1.0
    assert agreement(["a", "b"], ["a", "c"]) == 0.5
    assert single([{"x": 0.2, "y": 0.7}, {"y": 0.5, "x": 0.5}, {}]) == ["y", "x", NONE]


def test_auroc_is_the_chance_of_the_right_order() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.9, 0.3], [0.5, 0.3]) == pytest.approx((2 + 0 + 0.5) / 4)
    assert np.isnan(auroc([], [0.1]))
