"""Drivers tell a theme's own part from that of its companions; lags find when friction hurt, and doubt themselves."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from analyst.findings import LagCounts, ThemeName, find_drivers, lag_effects
from analyst.runs.frame import DesignFrame
from tests.findings.planted import draw_nps, make_frame

NAMES = {t: ThemeName(t, t.title(), "discovered") for t in ("pay", "shadow", "good")} | {
    "sys-praise": ThemeName("sys-praise", "General praise", "system")
}


def spoken(seed: int, n: int = 4000) -> DesignFrame:
    """'pay' costs 40 points. 'shadow' costs nothing but is mentioned by half of those who mention 'pay'. 'good' gives
    20. Free users say 'good' less often and score 20 lower."""
    frame = make_frame(seed, n // 2, n // 2)
    rng = np.random.default_rng([seed, 1])
    size, free = frame.n, frame.codes[:, 2] == 0
    pay = rng.random(size) < 0.15
    shadow = rng.random(size) < np.where(pay, 0.5, 0.05)
    good = rng.random(size) < np.where(free, 0.1, 0.3)
    said = np.stack([pay, shadow, good, rng.random(size) < 0.1], axis=1)
    y = draw_nps(30 - 40.0 * pay + 20.0 * good - 20.0 * free, rng)
    return replace(
        frame, y=y, commented=np.ones(size, dtype=bool), theme_ids=tuple(NAMES),
        mentions=sparse.csr_matrix(said.astype(float)), negative=sparse.csr_matrix((size, 4)),
    )  # fmt: skip


def test_a_theme_is_not_blamed_for_its_companion() -> None:
    runs = [find_drivers(spoken(seed), NAMES) for seed in range(20)]
    of = {name: [next(d for d in run.drivers if d.theme_id == name) for run in runs] for name in NAMES}
    assert np.mean([d.effect.value for d in of["pay"]]) == pytest.approx(-40, abs=3)
    assert np.mean([d.effect.value for d in of["good"]]) == pytest.approx(20, abs=2)
    assert abs(np.mean([d.effect.value for d in of["shadow"]])) < 2
    covered = [(d.effect.low or 0) <= 0 <= (d.effect.high or 0) for d in of["shadow"]]
    assert sum(covered) >= 17
    # what other tools print blames the companion
    assert np.mean([d.raw_gap for d in of["shadow"]]) < -15
    assert np.mean([d.leave_one_out for d in of["shadow"]]) < -1
    assert all(d.along[0].theme_id == "pay" for d in of["shadow"])
    assert np.mean([d.along_segments for d in of["good"]]) > 3


def test_the_raw_gap_is_taken_apart() -> None:
    frame = spoken(3)
    found = find_drivers(frame, NAMES)
    assert [d.theme_id for d in found.drivers][-1] == "sys-praise" and found.drivers[0].theme_id == "pay"
    assert sum(d.importance for d in found.drivers) == pytest.approx(1)
    assert 0 < found.explained < 1
    for d in found.drivers:
        assert d.raw_gap == pytest.approx(d.effect.value + d.along_themes + d.along_segments, abs=0.5)
        mentions = np.asarray(frame.mentions[:, [frame.theme_ids.index(d.theme_id)]].todense()).ravel() > 0
        assert d.leave_one_out == pytest.approx(frame.y.mean() - frame.y[~mentions].mean())


def test_nothing_said_often_enough() -> None:
    frame = spoken(1, 60)
    quiet = replace(frame, mentions=sparse.csr_matrix(frame.mentions.shape))
    assert find_drivers(quiet, NAMES).drivers == ()
    assert find_drivers(replace(frame, commented=np.zeros(frame.n, dtype=bool)), NAMES).drivers == ()


def lagged(seed: int, n: int = 5000, *, unseen: float = 0.0) -> tuple[DesignFrame, LagCounts]:
    """Friction costs 20 points in the week before, 8 in the week before that, nothing later; `unseen` makes a third of
    the people score that much lower and meet more friction always, after their answer too."""
    frame = make_frame(seed, n // 2, n // 2)
    rng = np.random.default_rng([seed, 1])
    grumpy = rng.random(frame.n) < 1 / 3
    met = rng.random((frame.n, 4)) < 0.25 + (0.3 * grumpy[:, None] if unseen else 0)
    met[:, -1] &= rng.random(frame.n) < 0.8
    y = draw_nps(30 - 20.0 * met[:, 0] - 8.0 * met[:, 1] - unseen * grumpy, rng)
    rows, lags = np.nonzero(met)
    kind = np.where(rng.random(len(rows)) < 0.5, "Cart", "Payment")
    counts = LagCounts(np.ones((frame.n, 4), dtype=bool), rows, lags, kind, np.full(len(rows), "crash"))
    return replace(frame, y=y), counts


def test_lags_are_found_and_the_false_one_is_not() -> None:
    runs = [lag_effects(*lagged(seed)) for seed in range(20)]
    for place, true in enumerate((-20.0, -8.0, 0.0, 0.0)):
        effects = [run.effects[place].effect for run in runs]
        assert np.mean([e.value for e in effects if e]) == pytest.approx(true, abs=1.8)
        assert sum((e.low or 0) <= true <= (e.high or 0) for e in effects if e) >= 16
    assert sum(run.clean is True for run in runs) >= 17
    assert [(e.first, e.last, e.after) for e in runs[0].effects][-1] == (0, 7, True)


def test_a_hidden_difference_shows_in_the_lag_that_cannot_be() -> None:
    assert sum(lag_effects(*lagged(seed, unseen=40.0)).clean is False for seed in range(8)) >= 6


def test_lags_of_one_screen_and_of_nothing() -> None:
    frame, counts = lagged(1)
    one = lag_effects(frame, counts, "Cart", ["crash"])
    assert one.on == ("Cart", "crash") and one.effects[0].effect is not None
    assert one.effects[0].effect.n < lag_effects(frame, counts).effects[0].effect.n  # type: ignore[union-attr]
    none = lag_effects(frame, counts, "Nowhere")
    assert none.clean is None and all(e.effect is None for e in none.effects)
    unseen = replace(counts, seen=np.zeros_like(counts.seen))
    assert lag_effects(frame, unseen).n == 0
