"""Views of the change: each adds up by itself, and puts what was planted where it belongs."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analyst.findings import ThemeName, screen_view, theme_view
from analyst.findings.views import ChangeView
from analyst.runs.frame import DesignFrame
from tests.findings.planted import draw_nps, make_frame

NAMES = {t: ThemeName(t, t.title(), "discovered") for t in ("pay", "decoy", "slow", "rare")}


def themed(
    seed: int, n: int = 4000, *, more: float = 0.0, hurts: float = 0.0, repeats: float = 0.0, weighted: bool = False
) -> DesignFrame:
    """'pay' costs 40 points and is mentioned by a tenth; `more` adds to its share now, `hurts` to its cost now. A third
    says nothing. 'decoy' is mentioned more now and costs nothing."""
    frame = make_frame(seed, n, n // 2, repeats=repeats, weighted=weighted)
    rng = np.random.default_rng([seed, 1])  # not the numbers that the frame was drawn with
    post, size = frame.post, frame.n
    silent = rng.random(size) < 1 / 3
    said = (
        np.stack(
            [
                rng.random(size) < 0.1 + more * post,
                rng.random(size) < 0.1 + 0.15 * post,
                rng.random(size) < 0.2,
                rng.random(size) < 0.002,
            ],
            axis=1,
        )
        & ~silent[:, None]
    )
    mean = 35.0 - (40.0 + hurts * post) * said[:, 0] - 10.0 * said[:, 2]
    return replace(
        frame, y=draw_nps(mean, rng), commented=~silent, theme_ids=tuple(NAMES),
        mentions=sparse.csr_matrix(said.astype(float)), negative=sparse.csr_matrix((size, 4)),
    )  # fmt: skip


def term(view: ChangeView | None, name: str) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    assert view is not None
    found = next(t for t in view.terms if t.name == name)
    return found.more, found.hurts


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(60, 1500),
    more=st.sampled_from([0.0, 0.3]),
    repeats=st.sampled_from([0.0, 0.4]),
    weighted=st.booleans(),
)
def test_every_view_adds_up(seed: int, n: int, more: float, repeats: float, weighted: bool) -> None:
    frame = themed(seed, n, more=more, repeats=repeats, weighted=weighted)
    rng = np.random.default_rng(seed)
    met = sparse.csr_matrix((rng.random((frame.n, 3)) < (0.05, 0.2, 0.01)).astype(float))
    frame = replace(
        frame, sessions=(rng.random(frame.n) < 0.6).astype(np.int64), exposed=met,
        frictions=(("Cart", "crash"), ("Payment", "dead_tap"), ("Payment", "rage_tap")),
    )  # fmt: skip
    now = np.average(frame.y[frame.post], weights=frame.weight[frame.post])
    before = np.average(frame.y[~frame.post], weights=frame.weight[~frame.post])
    for view in (theme_view(frame, NAMES), screen_view(frame)):
        assert view is not None
        assert view.change == pytest.approx(now - before, abs=1e-9)
        assert abs(sum(t.points for t in view.terms) - (now - before)) < 1e-9
        for t in view.terms:
            for points, low, high in (t.more, t.hurts):
                assert np.isfinite([points, low, high]).all() and low <= points <= high


@pytest.mark.parametrize(("change", "place"), [("more", 0), ("hurts", 1)])
def test_talked_about_more_and_hurting_more_are_told_apart(change: str, place: int) -> None:
    grow: Callable[[int], DesignFrame] = lambda seed: (  # noqa: E731
        themed(seed, 8000, more=0.15) if change == "more" else themed(seed, 8000, hurts=40.0)
    )
    found = [term(theme_view(grow(seed), NAMES), "pay") for seed in range(8)]
    true = -40 * 0.15 * 2 / 3 if place == 0 else -40 * 0.1 * 2 / 3
    assert np.mean([pair[place][0] for pair in found]) == pytest.approx(true, abs=0.6)
    assert all(pair[place][2] < 0 for pair in found)
    assert abs(np.mean([pair[1 - place][0] for pair in found])) < 0.6


def test_a_theme_that_rises_and_means_nothing_brings_nothing() -> None:
    outside = covered = 0
    for seed in range(40):
        more, hurts = term(theme_view(themed(seed, 2000), NAMES), "decoy")
        outside += more[1] > 0 or more[2] < 0
        covered += hurts[1] <= 0 <= hurts[2]
    assert outside <= 6 and covered >= 34  # 2 and 38 expected


def test_no_comment_and_no_telemetry_are_levels() -> None:
    frame = themed(3)
    assert {t.part for t in theme_view(frame, NAMES).terms} == {"theme", "unknown", "mix", "rest"}  # type: ignore[union-attr]
    assert screen_view(frame) is None  # nobody has a session
    assert theme_view(frame.only(frame.post), NAMES) is None  # one window only
