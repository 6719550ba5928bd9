"""Weighted least squares with a small penalty and a variance by person: what views, drivers and lags share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg, sparse

from analyst.findings.axes import make_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

PENALTY = 1.0  # in answers of mean weight


def segment_levels(frame: DesignFrame) -> sparse.csr_matrix:
    """One column per level of every usable segment dimension, (n, l) of 0/1. New releases have the level of the version
    that they replaced (see axes)."""
    columns = [(axis.codes == code).astype(float) for axis in make_axes(frame).axes for code in range(len(axis.values))]
    return sparse.csr_matrix(np.stack(columns, axis=1)) if columns else sparse.csr_matrix((frame.n, 0))


def least_squares(
    frame: DesignFrame, design: sparse.csr_matrix, free: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients (p,) of y on `design` (n, p) with the frame's weights, and their variance (p, p).

    All but the first `free` columns carry a penalty of one answer, which keeps overlapping levels solvable. The
    variance is the sandwich clustered on the person (Liang & Zeger 1986), times n / (n - p).
    """
    w = frame.weight / frame.weight.mean()
    weighted = sparse.diags_array(w) @ design
    penalty = np.full(design.shape[1], PENALTY)
    penalty[:free] = 0.0
    gram = np.asarray((design.T @ weighted).todense()) + np.diag(penalty)
    target = np.asarray(weighted.T @ frame.y).ravel()
    try:
        inverse = linalg.cho_solve(linalg.cho_factor(gram), np.eye(len(gram)))
    except linalg.LinAlgError:  # a free column repeats another
        inverse = linalg.pinvh(gram)
    beta = inverse @ target
    for _ in range(2):  # refinement: what makes sums of terms exact to the last digits
        beta = beta + inverse @ (target - gram @ beta)
    score = w * (frame.y - design @ beta)
    person = frame.people
    people = int(person.max(initial=-1)) + 1
    sums = sparse.csr_matrix((score, (person, np.arange(frame.n))), shape=(people, frame.n)) @ design
    meat = np.asarray((sums.T @ sums).todense())
    return beta, inverse @ meat @ inverse * (frame.n / max(1, frame.n - design.shape[1]))
