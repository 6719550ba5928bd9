"""Cosines by block and whole, and how near lies what has nothing in common."""

from __future__ import annotations

import numpy as np
import pytest

from analyst.answers.search import meaning
from analyst.answers.search.meaning import MeaningIndex, background


def _unit(n: int, d: int, seed: int = 3) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


@pytest.mark.parametrize("held", [0, 2**30])
@pytest.mark.parametrize("picked", [None, 10, 9_000])
def test_cosines_are_the_same_in_blocks_and_whole(
    monkeypatch: pytest.MonkeyPatch, held: int, picked: int | None
) -> None:
    monkeypatch.setattr(meaning, "HELD_BYTES", held)
    vectors = _unit(10_000, 16)
    rows = None if picked is None else np.arange(picked)[::-1].astype(np.int64)
    question = vectors[7].astype(np.float32)
    found = MeaningIndex(vectors).cosines(question, rows)
    wanted = vectors.astype(np.float64) @ question.astype(np.float64)
    assert found == pytest.approx(wanted if rows is None else wanted[rows], abs=1e-5)


def test_the_background_of_random_directions_is_none() -> None:
    found = background(_unit(5_000, 64))
    assert abs(found.mean) < 0.01
    assert found.spread == pytest.approx(1 / 8, abs=0.01)  # 1 / sqrt(d)
    assert found.floor(2.0) == pytest.approx(found.mean + 2 * found.spread)


def test_a_shared_direction_lifts_the_background() -> None:
    rows = _unit(5_000, 64).astype(np.float32) + np.eye(64, dtype=np.float32)[0] * 2
    shared = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    assert background(shared).mean > 0.5


def test_one_vector_has_a_background_too() -> None:
    assert background(_unit(1, 8)).spread > 0
