"""Scores and changes: right in the middle, honest at the edges, covering the truth as often as they say."""

import numpy as np
import pytest

from analyst.core.query import METRICS, Metric
from analyst.metrics import (
    change_estimate,
    detractors,
    kind_of,
    mean_answer,
    promoters,
    sample,
    score_estimate,
    shares,
)


def _nps(p: float, d: float, n: int, rng: np.random.Generator) -> np.ndarray:
    u = rng.random(n)
    return np.where(u < p, 100.0, np.where(u < p + d, -100.0, 0.0))


def test_score_is_the_mean_of_y() -> None:
    y = np.array([100.0, 100.0, 0.0, -100.0])
    found = score_estimate(sample("nps", y))
    assert found is not None and found.value == pytest.approx(25.0) and found.n == 4
    weighted = score_estimate(sample("nps", y, np.array([1.0, 1.0, 1.0, 3.0])))
    assert weighted is not None and weighted.value == pytest.approx(np.average(y, weights=[1, 1, 1, 3]))
    csat = score_estimate(sample("csat", np.array([100.0, 0.0, 100.0, 100.0])))
    assert (
        csat is not None and csat.value == pytest.approx(75.0) and 0 <= (csat.low or 0) < 75 < (csat.high or 0) <= 100
    )


@pytest.mark.parametrize("metric", METRICS)
def test_edges_are_never_nan(metric: Metric) -> None:
    low = kind_of(metric).low
    assert score_estimate(sample(metric, np.zeros(0))) is None
    assert change_estimate(sample(metric, np.zeros(0)), sample(metric, np.array([100.0]))) is None
    for y in (np.array([100.0]), np.array([low]), np.full(7, 100.0), np.full(7, low)):
        found = score_estimate(sample(metric, y))
        assert found is not None and found.low is not None and found.high is not None
        assert low <= found.low <= found.value <= found.high <= 100
        assert found.high - found.low > 5  # equal answers are no certainty
        change = change_estimate(sample(metric, y), sample(metric, y))
        assert change is not None and change.value == 0 and not change.excludes_zero()


@pytest.mark.parametrize(("n", "p", "d"), [(30, 0.5, 0.2), (15, 0.9, 0.05), (400, 0.45, 0.3)])
def test_nps_interval_covers(n: int, p: float, d: float) -> None:
    rng = np.random.default_rng(n)
    hit = 0
    for _ in range(3000):
        found = score_estimate(sample("nps", _nps(p, d, n, rng)))
        assert found is not None and found.low is not None and found.high is not None
        hit += found.low - 1e-9 <= 100 * (p - d) <= found.high + 1e-9  # bounds and truth may be the same fraction
    assert 0.93 <= hit / 3000 <= 0.99


def test_change_is_noise_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(600):
        change = change_estimate(sample("nps", _nps(0.5, 0.2, 60, rng)), sample("nps", _nps(0.5, 0.2, 240, rng)))
        assert change is not None
        alarms += change.excludes_zero()
    assert alarms / 600 <= 0.07


def test_people_who_answer_twice_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    y = np.repeat(_nps(0.5, 0.2, 100, rng), 2)
    alone = change_estimate(sample("nps", y), sample("nps", y))
    person = np.repeat(np.arange(100), 2)
    paired = change_estimate(sample("nps", y, person=person), sample("nps", y, person=person))
    assert alone is not None and paired is not None and alone.high is not None and paired.high is not None
    assert paired.high == pytest.approx(alone.high * np.sqrt(2), rel=0.03)


def test_shares_add_up_and_detractors_follow_the_metric() -> None:
    score = np.array([10.0, 9, 8, 7, 6, 0])
    y = np.array([100.0, 100, 0, 0, -100, -100])
    split = shares("nps", y, score, np.ones(6))
    assert split is not None
    assert split.promoters.value + split.passives.value + split.detractors.value == pytest.approx(1)
    assert split.detractors.value == pytest.approx(2 / 6)
    five = np.array([1.0, 2, 3, 4, 5])
    top = np.array([0.0, 0, 0, 100, 100])
    assert detractors("csat", top, five).tolist() == [True, True, False, False, False]
    assert detractors("csat", top, five * 2).tolist() == [True, True, True, False, False]  # a ten-point scale
    assert detractors("ces", top, five).tolist() == [True, True, True, False, False]
    assert promoters(top).sum() == 2
    assert shares("nps", np.zeros(0), np.zeros(0), np.zeros(0)) is None


def test_mean_answer_ignores_absent_scores() -> None:
    found = mean_answer(np.array([4.0, 5.0, np.nan, 3.0]), np.ones(4))
    assert found is not None and found.value == pytest.approx(4.0) and found.n == 3
    assert mean_answer(np.array([np.nan]), np.ones(1)) is None
    single = mean_answer(np.array([4.0]), np.ones(1))
    assert single is not None and single.low is None


def test_bands_exist_only_where_published() -> None:
    assert kind_of("nps").band(-5) == "below zero"
    assert kind_of("nps").band(30) == "favourable"
    assert kind_of("nps").band(80) == "world class"
    assert kind_of("ces").band(80) is None
