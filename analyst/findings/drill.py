"""Inside a found segment: which themes' mentions and which screens' friction rose more than outside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from analyst.core.tables import SYSTEM_THEMES
from analyst.metrics import false_discoveries

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from analyst.runs.frame import DesignFrame

LEAST = 10  # rows each of the four groups needs
SHOWN = 3


def risen_themes(frame: DesignFrame, inside: NDArray[np.bool_]) -> list[str]:
    """Ids of up to three themes whose share among comments rose more `inside` (n,) than outside, sharpest first."""
    z = _rises(frame.mentions, frame, inside, frame.commented)
    keep = np.array([theme not in SYSTEM_THEMES for theme in frame.theme_ids], dtype=bool)
    return [frame.theme_ids[i] for i in _sharpest(z, keep)]


def risen_screens(frame: DesignFrame, inside: NDArray[np.bool_]) -> list[str]:
    """Up to three screens whose friction rose more `inside` (n,) than outside, among users with sessions."""
    z = _rises(frame.exposed, frame, inside, frame.with_sessions)
    found: list[str] = []
    for i in _sharpest(z, np.ones(len(z), dtype=bool), shown=len(z)):
        screen = frame.frictions[i][0]
        if screen not in found:
            found.append(screen)
    return found[:SHOWN]


def _rises(
    met: sparse.csr_matrix, frame: DesignFrame, inside: NDArray[np.bool_], among: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """z of the difference in differences of each column's share, in versus out, now versus before. (columns,)

    Half a hit is added to each share (n + 1 rows), so that a theme that nobody mentioned before has a variance.
    """
    hit = met.copy()
    hit.data = (hit.data > 0).astype(float)
    rise = np.zeros(hit.shape[1])
    variance = np.zeros(hit.shape[1])
    for rows, sign in (
        (inside & frame.post, 1), (inside & ~frame.post, -1), (~inside & frame.post, -1), (~inside & ~frame.post, 1)
    ):  # fmt: skip
        group = np.flatnonzero(rows & among)
        if len(group) < LEAST:
            return np.zeros(hit.shape[1])
        share = (np.asarray(hit[group].sum(axis=0)).ravel() + 0.5) / (len(group) + 1)
        rise += sign * share
        variance += share * (1 - share) / (len(group) + 1)
    return np.asarray(rise / np.sqrt(np.maximum(variance, 1e-12)))


def _sharpest(z: NDArray[np.float64], keep: NDArray[np.bool_], shown: int = SHOWN) -> list[int]:
    """Columns that rose beyond chance (one-sided, false discoveries at 5 %), largest z first."""
    at = np.flatnonzero(keep)
    held = at[false_discoveries(0.5 * special.erfc(z[at] / np.sqrt(2)))]
    return [int(i) for i in held[np.argsort(-z[held], kind="stable")][:shown]]
