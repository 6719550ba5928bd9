"""The change weighted back to who could have answered."""

from dataclasses import replace

import numpy as np
import pytest

from analyst.findings import ActiveBase, response_check
from analyst.metrics import rake
from analyst.runs.frame import DesignFrame
from tests.findings.planted import LEVELS, WEIGHTS, make_frame, query

PAID_NOW = (WEIGHTS[0], WEIGHTS[1], (0.1, 0.3, 0.4, 0.2), *WEIGHTS[3:])


def base(users: float = 10_000, answered: tuple[int, int] = (1000, 2000)) -> ActiveBase:
    """Everybody who could have answered: plans as they always were, in both windows."""
    shares = np.array(WEIGHTS[2])
    return ActiveBase(
        "users with a session", np.repeat([True, False], 4), np.tile(shares * users, 2), ("plan",), (LEVELS[2],),
        np.tile(np.arange(4), 2)[:, None], (int(users), int(users)), answered,
    )  # fmt: skip


def test_a_change_of_who_answers_is_taken_back_and_warned_of() -> None:
    raw = warned = inside = 0
    for seed in range(20):
        found = response_check(make_frame(seed, 6000, 6000, weights_now=PAID_NOW), query(), base())
        assert found is not None and found.dimensions == ("plan",)
        raw += found.raw.excludes_zero()
        inside += found.raw.excludes_zero() and not found.weighted.excludes_zero()
        warned += found.warning is not None
    assert raw >= 16 and inside >= raw - 2 and warned >= inside


def test_a_true_change_stands_in_both_and_warns_of_nothing() -> None:
    for seed in range(5):
        fallen = make_frame(seed, 6000, 6000, lambda values, post: np.where(post, -15.0, 0.0))
        found = response_check(fallen, query(), base())
        assert found is not None and found.warning is None
        assert found.weighted.value == pytest.approx(found.raw.value, abs=1.5)
        assert found.rate.value == pytest.approx(0.1) and found.rate_before.value == pytest.approx(0.2)


def test_rates_of_unequal_windows_are_not_compared() -> None:
    found = response_check(make_frame(1, 3000, 1000), query(), base())
    assert found is not None and found.rate_change is None  # a week against four


def test_nothing_to_weight_to() -> None:
    frame = make_frame(1, 500, 500)
    assert response_check(frame, query(), None) is None
    assert response_check(frame, query(), base(users=20)) is None
    unknown = replace(base(), dimensions=("shoe_size",))
    assert response_check(frame, query(), unknown) is None


def test_raking_meets_two_margins_and_leaves_unknown_levels_alone() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, 4000), rng.integers(0, 2, 4000)
    wanted = [np.array([0.5, 0.3, 0.2]), np.array([0.25, 0.75])]
    weight = rake([a, b], wanted, np.ones(4000))
    assert weight.mean() == pytest.approx(1)
    for code, target in zip((a, b), wanted, strict=True):
        assert np.bincount(code, weight) / weight.sum() == pytest.approx(target, abs=1e-5)
    missing = [*LEVELS[2][:3], "(missing)"]
    frame: DesignFrame = make_frame(2, 2000, 2000)
    frame = replace(frame, levels=(*LEVELS[:2], tuple(missing), *LEVELS[3:]))
    found = response_check(frame, query(), base())
    assert found is not None and np.isfinite(found.weighted.value)
