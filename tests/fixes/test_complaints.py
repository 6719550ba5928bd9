"""Complaints without sessions: a short list of ranges that begin at nothing."""

import numpy as np

from analyst.core.values import Estimate
from analyst.findings import ScreenLink, ThemeName, exposure_gaps
from analyst.fixes.complaints import LEAST_POINTS, MOST, from_complaints, words
from analyst.runs.frame import DesignFrame
from tests.findings.planted import draw_nps, frame_of

LABELS = ("Late delivery", "Refund money", "Deliveries late again", "Rude driver", "Broken eggs", "Parking",
          "Wrong items", "Long queue", "Recipes")  # fmt: skip


def complaining(seed: int = 0, n: int = 6000, harmless: bool = False) -> tuple[DesignFrame, dict[str, ThemeName]]:
    """Nine themes; who complains of any but the last scores lower (nobody does where `harmless`). The last theme's
    mentioners have met a tap on Recipes, which harms nobody."""
    rng = np.random.default_rng(seed)
    says = rng.random((n, len(LABELS))) < np.array([0.08, 0.05, 0.06, 0.04, 0.04, 0.03, 0.03, 0.03, 0.0])
    heart = rng.random(n) < 0.3
    bad = np.zeros(n) if harmless else -30.0 * says[:, :8].sum(axis=1)
    y = draw_nps(30 + bad, rng)
    says[:, 8] = rng.random(n) < np.where(heart, 0.3, 0.02) * np.where(y < 0, 2.0, 0.7)
    ids = tuple(f"t{i}" for i in range(len(LABELS)))
    frame = frame_of(
        y=y, post=np.arange(n) >= n // 2, theme_ids=ids, mentions=says.astype(float), negative=says.astype(float),
        commented=says.any(axis=1) | (rng.random(n) < 0.4), exposed=heart[:, None].astype(float),
        frictions=(("Recipes", "rage_tap"),), with_sessions=np.ones(n, dtype=bool),
    )  # fmt: skip
    return frame, {i: ThemeName(i, label, "discovered") for i, label in zip(ids, LABELS, strict=True)}


def test_a_short_list_of_ranges_from_nothing() -> None:
    frame, names = complaining()
    found = from_complaints(frame, names, [], taken=[])
    assert 3 <= len(found) <= MOST
    for candidate in found:
        assert candidate.grade == "C" and candidate.interval.low == 0.0 and not candidate.interval.excludes_zero()
        assert candidate.interval.high is not None and candidate.interval.high >= LEAST_POINTS
        assert 0 < candidate.lift.points < candidate.interval.high
        assert candidate.mentioners and candidate.influence is None


def test_the_same_words_are_told_once() -> None:
    frame, names = complaining()
    homes = [c.themes for c in from_complaints(frame, names, [], taken=[]) if {"t0", "t2"} & set(c.themes)]
    assert homes == [("t0", "t2")]
    alone = from_complaints(frame, names, [], taken=["t0"])
    assert not any("t0" in candidate.themes for candidate in alone)


def test_sessions_overrule_mentions() -> None:
    """The unhappy speak of Recipes more; those who met it score no lower, so there is nothing to fix."""
    frame, names = complaining(harmless=True)
    assert [c.themes for c in from_complaints(frame, names, [], taken=[])] == [("t8",)]
    link = ScreenLink("t8", "Recipes", "rage_tap", Estimate(9, 5, 15, 300, "ratio"), 0.85, 0.28, True)
    gaps = exposure_gaps(frame)
    told = from_complaints(frame, names, [link], taken=[], gaps=gaps)
    lift = -gaps[0].gap.value * 0.3 * 0.5
    assert all(
        c.interval.high is not None and c.interval.high < 2 and c.lift.points <= max(lift, 0) * 1.5 for c in told
    )


def test_chance_alone_is_no_complaint() -> None:
    listed = 0
    for seed in range(20):
        frame, names = complaining(seed, n=2000, harmless=True)
        listed += len(from_complaints(frame, {k: v for k, v in names.items() if k != "t8"}, [], taken=[]))
    assert listed <= 3  # of 160 themes looked at


def test_words() -> None:
    assert words("The deliveries were LATE, and I can’t pay!") == {"delivery", "late", "pay"}
    assert words("") == frozenset()
