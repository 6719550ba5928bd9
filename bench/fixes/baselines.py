"""What tools and analysts do instead, and other ways to the same lift, on the same answers.

Mention-based practice: the score of those who mention a theme against other commenters, times how many mention it (a
"leave-one-out impact") or times how many met it; exposure without adjustment; one regression coefficient for all; and
augmented inverse-propensity weighting, cross-fitted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyst.findings import adjusted_gaps
from analyst.findings.counterfactual import context_columns
from analyst.metrics.intervals import Z95
from analyst.runs.frame import DesignFrame

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
Lift = tuple[float, float, float]  # points, low, high

FOLDS = 5
RIDGE = 1.0
TRIM = 0.95  # largest propensity that weighs an unexposed answer


def _lift(share: float, n: float, gap: float, error: float) -> Lift:
    spread = float(np.sqrt(gap * gap * share * (1 - share) / max(n, 1.0) + share * share * error * error))
    return -gap * share, -gap * share - Z95 * spread, -gap * share + Z95 * spread


def leave_one_out(frame: DesignFrame, theme: int) -> Lift:
    """The score without the mentioners minus the score, among the commenters of the current window: what dashboards
    call a theme's impact. Weighted by how many of all answers comment."""
    rows = frame.commented & frame.post
    said = np.asarray(frame.mentions[:, [theme]].todense()).ravel() > 0
    y, mine = frame.y[rows], said[rows]
    if not mine.any() or mine.all():
        return 0.0, 0.0, 0.0
    gap = float(y[mine].mean() - y[~mine].mean())
    error = float(np.sqrt(y[mine].var() / mine.sum() + y[~mine].var() / (~mine).sum()))
    return _lift(float(mine.mean()), float(len(mine)), gap, error)


def mention_gap(frame: DesignFrame, theme: int, exposed: Rows | None = None, seen: float = 1.0) -> Lift:
    """Gap of the complainers, adjusted for segments, times the share that complains, or the share of `exposed`."""
    says = np.asarray(frame.negative[:, [theme]].todense()) > 0
    found = adjusted_gaps(frame, says, frame.commented)[0]
    if found is None:
        return 0.0, 0.0, 0.0
    rows = frame.post & frame.commented if exposed is None else frame.post
    who = says[:, 0] if exposed is None else exposed
    share = float(who[rows].mean()) / (1.0 if exposed is None else seen)
    return _lift(share, float(rows.sum()), *found)


def unadjusted(frame: DesignFrame, exposed: Rows, seen: float) -> Lift:
    """Mean score of those exposed minus that of the others, times the share exposed."""
    rows = frame.with_sessions
    inside, outside = frame.y[rows & exposed], frame.y[rows & ~exposed]
    if not len(inside) or not len(outside):
        return 0.0, 0.0, 0.0
    error = float(np.sqrt(inside.var() / len(inside) + outside.var() / len(outside)))
    share = float(exposed[frame.post].mean()) / seen
    return _lift(share, frame.post.sum() * seen, float(inside.mean() - outside.mean()), error)


def _context(frame: DesignFrame, met: Rows, at: int, use: bool) -> tuple[Floats, Floats, Rows]:
    """Design of everything but trouble `at`, y and who met it, among answers with sessions."""
    from dataclasses import replace

    rows = frame.with_sessions
    plain = frame if use else replace(frame, sessions=np.minimum(frame.sessions, 1))
    columns, _ = context_columns(plain, rows)
    columns += [met[rows, k].astype(float) for k in range(met.shape[1]) if k != at]
    return np.stack(columns, axis=1), frame.y[rows], met[rows, at]


def one_coefficient(frame: DesignFrame, met: Rows, at: int, seen: float, *, use: bool = True) -> Lift:
    """One coefficient of one regression on all troubles and segments; `use` also on how much people use the app."""
    design, y, exposed = _context(frame, met, at, use)
    full = np.column_stack([exposed.astype(float), design])
    penalty = np.full(full.shape[1], RIDGE)
    penalty[:2] = 0.0
    inverse = np.linalg.pinv(full.T @ full + np.diag(penalty), hermitian=True)
    beta = inverse @ (full.T @ y)
    _, person = np.unique(frame.person[frame.with_sessions], return_inverse=True)
    lever = full @ inverse[:, 0]
    error = float(np.sqrt(np.square(np.bincount(person, lever * (y - full @ beta))).sum()))
    share = float(met[frame.post, at].mean()) / seen
    return _lift(share, frame.post.sum() * seen, float(beta[0]), error)


def doubly_robust(frame: DesignFrame, met: Rows, at: int, seen: float) -> Lift:
    """Effect on the exposed by augmented inverse-propensity weighting, five folds by person: a logistic propensity and
    a linear outcome model of the unexposed (Robins, Rotnitzky & Zhao 1994; Chernozhukov et al. 2018, cross-fitting)."""
    design, y, exposed = _context(frame, met, at, True)
    _, person = np.unique(frame.person[frame.with_sessions], return_inverse=True)
    fold = np.random.default_rng(0).permutation(FOLDS * (int(person.max()) // FOLDS + 1))[person] % FOLDS
    missing, odds = np.zeros(len(y)), np.zeros(len(y))
    for part in range(FOLDS):
        away, here = fold != part, fold == part
        quiet = away & ~exposed
        z = design[quiet]
        beta = np.linalg.solve(z.T @ z + RIDGE * np.eye(z.shape[1]), z.T @ y[quiet])
        missing[here] = y[here] - design[here] @ beta
        chance = np.minimum(_logistic(design[away], exposed[away], design[here]), TRIM)
        odds[here] = chance / (1 - chance)
    share = float(exposed.mean())
    terms = np.where(exposed, missing, -odds * missing) / share
    gap = float(terms.mean())
    terms = np.where(exposed, missing - gap, -odds * missing) / share
    error = float(np.sqrt(np.square(np.bincount(person, terms)).sum())) / len(y)
    return _lift(float(met[frame.post, at].mean()) / seen, frame.post.sum() * seen, gap, error)


def _logistic(design: Floats, outcome: Rows, at: Floats) -> Floats:
    """Probabilities at `at` from a logistic regression with a penalty of one answer, by Newton's method."""
    beta = np.zeros(design.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (outcome - p) - RIDGE * beta
        curve = (design * (p * (1 - p))[:, None]).T @ design + RIDGE * np.eye(len(beta))
        step = np.linalg.solve(curve, slope)
        beta += step
        if np.abs(step).max() < 1e-6:
            break
    found: Floats = 1 / (1 + np.exp(-np.clip(at @ beta, -30, 30)))
    return found
