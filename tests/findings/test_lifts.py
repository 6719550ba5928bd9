"""Segments where something is commoner: found when planted, told once, silent otherwise."""

import numpy as np
import pytest
from numpy.typing import NDArray

from analyst.findings.drill import risen_screens, risen_themes
from analyst.findings.lifts import Groups, make_groups, segment_lifts
from analyst.findings.shrink import shrink
from tests.findings.planted import frame_of

LEVELS = (("ios", "android"), ("free", "pro", "(missing)"), ("Pixel", "iPhone", "other"))


def _codes(n: int, rng: np.random.Generator) -> NDArray[np.int32]:
    platform = rng.integers(0, 2, n)
    device = np.where(platform == 1, rng.choice([0, 2], n), rng.choice([1, 2], n))
    return np.column_stack([platform, rng.integers(0, 3, n), device]).astype(np.int32)


def _groups(codes: NDArray[np.int32]) -> Groups:
    return make_groups(("platform", "plan", "device"), LEVELS, codes, np.ones(len(codes)))


def test_absent_values_form_no_segment() -> None:
    groups = _groups(_codes(2000, np.random.default_rng(0)))
    assert not any(value == "(missing)" for where in groups.where for _, value in where)
    assert (("platform", "android"),) in groups.where
    assert (("device", "iPhone"), ("platform", "android")) not in groups.where  # nobody


def test_a_pair_is_told_once_and_right() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        codes = _codes(3000, rng)
        inside = (codes[:, 0] == 1) & (codes[:, 1] == 0)
        hits = (rng.random(3000) < np.where(inside, 0.5, 0.05)).astype(float)
        first, *rest = segment_lifts(_groups(codes), np.ones(3000), hits[:, None])[0]
        assert first.where == (("plan", "free"), ("platform", "android"))
        assert first.share_in == pytest.approx(hits[inside].mean())
        assert first.lift.value == pytest.approx(hits[inside].mean() / hits[~inside].mean(), rel=0.05)
        assert len(rest) <= 1


def test_chance_names_little() -> None:
    named = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        codes = _codes(800, rng)
        named += bool(segment_lifts(_groups(codes), np.ones(800), (rng.random((800, 1)) < 0.03).astype(float))[0])
    assert named <= 6


def test_no_rows_no_lifts() -> None:
    empty = make_groups(("platform",), (("ios",),), np.zeros((0, 1), dtype=np.int32), np.zeros(0))
    assert segment_lifts(empty, np.zeros(0), np.zeros((0, 2))) == [[], []]


def test_what_rose_inside_and_nothing_else() -> None:
    rng = np.random.default_rng(3)
    n = 3000
    post, inside = np.arange(n) >= 1500, rng.random(n) < 0.4
    rose = rng.random(n) < np.where(post & inside, 0.3, 0.1)
    everywhere = rng.random(n) < np.where(post, 0.3, 0.1)  # rose for all: no mark of the segment
    both = np.column_stack([rose, everywhere]).astype(float)
    frame = frame_of(
        y=np.zeros(n), post=post, mentions=both, theme_ids=("a", "b"), exposed=both,
        frictions=(("Payment", "crash"), ("Home", "crash")), commented=np.ones(n, dtype=bool),
        with_sessions=np.ones(n, dtype=bool),
    )  # fmt: skip
    assert (risen_themes(frame, inside), risen_screens(frame, inside)) == (["a"], ["Payment"])
    assert risen_themes(frame, np.zeros(n, dtype=bool)) == []


def test_shrinking_pulls_to_zero_near_the_limit_only() -> None:
    weak, low, high = shrink(-20.0, 5.0, 3.9)
    assert -20 < weak < 0 and low < weak < high
    strong, *_ = shrink(-60.0, 5.0, 3.9)
    assert strong == pytest.approx(-60, abs=0.5)
    assert shrink(20.0, 5.0, 3.9)[0] == pytest.approx(-weak)


def test_shrinking_undoes_the_winners_curse() -> None:
    """Among estimates that passed a limit, the shrunken ones are nearer to the truth on average."""
    rng = np.random.default_rng(0)
    true, error, limit = -15.0, 5.0, 3.5
    passed = [x for x in rng.normal(true, error, 4000) if abs(x / error) >= limit]
    raw = float(np.mean(passed))
    kept = float(np.mean([shrink(x, error, limit)[0] for x in passed]))
    assert abs(kept - true) < 0.6 * abs(raw - true)
