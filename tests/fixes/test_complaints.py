"""Complaints without sessions: a short list of ranges that begin at nothing."""

import numpy as np

from analyst.core.values import Estimate
from analyst.findings import ScreenLink, ThemeName, exposure_gaps
from analyst.fixes.complaints import LEAST_POINTS, MOST, from_complaints, heard_gaps, words
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
    homes = [set(c.themes) for c in from_complaints(frame, names, [], taken=[]) if {"t0", "t2"} & set(c.themes)]
    assert homes == [{"t0", "t2"}]
    alone = from_complaints(frame, names, [], taken=["t0"])
    assert not any("t0" in candidate.themes for candidate in alone)


def test_sessions_overrule_mentions() -> None:
    """The unhappy speak of Recipes more; those who met it score no lower, so there is nothing to fix."""
    frame, names = complaining(harmless=True)
    assert [c.themes for c in from_complaints(frame, names, [], taken=[]) if not c.heard] == [("t8",)]
    link = ScreenLink("t8", "Recipes", "rage_tap", Estimate(9, 5, 15, 300, "ratio"), 0.85, 0.28, True)
    gaps = exposure_gaps(frame)
    told = [c for c in from_complaints(frame, names, [link], taken=[], gaps=gaps) if not c.heard or "t8" in c.themes]
    lift = -gaps[0].gap.value * 0.3 * 0.5
    assert all(
        c.interval.high is not None and c.interval.high < 2 and c.lift.points <= max(lift, 0) * 1.5 for c in told
    )


def test_chance_alone_is_no_sure_complaint() -> None:
    """What is heard most is always something; where chance made it so, it says so and is worth next to nothing."""
    sure, lifts, nothing = 0, [], 0
    for seed in range(20):
        frame, names = complaining(seed, n=2000, harmless=True)
        found = from_complaints(frame, {k: v for k, v in names.items() if k != "t8"}, [], taken=[])
        sure += sum(not c.heard for c in found)
        lifts += [c.lift.points for c in found if c.heard]
        nothing += not found
        assert all(c.interval.low == 0.0 for c in found)
    assert sure <= 3  # of 160 themes looked at
    assert nothing >= 4 and sum(lifts) / len(lifts) < 0.15


def a_small_group(harm: float, seed: int = 3) -> tuple[DesignFrame, dict[str, ThemeName]]:
    """120 answers; 14 mention t0, of which two were read as negative; who mentions it scores `harm` points lower."""
    rng = np.random.default_rng(seed)
    says = np.zeros((120, 6), dtype=bool)
    says[:14, 0] = True
    for theme in range(1, 6):
        says[14 + 12 * theme : 26 + 12 * theme, theme] = True
    y = draw_nps(np.where(says[:, 0], 30.0 - harm, 30.0), rng)
    bad = np.zeros_like(says)
    bad[:2, 0] = True
    frame = frame_of(
        y=y, post=np.ones(120, dtype=bool), theme_ids=tuple(f"t{i}" for i in range(6)), mentions=says.astype(float),
        negative=bad.astype(float), commented=np.asarray(says.any(axis=1)),
    )  # fmt: skip
    return frame, {f"t{i}": ThemeName(f"t{i}", LABELS[i], "discovered") for i in (0, 1, 3, 4, 5)}


def test_a_small_group_is_told_what_is_heard_most() -> None:
    frame, names = a_small_group(harm=100.0)
    first = from_complaints(frame, names, [], taken=[])[0]
    assert first.themes == ("t0",) and first.heard
    assert first.interval.n == 14 and first.interval.low == 0.0 and not first.interval.excludes_zero()
    assert 0 < first.lift.points < -first.gap * 14 / 120 * 0.5  # shrunken
    assert len(first.mentioners) <= 14


def test_a_gap_is_shrunken_to_nothing_where_themes_differ_by_chance_only() -> None:
    y = np.tile([100.0, -100.0], 60)
    spoken = np.zeros((120, 3), dtype=bool)
    spoken[:20, 0] = spoken[20:40, 1] = True
    spoken[41, 2] = True
    told = heard_gaps(y, spoken, np.ones(120, dtype=bool))
    assert [None if t is None else (t.value, t.shrunken) for t in told] == [(0.0, 0.0), (0.0, 0.0), None]
    y[:20] = -100.0
    grave = heard_gaps(y, spoken, np.ones(120, dtype=bool))[0]
    assert grave is not None and grave.value == -100.0 and -100.0 < grave.shrunken < -60.0


def test_words() -> None:
    assert words("The deliveries were LATE, and I can’t pay!") == {"delivery", "late", "pay"}
    assert words("") == frozenset()
