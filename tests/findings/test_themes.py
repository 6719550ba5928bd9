"""Themes: shares, trends and gaps by hand, ranking by what matters, segments without false finds."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from analyst.core.values import Quote
from analyst.findings import ThemeName, detractor_segments, theme_findings
from analyst.runs.frame import DesignFrame
from tests.findings.planted import frame_of, query

NAMES = {
    "cards": ThemeName("cards", "Card declined", "discovered"),
    "new": ThemeName("new", "Frozen map", "discovered"),
    "quiet": ThemeName("quiet", "Packaging", "seeded"),
    "sys-praise": ThemeName("sys-praise", "General praise", "system"),
    "never": ThemeName("never", "Never said", "discovered"),
}
IDS = tuple(NAMES)


def _frame(seed: int = 0, n: int = 4000, segments: bool = True) -> DesignFrame:
    """`cards` doubles and hurts, above all on android; `new` is new; `quiet` is harmless; praise goes with joy."""
    rng = np.random.default_rng(seed)
    post = np.arange(n) >= n // 2
    android = rng.random(n) < 0.5
    rate = np.where(post, 0.16, 0.08) * (np.where(android, 1.6, 0.4) if segments else 1.0)
    said = np.column_stack(
        [rng.random(n) < rate, post & (rng.random(n) < 0.06), rng.random(n) < 0.1, rng.random(n) < 0.3, np.zeros(n)]
    ).astype(bool)
    mean = np.where(said[:, 0], 0.1, np.where(said[:, 3], 0.9, 0.65))
    y = np.where(rng.random(n) < mean, 100.0, -100.0)
    return frame_of(
        y=y, post=post, codes=android[:, None].astype(np.int32), levels=(("ios", "android"),),
        mentions=said.astype(float), negative=(said & (y < 0)[:, None]).astype(float), theme_ids=IDS,
        commented=rng.random(n) < 0.9,
    )  # fmt: skip


def test_ranked_by_what_matters_and_counted_right() -> None:
    frame = _frame()
    found = theme_findings(frame, query(), NAMES)
    assert found[0].theme_id == "cards"
    assert found[-1].kind == "system"
    assert "never" not in [f.theme_id for f in found]
    cards = found[0]
    now = frame.commented & frame.post
    said = np.asarray(frame.mentions[:, [0]].todense()).ravel() > 0
    assert cards.mentions == int((said & now).sum())
    assert cards.share.value == pytest.approx(said[now].mean())
    assert cards.share_before.value == pytest.approx(said[frame.commented & ~frame.post].mean())
    assert cards.trend.value == pytest.approx(cards.share.value - cards.share_before.value)
    assert cards.trend.low is not None and cards.trend.low > 0
    assert cards.gap is not None
    assert cards.gap.value == pytest.approx(frame.y[said & now].mean() - frame.y[~said & now].mean())
    assert cards.detractor_share is not None
    assert cards.detractor_share.value == pytest.approx((frame.y[said & now] < 0).mean())
    assert cards.negative_share == pytest.approx((frame.y[said & now] < 0).mean())


def test_new_themes_are_new_and_old_ones_are_not() -> None:
    new = {f.theme_id: f.is_new for f in theme_findings(_frame(), query(), NAMES)}
    assert new == {"cards": False, "new": True, "quiet": False, "sys-praise": False}


def test_the_segment_where_detractors_say_it() -> None:
    for seed in range(5):
        cards = theme_findings(_frame(seed), query(), NAMES)[0]
        lift = cards.segments[0]
        assert lift.where == (("platform", "android"),) and lift.significant
        assert lift.lift.value == pytest.approx(4, rel=0.5)
        assert lift.share_in > lift.share_out
    false = sum(bool(f.segments) for s in range(40) for f in theme_findings(_frame(s, segments=False), query(), NAMES))
    assert false <= 12  # 160 themes looked at


def test_quotes_come_from_the_window_and_the_theme() -> None:
    frame = _frame()

    def quotes(theme_id: str | None, response_ids: Sequence[str], limit: int) -> list[Quote]:
        return [Quote(f"{theme_id} {len(response_ids)} {limit}", response_ids[0], None, None)]

    cards = theme_findings(frame, query(), NAMES, quotes=quotes)[0]
    said = np.asarray(frame.mentions[:, [0]].todense()).ravel() > 0
    assert cards.quotes[0].text == f"cards {int((said & frame.post).sum())} 3"


def test_odd_windows_do_not_break() -> None:
    frame = _frame(n=400)
    for post in (np.ones(400, dtype=bool), np.zeros(400, dtype=bool)):
        for finding in theme_findings(replace(frame, post=post), query(), NAMES):
            assert np.isfinite(finding.share.value) and np.isfinite(finding.trend.value)
            assert not finding.is_new
    silent = replace(frame, commented=np.zeros(400, dtype=bool), mentions=sparse.csr_matrix((400, 5)))
    assert theme_findings(silent, query(), NAMES) == []


def test_detractor_segments() -> None:
    rng = np.random.default_rng(1)
    n = 3000
    bad = rng.random(n) < 0.2
    y = np.where(rng.random(n) < np.where(bad, 0.5, 0.2), -100.0, 100.0)
    frame = frame_of(
        y=y, post=np.ones(n, dtype=bool), codes=bad[:, None].astype(np.int32), levels=(("pro", "free"),),
        dimensions=("plan",),
    )  # fmt: skip
    (lift,) = detractor_segments(frame, query())
    assert lift.where == (("plan", "free"),)
    assert lift.lift.value == pytest.approx(2.5, abs=0.4)
    assert lift.lift.low is not None and lift.lift.low > 1
