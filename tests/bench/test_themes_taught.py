"""The benchmark of taught themes: what is drawn, what is scored, and what must never be looked at."""

from __future__ import annotations

import numpy as np
import pytest

from bench.themes.taught import draw, micro_f1, spread
from bench.themes.taught_product import halves, readable

LABELS = np.random.default_rng(0).random((400, 5)) < np.array([0.5, 0.3, 0.1, 0.05, 0.01])


def test_what_is_taught_with_is_never_scored() -> None:
    teach, score = halves(400, False)
    assert not set(teach) & set(score) and len(teach) + len(score) == 400
    first, second = halves(400, True)
    assert not set(first) & set(second)
    assert not (set(first) | set(second)) & set(score)  # developing never sees the scored half


@pytest.mark.parametrize("seed", [0, 1])
def test_every_label_is_shown_as_often_as_asked_or_as_it_occurs(seed: int) -> None:
    teach, _ = halves(400, False)
    labelled, unlabelled = draw(LABELS, teach, 10, seed)
    assert sorted([*labelled, *unlabelled]) == sorted(teach)
    shown, there = LABELS[labelled].sum(axis=0), LABELS[teach].sum(axis=0)
    assert (shown >= np.minimum(10, there)).all()
    assert len(labelled) <= 10 * LABELS.shape[1]
    assert draw(LABELS, teach, 10, seed)[0].tolist() == labelled.tolist()


def test_micro_f1_by_hand() -> None:
    gold = np.array([[True, True], [False, True]])
    told = np.array([[True, False], [True, True]])
    assert micro_f1(gold, told) == pytest.approx(2 * 2 / (3 + 3))
    assert micro_f1(gold, np.zeros_like(gold)) == 0.0


def test_words() -> None:
    assert readable("company-brand.general-satisfaction") == "company brand general satisfaction"
    assert spread([0.1, 0.3]) == "0.200 ± 0.141"
    assert spread([0.5]) == "0.500 ± 0.000"
