"""Measures of themes against labels: those of eval, and what else the bench asks. Every document counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.measures.themes import Label
from eval.measures.themes import adjusted_mutual_information as ami
from eval.measures.themes import adjusted_rand_index as ari
from eval.public.measures import NONE, bcubed, mapped_f1, single

__all__ = ["NONE", "Label", "agreement", "ami", "ari", "auroc", "bcubed", "mapped_f1", "pairwise_ari", "single"]


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that an item from outside the scope scores lower than one from inside, ties half (0..1)."""
    from scipy.stats import rankdata

    scores = np.concatenate([np.asarray(inside, dtype=np.float64), np.asarray(outside, dtype=np.float64)])
    ranks = rankdata(scores)
    n, m = len(inside), len(outside)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m)) if n and m else float("nan")


def agreement(first: Sequence[Label], second: Sequence[Label]) -> float:
    """Share of items that both labellings call the same, 0..1: for labellings with the same names."""
    return sum(a == b for a, b in zip(first, second, strict=True)) / len(first) if len(first) else 1.0


def pairwise_ari(labellings: Sequence[Sequence[Label]]) -> list[float]:
    """ARI of every two labellings of the same items."""
    return [ari(labellings[one], labellings[other]) for one in range(len(labellings)) for other in range(one)]
