"""Troubles that came with a release: named as such, and grade A only when two comparisons agree."""

import numpy as np
import pytest

from analyst.findings import exposure_gaps
from analyst.fixes.began import began_with, difference_in_differences
from analyst.fixes.candidates import from_exposure
from analyst.runs.frame import DesignFrame
from tests.findings.planted import draw_nps, frame_of


def release(
    seed: int, *, harm: float = -50.0, others: float = 0.0, n: int = 4000, elsewhere: float = 0.0
) -> DesignFrame:
    """Android gets 4.2.0 in the current window; most of its users meet a freeze that takes `harm` points. `others`:
    what the window takes from everybody; `elsewhere`: the chance to meet it without the release, in both windows."""
    rng = np.random.default_rng(seed)
    post = np.arange(n) >= n // 2
    android = rng.random(n) < 0.5
    new = android & post & (rng.random(n) < 0.7)
    version = np.where(new, 2, (rng.random(n) < 0.4).astype(int))
    met = (new & (rng.random(n) < 0.6)) | (~new & (rng.random(n) < elsewhere))
    y = draw_nps(35 + harm * met + others * post, rng)
    return frame_of(
        y=y, post=post, codes=np.column_stack([android, version]).astype(np.int32),
        dimensions=("platform", "app_version"), levels=(("ios", "android"), ("4.1.2", "4.1.0", "4.2.0")),
        exposed=met[:, None].astype(float),
        frictions=(("Payment", "ui_freeze"),), with_sessions=np.ones(n, dtype=bool),
    )  # fmt: skip


def _candidate(frame: DesignFrame):  # type: ignore[no-untyped-def]
    found = from_exposure(frame, exposure_gaps(frame), [], [], [], seen=1.0)
    return found[0] if found else None


def test_the_release_is_found_and_two_comparisons_make_grade_a() -> None:
    candidate = _candidate(release(0))
    assert candidate is not None and candidate.grade == "A" and candidate.now
    began = candidate.began
    assert began is not None
    assert (began.version, began.replaced) == ("4.2.0", "4.1.2")
    assert dict(began.where) == {"platform": "android", "app_version": "4.2.0"}
    assert began.shift is not None and began.shift.value == pytest.approx(-50 * 0.6, abs=12)


def test_a_window_in_which_everybody_scores_lower_is_no_second_comparison() -> None:
    shifts = []
    for seed in range(12):
        frame = release(seed, harm=0.0, others=-20.0)
        began = began_with(frame, np.asarray(frame.exposed.todense()).ravel() > 0)
        assert began is not None and began.shift is not None
        shifts.append(began.shift.value)
        candidate = _candidate(frame)
        assert candidate is None or candidate.grade != "A"
    assert np.mean(shifts) == pytest.approx(0, abs=4)


def test_what_others_meet_too_did_not_begin_with_the_release() -> None:
    frame = release(1, elsewhere=0.3)
    assert began_with(frame, np.asarray(frame.exposed.todense()).ravel() > 0) is None
    assert began_with(frame, np.zeros(frame.n, dtype=bool)) is None


def test_difference_in_differences_by_hand() -> None:
    post = np.repeat([False, True], 40)
    inside = np.tile(np.repeat([True, False], 20), 2)
    y = np.where(inside & post, -100.0, np.where(post, 50.0, 100.0)) + np.tile([-1.0, 1.0], 40)
    found = difference_in_differences(frame_of(y=y, post=post), inside)
    assert found is not None and found.value == pytest.approx(-150.0)
    assert found.error == pytest.approx(np.sqrt(4 * 1 / 20))
    assert difference_in_differences(frame_of(y=y, post=post), np.arange(80) < 10) is None
