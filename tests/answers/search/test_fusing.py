"""Fusion and variety on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analyst.answers.search.fusing import SMOOTHING, fuse, ranks, varied


def test_ranks_share_the_better_place() -> None:
    assert ranks(np.array([0.5, 0.9, 0.5, 0.1])).tolist() == [2, 1, 2, 4]


def test_reciprocal_rank_fusion_by_hand() -> None:
    words = (np.array([0, 1]), np.array([1, 2]))
    meaning = (np.array([1, 2]), np.array([1, 2]))
    score = fuse([words, meaning], 4)
    assert score[0] == pytest.approx(1 / (SMOOTHING + 1))
    assert score[1] == pytest.approx(1 / (SMOOTHING + 2) + 1 / (SMOOTHING + 1))
    assert score[1] > score[0] > score[2] > score[3] == 0.0


def test_the_second_pick_is_not_the_first_ones_twin() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert varied(np.array([1.0, 0.99, 0.9]), vectors, 2) == [0, 2]


def test_variety_does_not_bring_the_irrelevant_up() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert varied(np.array([1.0, 0.99, 0.3]), vectors, 2) == [0, 1]


def test_nothing_is_varied_into_nothing() -> None:
    assert varied(np.zeros(0), np.zeros((0, 2), dtype=np.float32), 5) == []
