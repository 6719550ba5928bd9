"""Ties between themes and friction: a planted tie is found, a decoy and chance are not."""

import numpy as np
import pytest

from analyst.findings import ThemeName, screen_links
from analyst.runs.frame import DesignFrame
from tests.findings.planted import frame_of

NAMES = {
    "cards": ThemeName("cards", "Card declined", "discovered"),
    "recipes": ThemeName("recipes", "Recipes", "discovered"),
    "sys-praise": ThemeName("sys-praise", "General praise", "system"),
}
FRICTIONS = (("Payment", "rage_tap"), ("Recipes", "rage_tap"), ("Home", "error"))


def _frame(seed: int, tie: float, n: int = 1500) -> DesignFrame:
    rng = np.random.default_rng(seed)
    met = rng.random((n, 3)) < np.array([0.12, 0.2, 0.05])
    said = rng.random((n, 3)) < np.array([0.06, 0.08, 0.3])
    said[:, 0] |= met[:, 0] & (rng.random(n) < tie)
    return frame_of(
        y=np.where(met[:, 0], -100.0, 100.0), post=np.arange(n) >= n // 2, mentions=said.astype(float),
        theme_ids=("cards", "recipes", "sys-praise"), exposed=2 * met.astype(float), frictions=FRICTIONS,
        commented=np.ones(n, dtype=bool), with_sessions=rng.random(n) < 0.8,
    )  # fmt: skip


def test_the_tie_is_found_and_the_decoy_is_not() -> None:
    false = 0
    for seed in range(20):
        links = screen_links(_frame(seed, 0.3), NAMES)
        pairs = [(link.theme_id, link.screen, link.signal) for link in links]
        assert pairs[0] == ("cards", "Payment", "rage_tap")
        false += len(pairs) - 1
    assert false <= 4


def test_without_a_tie_there_is_no_link() -> None:
    assert sum(bool(screen_links(_frame(seed, 0.0), NAMES)) for seed in range(100, 140)) <= 5


def test_numbers_of_a_link_by_hand() -> None:
    # 40 mentioners of whom 30 met it, 160 others of whom 20 did
    said = np.arange(200) < 40
    met = (np.arange(200) < 30) | (np.arange(200) >= 180)
    frame = frame_of(
        y=np.zeros(200), post=np.arange(200) % 2 == 0, mentions=said[:, None].astype(float), theme_ids=("cards",),
        exposed=met[:, None].astype(float), frictions=FRICTIONS[:1], commented=np.ones(200, dtype=bool),
        with_sessions=np.ones(200, dtype=bool),
    )  # fmt: skip
    (link,) = screen_links(frame, NAMES, {("cards", "Payment"): 7})
    assert link.odds.value == pytest.approx(30 * 140 / (10 * 20), rel=1e-3)
    assert (link.odds.n, link.exposed_share, link.other_share) == (40, 0.75, 0.125)
    assert link.named == 7 and link.significant


def test_nothing_to_link_is_an_empty_list() -> None:
    post = np.arange(50) >= 25
    assert screen_links(frame_of(y=np.zeros(50), post=post), NAMES) == []
    assert screen_links(frame_of(y=np.zeros(0), post=np.zeros(0, dtype=bool)), NAMES) == []
    assert screen_links(_frame(0, 0.3), {}) == []
