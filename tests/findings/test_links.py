"""Ties between themes and friction: a planted tie is found, a decoy and chance are not."""

from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from analyst.core.values import Estimate
from analyst.findings import ThemeName, Tie, screen_links, summary_ties, theme_screens, with_kinds, word_ties
from analyst.findings.strata import pooled_odds
from analyst.findings.types import ScreenLink
from analyst.runs.counting import connect
from analyst.runs.frame import DesignFrame
from tests.findings.planted import frame_of
from tests.findings.test_screens import LATE, _query
from tests.runs.small_run import at, response, write_run

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


def _confounded(seed: int, n: int = 2400, busy: bool = False) -> DesignFrame:
    """Android users (or busy ones) meet more friction and speak more of cards; within a platform there is no tie."""
    rng = np.random.default_rng(seed)
    often = rng.random(n) < 0.4
    met = rng.random(n) < np.where(often, 0.45, 0.05)
    said = rng.random(n) < np.where(often, 0.3, 0.04)
    codes = (np.zeros(n, dtype=np.int32) if busy else often.astype(np.int32))[:, None]
    frame = frame_of(
        y=rng.choice([-100.0, 0.0, 100.0], n), post=np.arange(n) >= n // 2, codes=codes, dimensions=("platform",),
        levels=(("ios", "android"),), mentions=said[:, None].astype(float), theme_ids=("cards",),
        exposed=met[:, None].astype(float), frictions=FRICTIONS[:1], commented=np.ones(n, dtype=bool),
        with_sessions=np.ones(n, dtype=bool),
    )  # fmt: skip
    return replace(frame, sessions=np.where(often, 9, 1).astype(np.int64)) if busy else frame


def test_people_are_compared_with_people_like_them() -> None:
    for busy in (False, True):
        crude = [_crude(_confounded(seed, busy=busy)) for seed in range(20)]
        assert min(crude) > 2  # who compares everybody with everybody sees a tie every time
        assert sum(bool(screen_links(_confounded(seed, busy=busy), NAMES)) for seed in range(20)) <= 2


def _crude(frame: DesignFrame) -> float:
    odds = pooled_odds(frame.mentions, frame.exposed, np.zeros(frame.n, dtype=np.int64))
    return float(odds.ratio[0, 0])


def test_pooled_odds_by_hand() -> None:
    """Two cells: [[4, 2], [1, 3]] and [[2, 2], [1, 5]]; Robins, Breslow & Greenland's variance worked out by hand."""
    said = np.repeat([1, 1, 0, 0, 1, 1, 0, 0], [4, 2, 1, 3, 2, 2, 1, 5])
    met = np.repeat([1, 0, 1, 0, 1, 0, 1, 0], [4, 2, 1, 3, 2, 2, 1, 5])
    cells = np.repeat([0, 1], [10, 10])
    odds = pooled_odds(_column(said), _column(met), cells)
    up, down = np.array([12 / 10, 10 / 10]), np.array([2 / 10, 2 / 10])
    assert odds.ratio[0, 0] == pytest.approx(2.2 / 0.4)
    p, q = np.array([0.7, 0.7]), np.array([0.3, 0.3])
    r, s = up.sum(), down.sum()
    variance = (p * up).sum() / (2 * r * r) + (p * down + q * up).sum() / (2 * r * s) + (q * down).sum() / (2 * s * s)
    assert odds.high[0, 0] == pytest.approx(5.5 * np.exp(1.959964 * np.sqrt(variance)), rel=1e-5)
    spread = 6 * 4 * 5 * 5 / (100 * 9) + 4 * 6 * 3 * 7 / (100 * 9)
    assert odds.z[0, 0] == pytest.approx((4 - 3 + 2 - 1.2) / np.sqrt(spread))


