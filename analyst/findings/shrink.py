"""What remains of an effect that was found because it was large (the winner's curse)."""

from __future__ import annotations

import math

import numpy as np

SURE = 0.005  # a segment with a smaller family-wise p needs no shrinking


def shrink(effect: float, error: float, limit: float) -> tuple[float, float, float]:
    """(effect, low, high) given that it was reported only because |effect / error| reached `limit`.

    The likelihood of the true effect, conditional on passing the limit, is normalised over the effect; reported are
    its mean and its 2.5 % and 97.5 % points: the second estimator of Ghosh, Zou & Wright 2008, American Journal of
    Human Genetics 82. Points in, points out; `error` above 0.
    """
    z = effect / error
    limit = min(limit, abs(z))
    grid = np.linspace(-abs(z) - 6, abs(z) + 6, 4001)
    passing = _above(limit - grid) + _above(limit + grid)
    density = np.exp(-0.5 * np.square(z - grid)) / np.maximum(passing, 1e-300)
    mass = np.cumsum(density)
    mass /= mass[-1]
    mean = float(grid @ density / density.sum())
    low, high = np.interp([0.025, 0.975], mass, grid)
    return mean * error, float(low) * error, float(high) * error


def _above(x: np.ndarray) -> np.ndarray:
    """P(Z > x) of a standard normal, elementwise."""
    from scipy.special import erfc

    found: np.ndarray = 0.5 * erfc(x / math.sqrt(2))
    return found
