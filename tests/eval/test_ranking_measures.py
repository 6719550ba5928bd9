"""Every ranking measure worked by hand, and against others' code where it is installed."""

import math
import random

import pytest

from eval.measures.ranking import (
    err,
    gains_of,
    judged_at,
    ndcg,
    once,
    precision,
    rank_biased_overlap,
    recall,
    reciprocal_rank,
)

GRADES = {"a": 3.0, "b": 2.0, "c": 0.0}


def test_the_same_fix_worded_twice_gains_once() -> None:
    assert once(["a", "b", "a", None]) == ["a", "b", None, None]
    assert gains_of(["a", "a", "b", "x", None], GRADES) == [3, 0, 2, 0, 0]


def test_a_duplicate_costs_its_place() -> None:
    twice, without = gains_of(["a", "a", "b"], GRADES), gains_of(["a", "b"], GRADES)
    assert ndcg(twice, list(GRADES.values())) < ndcg(without, list(GRADES.values())) == 1


def test_reciprocal_rank_by_hand() -> None:
    assert reciprocal_rank([0, 1, 2]) == pytest.approx(1 / 3)  # a 1 is not relevant enough
    assert reciprocal_rank([0, 1]) == 0
    assert math.isnan(reciprocal_rank([0], possible=False))


def test_precision_counts_empty_places_as_misses() -> None:
    assert precision([3.0]) == pytest.approx(1 / 3)
    assert precision([3, 1, 2, 3]) == pytest.approx(2 / 3)


def test_recall_by_hand() -> None:
    assert recall([3, 0, 0, 0, 0, 2], [3, 2, 2, 1]) == pytest.approx(1 / 3)
    assert math.isnan(recall([0], [1]))


def test_err_by_hand() -> None:
    first, second = 7 / 8, 3 / 8
    assert err([3, 2]) == pytest.approx(first + (1 - first) * second / 2)
    assert err([0, 0]) == 0


def test_judged_counts_what_is_known() -> None:
    assert judged_at(["a", "x", None, "c"], GRADES) == pytest.approx(2 / 4)
    assert math.isnan(judged_at([], GRADES))


def test_rank_biased_overlap_by_hand() -> None:
    assert rank_biased_overlap("abc", "abc") == pytest.approx(1)
    assert rank_biased_overlap("abc", "xyz") == 0
    p = 0.9  # overlaps of abc and cba: 0, 1/2, 1
    by_hand = (1 - p) / p * (0 + p**2 / 2 + p**3) + p**3
    assert rank_biased_overlap("abc", "cba") == pytest.approx(by_hand) == pytest.approx(0.855, abs=5e-4)
    assert math.isnan(rank_biased_overlap("", ""))
    assert rank_biased_overlap("a", "") == 0


def test_rank_biased_overlap_of_a_list_and_its_beginning() -> None:
    # Extrapolated: the short list is taken to go on as it began, which here is to agree throughout.
    assert rank_biased_overlap("ab", "abcd") == pytest.approx(1)
    assert rank_biased_overlap("ab", "abcd") == rank_biased_overlap("abcd", "ab")


def _drawn(seed: int) -> tuple[list[float], list[float]]:
    rng = random.Random(seed)
    gains = [float(rng.randint(0, 3)) for _ in range(rng.randint(5, 12))]
    return gains, gains


@pytest.mark.parametrize("seed", range(12))
def test_ndcg_is_that_of_scikit_learn(seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    gains, ideal = _drawn(seed)
    if not any(gains):
        pytest.skip("nothing relevant was drawn")
    scores = list(range(len(gains), 0, -1))
    assert ndcg(gains, ideal) == pytest.approx(metrics.ndcg_score([gains], [scores], k=5))


@pytest.mark.parametrize("seed", range(6))
def test_the_rest_is_that_of_ir_measures(seed: int) -> None:
    measures = pytest.importorskip("ir_measures", reason="the extra [check] is not installed")
    gains, ideal = _drawn(seed)
    qrels = [measures.Qrel("q", f"d{i:02d}", int(gain)) for i, gain in enumerate(gains)]
    run = [measures.ScoredDoc("q", f"d{i:02d}", float(-i)) for i in range(len(gains))]
    wanted = {
        measures.nDCG @ 5: ndcg(gains, ideal),
        measures.RR(rel=2): reciprocal_rank(gains),
        measures.P(rel=2) @ 3: precision(gains),
    }
    if any(gain >= 2 for gain in gains):
        wanted[measures.R(rel=2) @ 5] = recall(gains, ideal)
    theirs = measures.calc_aggregate(list(wanted), qrels, run)
    for measure, ours in wanted.items():
        assert ours == pytest.approx(theirs[measure]), str(measure)
