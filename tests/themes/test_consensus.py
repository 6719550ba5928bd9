"""What three searches agree on, and what they do not."""

from __future__ import annotations

import numpy as np

from analyst.themes.cluster import Ints
from analyst.themes.consensus import PUBLISHED, find_themes, matched
from embeddings.contract import Vectors, unit_rows


def blobs(sizes: list[int], spread: float = 0.5, d: int = 24, seed: int = 0) -> tuple[Vectors, Ints]:
    """Unit rows around as many random directions as there are sizes, and the number of each row's direction."""
    random = np.random.default_rng(seed)
    middle = unit_rows(random.normal(size=(len(sizes), d)))
    truth = np.repeat(np.arange(len(sizes)), sizes)
    return unit_rows(middle[truth] + spread / np.sqrt(d) * random.normal(size=(len(truth), d))), truth


def test_subjects_that_stand_apart_are_found_by_every_search() -> None:
    rows, truth = blobs([200, 120, 60, 40])
    found = find_themes(rows, np.ones(len(rows), np.int64), neighbours=30, min_share=0.007, seed=1)
    held = found.labels >= 0
    pairs = set(zip(truth[held].tolist(), found.labels[held].tolist(), strict=True))
    assert {subject for subject, _ in pairs} == {0, 1, 2, 3}
    assert len(pairs) == found.count  # no group mixes two subjects
    assert found.stability.max() > PUBLISHED


def test_the_same_rows_give_the_same_themes() -> None:
    rows, _ = blobs([90, 60, 50], spread=1.5)
    counts = np.ones(len(rows), np.int64)
    first = find_themes(rows, counts, neighbours=30, min_share=0.007, seed=3)
    again = find_themes(rows, counts, neighbours=30, min_share=0.007, seed=3)
    assert np.array_equal(first.labels, again.labels)
    assert np.array_equal(first.strength, again.strength)


def test_what_is_only_noise_is_found_again_less_than_what_stands_apart() -> None:
    apart, _ = blobs([60] * 6, spread=0.4)
    noise = unit_rows(np.random.default_rng(1).normal(size=(360, 24)))
    counts = np.ones(360, np.int64)
    sharp = find_themes(apart, counts, neighbours=30, min_share=0.007, seed=1)
    vague = find_themes(noise, counts, neighbours=30, min_share=0.007, seed=1)
    assert sharp.stability.mean() > (vague.stability.mean() if vague.count else 0.0)


def test_matching_is_one_to_one_and_passes_over_noise() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1, -1, 2])
    again = np.array([1, 1, -1, 0, 0, 1, 0, -1])
    match, jaccard = matched(labels, again, 3)
    assert match.tolist()[:2] == [1, 0]
    assert np.allclose(jaccard, [2 / 3, 2 / 3, 0.0])  # 0: {0,1} of {0,1,5}; 1: {3,4} of {3,4,5}; 2 was never met
    assert matched(labels, np.full(8, -1), 3)[0].tolist() == [-2, -2, -2]


def test_a_handful_is_grouped_too() -> None:
    rows, truth = blobs([6, 6], spread=0.2)
    found = find_themes(rows, np.ones(12, np.int64), neighbours=30, min_share=0.007, seed=1)
    assert len(set(zip(truth.tolist(), found.labels.tolist(), strict=True))) == 2
    assert find_themes(rows[:1], np.ones(1, np.int64), neighbours=30, min_share=0.007, seed=1).count == 0
