"""What could have been seen, checked against the published table and against simulation."""

import numpy as np
import pytest

from analyst.metrics import answers_needed, answers_needed_now, change_estimate, sample, smallest_visible


@pytest.mark.parametrize(("change", "n"), [(20, 252), (10, 1017), (5, 4078), (3, 11334), (2, 25506)])
def test_answers_needed_matches_measuringu(change: float, n: int) -> None:
    variance = 1e4 * (0.52 + 0.22 - (0.52 - 0.22) ** 2)
    found = answers_needed(variance, variance, change)
    assert found is not None and abs(found - n) <= 1  # the table rounds z


def test_no_change_and_tiny_changes_cannot_be_settled() -> None:
    assert answers_needed(6500, 6500, 0) is None
    assert answers_needed(6500, 6500, 0.01) is None


def test_a_fixed_baseline_may_never_suffice() -> None:
    rng = np.random.default_rng(0)
    before = sample("nps", rng.choice([100.0, 0.0, -100.0], 100))
    now = sample("nps", rng.choice([100.0, 0.0, -100.0], 100))
    assert answers_needed_now(now, before, 5) is None
    enough = answers_needed_now(now, before, 40)
    assert enough is not None and enough < 200
    assert smallest_visible(sample("nps", np.zeros(0)), before) is None


def test_four_in_five_changes_of_the_stated_size_are_seen() -> None:
    rng = np.random.default_rng(11)
    p, d, n_now, n_before = 0.5, 0.2, 300, 1200
    values, base = np.array([100.0, -100.0, 0.0]), [p, d, 1 - p - d]
    mde = smallest_visible(
        sample("nps", rng.choice(values, n_now, p=base)), sample("nps", rng.choice(values, n_before, p=base))
    )
    assert mde is not None
    shift = mde / 200  # promoters become detractors
    seen = 0
    for _ in range(600):
        now = sample("nps", rng.choice(values, n_now, p=[p - shift, d + shift, 1 - p - d]))
        change = change_estimate(now, sample("nps", rng.choice(values, n_before, p=base)))
        assert change is not None
        seen += change.excludes_zero()
    assert 0.74 <= seen / 600 <= 0.86
