"""Several fixes together: what they bring is asked of the model, not added up."""

import numpy as np
import pytest

from analyst.findings import Trouble, exposure_gaps
from analyst.fixes.bundle import Bundles, Part
from analyst.fixes.lift import Lift
from analyst.runs.frame import DesignFrame
from tests.findings.planted import draw_nps, frame_of


def shared_harm(seed: int, n: int = 8000) -> DesignFrame:
    """Who meets a Payment freeze or a Checkout error loses 40 points, once; half of the freezes bring an error."""
    rng = np.random.default_rng(seed)
    freeze = rng.random(n) < 0.2
    error = (freeze & (rng.random(n) < 0.5)) | (rng.random(n) < 0.1)
    y = draw_nps(40 - 40.0 * (freeze | error), rng)
    return frame_of(
        y=y, post=np.arange(n) >= n // 2, exposed=np.column_stack([freeze, error]).astype(float),
        frictions=(("Payment", "ui_freeze"), ("Checkout", "error")), with_sessions=np.ones(n, dtype=bool),
    )  # fmt: skip


def _bundle(frame: DesignFrame) -> tuple[Bundles, list[Part]]:
    troubles = [
        Trouble(screen, (signal,), np.asarray(frame.exposed[:, [i]].todense()).ravel() > 0)
        for i, (screen, signal) in enumerate(frame.frictions)
    ]
    gaps = sorted(exposure_gaps(frame, troubles), key=lambda gap: gap.trouble.screen, reverse=True)
    bundles = Bundles(frame, gaps, 1.0, 1.0)
    alone = [bundles.raw((i,), now=False) for i in (0, 1)]
    return bundles, [Part((i,), one[0], False) for i, one in enumerate(alone) if one is not None]


def test_two_that_take_the_same_points_bring_more_together_than_their_sum() -> None:
    found = []
    for seed in range(8):
        frame = shared_harm(seed)
        bundles, parts = _bundle(frame)
        joint = bundles.joint(parts)
        assert joint is not None and joint.error > 0
        either = float((np.asarray(frame.exposed.sum(axis=1)).ravel()[frame.post] > 0).mean())
        found.append((joint.points - 40 * either, joint.points - sum(part.lift.points for part in parts)))
    bias, beyond = np.mean(found, axis=0)
    assert bias == pytest.approx(0, abs=1.0)
    assert beyond > 2  # each alone leaves the other's harm to those who meet both


def test_a_harmless_companion_adds_nothing() -> None:
    found = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        freeze = rng.random(6000) < 0.2
        tap = (freeze & (rng.random(6000) < 0.6)) | (rng.random(6000) < 0.1)
        y = draw_nps(40 - 40.0 * freeze, rng)
        frame = frame_of(
            y=y, post=np.arange(6000) >= 3000, exposed=np.column_stack([freeze, tap]).astype(float),
            frictions=(("Payment", "ui_freeze"), ("Menu", "dead_tap")), with_sessions=np.ones(6000, dtype=bool),
        )  # fmt: skip
        bundles, parts = _bundle(frame)
        joint = bundles.joint(parts)
        assert joint is not None
        found.append(joint.points - parts[0].lift.points)
    assert np.mean(found) == pytest.approx(0, abs=0.8)


def test_one_fix_is_itself_and_a_shrunken_lift_stays_shrunken() -> None:
    bundles, parts = _bundle(shared_harm(0))
    assert bundles.joint(parts[:1]) == parts[0].lift
    whole = bundles.joint(parts)
    halved = bundles.joint([Part(part.troubles, Lift(part.lift.points / 2, part.lift.error), False) for part in parts])
    assert whole is not None and halved is not None
    assert whole.points - halved.points == pytest.approx(sum(part.lift.points for part in parts) / 2)


def test_overlap_is_a_share_of_those_reached_now() -> None:
    frame = shared_harm(0)
    bundles, _ = _bundle(frame)
    freeze, error = (np.asarray(frame.exposed[:, [i]].todense()).ravel() > 0 for i in (0, 1))
    now = frame.post
    assert bundles.shared((0,), (1,)) == pytest.approx((freeze & error & now).sum() / (freeze & now).sum())
    assert bundles.shared((1,), (0,)) == pytest.approx((freeze & error & now).sum() / (error & now).sum())


def test_too_few_exposed_cannot_be_told() -> None:
    frame = shared_harm(0, n=400)
    rare = Trouble("Home", ("crash",), np.arange(400) < 20)
    bundles = Bundles(frame, exposure_gaps(frame, [rare]), 1.0, 1.0)
    assert bundles.raw((0,), now=True) is None  # all of its 20 lie in the baseline
    assert Bundles(frame, [], 1.0, 1.0).joint([Part((), Lift(1.0, 0.5), False)]) == Lift(1.0, 0.5)
