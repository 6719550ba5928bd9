"""The order of fixes: by lift, confidence and effort, with the places each could have."""

from dataclasses import replace

import numpy as np
import pytest

from analyst.core.values import Estimate
from analyst.fixes.candidates import Candidate
from analyst.fixes.lift import Lift
from analyst.fixes.places import places_of
from tests.findings.planted import frame_of

N = 400


def candidate(points: float, error: float, grade: str = "A", influence: np.ndarray | None = None) -> Candidate:
    lift = Lift(points, error)
    return Candidate(
        screen="Payment", signals=("crash",), themes=(), where=(), grade=grade, gap=-10.0, error=1.0, share=0.1,  # type: ignore[arg-type]
        lift=lift, interval=Estimate(points, points - 2 * error, points + 2 * error, 50), influence=influence,
    )  # fmt: skip


def drawn(error: float, seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).standard_normal(N)
    return values * error / np.sqrt(np.square(values).sum())


FRAME = frame_of(y=np.zeros(N), post=np.arange(N) >= N // 2)


def test_order_is_lift_times_confidence_over_effort() -> None:
    found = places_of(
        FRAME, [candidate(4, 0.1), candidate(3, 0.1), candidate(3, 0.1, "B")], [4.0, 1.0, 1.0], list("abc")
    )
    assert found.order == (1, 2, 0)
    assert found.priority == pytest.approx((1.0, 3.0, 2.4))


def test_what_is_only_heard_comes_after_the_sure() -> None:
    heard = replace(candidate(9, 0.1, "C"), heard=True)
    found = places_of(FRAME, [heard, candidate(1, 0.1), candidate(0.5, 0.3, "C")], [1.0, 1.0, 1.0], list("abc"))
    assert found.order == (1, 2, 0) and found.priority[0] > found.priority[1]


def test_places_are_sure_when_lifts_are_far_apart_and_wide_when_not() -> None:
    parts = [(9.0, 0.2), (3.0, 1.0), (2.8, 1.0), (0.5, 0.1)]
    found = places_of(
        FRAME, [candidate(p, e, influence=drawn(e, i)) for i, (p, e) in enumerate(parts)], [1.0] * 4, list("abcd")
    )
    assert found.bounds == ((1, 1), (2, 3), (2, 3), (4, 4))
    assert found.ties == (frozenset(), {2}, {1}, frozenset())


def test_errors_that_go_together_do_not_blur_the_order() -> None:
    """Two lifts that are wrong in the same direction: which is larger is known all the same."""
    same = drawn(1.0, 0)
    together = places_of(
        FRAME, [candidate(3, 1.0, influence=same), candidate(2.5, 1.0, influence=same)], [1, 1], ["a", "b"]
    )
    apart = places_of(
        FRAME, [candidate(3, 1.0, influence=same), candidate(2.5, 1.0, influence=drawn(1.0, 1))], [1, 1], ["a", "b"]
    )
    assert together.bounds == ((1, 1), (2, 2)) and together.ties[0] == frozenset()
    assert apart.bounds == ((1, 2), (1, 2)) and apart.ties[0] == {1}


def test_the_same_question_has_the_same_answer_and_nothing_has_none() -> None:
    parts = [candidate(2, 1.0, "C"), candidate(1.9, 1.0, "C")]
    assert places_of(FRAME, parts, [1, 1], ["a", "b"]) == places_of(FRAME, parts, [1, 1], ["a", "b"])
    assert places_of(FRAME, [], [], []).order == ()
    assert places_of(FRAME, [candidate(0, 0), candidate(0, 0)], [1, 1], ["b", "a"]).order == (1, 0)