def test_cells_of_one_and_empty_margins_say_nothing() -> None:
    nobody = pooled_odds(_column(np.array([1, 0, 1])), _column(np.array([1, 1, 0])), np.arange(3))
    assert np.isnan(nobody.ratio[0, 0]) and nobody.z[0, 0] == 0
    everybody = pooled_odds(_column(np.ones(9, dtype=np.int64)), _column(np.ones(9, dtype=np.int64)), np.zeros(9, int))
    assert np.isnan(everybody.ratio[0, 0]) and everybody.z[0, 0] == 0


def _column(values: NDArray[np.int64]) -> sparse.csr_matrix:
    return sparse.csr_matrix(values[:, None].astype(float))


def test_an_interval_covers_the_truth_in_many_small_cells() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(200):
        cells = np.repeat(np.arange(60), 8)
        base = rng.normal(-1, 0.8, 60)[cells]
        said = rng.random(480) < 0.35
        met = rng.random(480) < 1 / (1 + np.exp(-(base + np.log(3.0) * said)))
        odds = pooled_odds(_column(said), _column(met), cells)
        covered += bool(odds.low[0, 0] <= 3.0 <= odds.high[0, 0])
    assert covered >= 184  # 95 % of 200 is 190; fewer than 184 would come up once in 250 times


def _told(folder: Path) -> duckdb.DuckDBPyConnection:
    """Forty answers of whom those on cards name the Payment page, and sessions that tell of cards on Payment."""
    rows, opinions, sessions, exposures = [], [], [], []
    for i in range(120):
        theme = ("cards", "recipes", "sys-praise")[i % 3]
        words = "the payment page froze" if theme == "cards" and i % 2 else "it was fine"
        rows.append(response(i, 10, 3, text=words, user_id=f"u{i}"))
        opinions.append({"opinion_id": f"o{i}", "response_id": f"r{i:03}", "text": words, "theme_id": theme})
        stuck = theme == "cards"
        screen = "Payment" if stuck else "Recipes"
        sessions.append({"session_id": f"s{i}", "user_id": f"u{i}", "started_at": at(9)})
        exposures.append(
            {
                "session_id": f"s{i}",
                "user_id": f"u{i}",
                "screen": screen,
                "signal": "ui_freeze",
                "count": 1,
                "at": at(9),
            }
        )
        if stuck:
            opinions.append({"opinion_id": f"p{i}", "session_id": f"s{i}", "text": "froze", "theme_id": "cards"})
    themes = [
        {"theme_id": name, "label": name, "kind": "system" if name.startswith("sys") else "discovered"}
        for name in ("cards", "recipes", "sys-praise")
    ]
    return connect(
        write_run(folder, responses=rows, opinions=opinions, sessions=sessions, exposures=exposures, themes=themes)
    )


def test_words_and_sessions_tie_a_theme_to_a_screen(tmp_path: Path) -> None:
    connection = _told(tmp_path)
    words, told = (of(connection, _query(), until=LATE) for of in (word_ties, summary_ties))
    assert words == [Tie("cards", "Payment", 20, 40, 20, 120)]
    assert told == [Tie("cards", "Payment", 40, 40, 40, 120)]
    link = ScreenLink("cards", "Payment", "ui_freeze", Estimate(4, 2, 8, 30, "ratio"), 0.5, 0.1, True)
    (tie,) = theme_screens([link], words, told)
    assert tie.kinds == ("exposed", "named", "session") and tie.exposure == link
    assert tie.words is not None and tie.words.low is not None and tie.words.low > 1 and tie.words.n == 20
    assert with_kinds([link], [tie])[0].kinds == tie.kinds
    (by_words,) = theme_screens([], words, [])
    assert by_words.kinds == ("named",) and by_words.exposure is None
    assert summary_ties(connection, _query(), until=at(9, 0)) == []


def test_a_screen_that_every_theme_names_is_nobodys() -> None:
    everywhere = [Tie(theme, "Home", 10, 100, 30, 300) for theme in ("a", "b", "c")]
    assert theme_screens([], everywhere, []) == []
    assert theme_screens([], [Tie("a", "Home", 4, 12, 30, 300)], []) == []  # too few to tell
