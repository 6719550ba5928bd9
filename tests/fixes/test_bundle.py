"""Several fixes together: what they bring is asked of the model, not added up."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from analyst.core.runfolder import Run
from analyst.findings import Trouble, exposure_gaps
from analyst.fixes import Evidence, rank_fixes
from analyst.fixes.bundle import Bundles, Part
from analyst.fixes.lift import Lift
from analyst.runs.counting import connect
from analyst.runs.frame import DesignFrame, design_frame
from tests.findings.planted import draw_nps, frame_of
from tests.fixes.shop import LATE, query
from tests.runs.small_run import write_run


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
    both = (freeze & error & now).sum()
    share, beyond = bundles.shared((0,), (1,))
    assert share == pytest.approx(both / (freeze & now).sum())
    assert beyond == pytest.approx(share / error[now].mean()) and beyond > 1.5
    assert bundles.shared((1,), (0,))[0] == pytest.approx(both / (error & now).sum())


def test_too_few_exposed_cannot_be_told() -> None:
    frame = shared_harm(0, n=400)
    rare = Trouble("Home", ("crash",), np.arange(400) < 20)
    bundles = Bundles(frame, exposure_gaps(frame, [rare]), 1.0, 1.0)
    assert bundles.raw((0,), now=True) is None  # all of its 20 lie in the baseline
    assert Bundles(frame, [], 1.0, 1.0).joint([Part((), Lift(1.0, 0.5), False)]) == Lift(1.0, 0.5)


def test_the_list_tells_an_overlap_beyond_chance_and_no_other(tmp_path: Path) -> None:
    """Nine in ten of Checkout's errors come with a Payment freeze; Slots' dead taps come with it by chance alone."""
    connection = connect(write_overlap(tmp_path))
    asked = query()
    frame = design_frame(connection, asked, join_days=14, until=LATE)
    evidence = Evidence({}, [], [], [], exposure_gaps(frame))
    fixes = {f.screen: f for f in rank_fixes(connection, frame, asked, evidence, until=LATE, join_days=14)}
    connection.close()
    assert {"Payment", "Checkout", "Slots"} <= set(fixes)
    (overlap,) = [*fixes["Payment"].overlaps, *fixes["Checkout"].overlaps]
    assert {overlap.fix_id} < {fixes["Payment"].fix_id, fixes["Checkout"].fix_id}
    assert overlap.shared > 0.25 and overlap.joint.value != pytest.approx(overlap.apart)
    later = max(fixes["Payment"], fixes["Checkout"], key=lambda fix: fix.rank)
    assert any("too: together" in fact for fact in later.facts) and fixes["Slots"].overlaps == []


def write_overlap(folder: Path, n: int = 3000) -> Run:
    """A run in which people meet Payment freezes, Checkout errors and dead taps on Slots, and score lower for each."""
    rng = np.random.default_rng(0)
    freeze = rng.random(n) < 0.2
    error = (freeze & (rng.random(n) < 0.5)) | (rng.random(n) < 0.03)
    slots = rng.random(n) < 0.25
    y = draw_nps(40 - 30.0 * freeze - 30.0 * error - 25.0 * slots, rng)
    responses, sessions, exposures = [], [], []
    for i in range(n):
        when = datetime(2026, 11, 10 if i % 2 else 2, 12, tzinfo=UTC)
        user, session = f"u{i}", f"s{i}"
        responses.append({
            "response_id": f"r{i:05}", "source": "t", "source_id": str(i), "kind": "nps", "y": float(y[i]),
            "score": {100.0: 10.0, 0.0: 8.0}.get(float(y[i]), 3.0), "scale_min": 0.0, "scale_max": 10.0,
            "submitted_at": when, "user_id": user,
        })  # fmt: skip
        sessions.append({"session_id": session, "user_id": user, "started_at": when - timedelta(hours=3)})
        met = (("Payment", "ui_freeze", freeze[i]), ("Checkout", "error", error[i]), ("Slots", "dead_tap", slots[i]))
        exposures += [
            {"session_id": session, "user_id": user, "screen": screen, "signal": signal, "count": 1,
             "at": when - timedelta(hours=3)}
            for screen, signal, did in met if did
        ]  # fmt: skip
    return write_run(folder, responses=responses, sessions=sessions, exposures=exposures)
