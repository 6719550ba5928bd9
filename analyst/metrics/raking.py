"""Weights that give a sample the margins of its base: raking, or iterative proportional fitting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 100
CLOSE = 1e-6
MOST_WEIGHT = 8.0  # times the mean: beyond it one answer would speak for too many


def rake(
    codes: Sequence[NDArray[np.int64]],
    targets: Sequence[NDArray[np.float64]],
    weight: NDArray[np.float64],
    most: float = MOST_WEIGHT,
) -> NDArray[np.float64]:
    """Weights (n,) of mean 1 whose margins are the `targets`, starting from `weight` (n,).

    `codes[d]` (n,) is each answer's level of margin d, `targets[d]` the shares of its levels (summing to 1; a level
    that no answer has must be 0). Deming & Stephan 1940, Annals of Mathematical Statistics 11. Weights are cut at
    `most` times their mean, so that margins which would need more are met only nearly (Potter 1990).
    """
    raked = weight / weight.mean()
    for _ in range(ROUNDS):
        worst = 0.0
        for code, target in zip(codes, targets, strict=True):
            have = np.bincount(code, raked, minlength=len(target)) / raked.sum()
            factor = np.divide(target, have, out=np.ones_like(target), where=have > 0)
            worst = max(worst, float(np.abs(have - target).max(initial=0.0)))
            raked = raked * factor[code]
        if worst < CLOSE:
            break
    raked = np.minimum(raked, most * raked.mean())
    return np.asarray(raked / raked.mean())
