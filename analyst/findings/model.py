"""One regression of the score on segments and windows, fitted on cells: answers that share every level and the window.

    y ~ 1 + post + post * [found segment] + level of each axis + level of combinations that always scored apart

Every column is the same within a cell, so the fit needs only sums per cell, while variances come from the answers
(sandwich, clustered on the person). A penalty of one answer keeps the level columns solvable when dimensions overlap;
intercept, post and post * segment stay free of it, so that residuals add up to zero in both windows and the ledger
to the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg, sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Where
    from analyst.findings.axes import Axes
    from analyst.runs.frame import DesignFrame

PENALTY = 1.0  # in answers of mean weight
COMBINATIONS = "combinations"  # the mix term of levels that only a combination has


@dataclass(frozen=True)
class Cells:
    """n answers grouped into c cells. `row` (n,) int is each answer's cell; `codes` (c, a) int the level of each axis
    and `search` (c, a) the one that may be named; `inside`, `level` (c, r) bool the releases' members, as in Release;
    `post` (c,) bool; `count` (c,) answers; `weight` (c,), `total` (c,) sums of w and w*y. `y`, `w`, `person` (n,)
    repeat the answers, w with mean 1; `singles` tells whether every person answered once.
    """

    axes: Axes
    row: NDArray[np.int64]
    codes: NDArray[np.int64]
    search: NDArray[np.int64]
    inside: NDArray[np.bool_]
    level: NDArray[np.bool_]
    post: NDArray[np.bool_]
    count: NDArray[np.int64]
    weight: NDArray[np.float64]
    total: NDArray[np.float64]
    y: NDArray[np.float64]
    w: NDArray[np.float64]
    person: NDArray[np.int64]
    singles: bool

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.post)


def make_cells(frame: DesignFrame, axes: Axes) -> Cells:
    """Group the answers of `frame`."""
    parts = [axis.codes for axis in axes.axes] + [axis.search + 1 for axis in axes.axes if axes.releases]
    parts += [release.inside + 2 * release.level.astype(np.int64) for release in axes.releases]
    parts.append(frame.post.astype(np.int64))
    key = np.zeros(frame.n, dtype=np.int64)
    for part in parts:
        # renumbering after each axis keeps the key small however many axes there are
        _, key = np.unique(key * (int(part.max(initial=0)) + 1) + part, return_inverse=True)
    size = int(key.max(initial=-1)) + 1
    first = np.zeros(size, dtype=np.int64)
    first[key[::-1]] = np.arange(frame.n)[::-1]
    w = frame.weight / frame.weight.mean()
    person = frame.people
    return Cells(
        axes=axes,
        row=key,
        codes=_columns([axis.codes[first] for axis in axes.axes], size).astype(np.int64),
        search=_columns([axis.search[first] for axis in axes.axes], size).astype(np.int64),
        inside=_columns([release.inside[first] for release in axes.releases], size).astype(bool),
        level=_columns([release.level[first] for release in axes.releases], size).astype(bool),
        post=frame.post[first],
        count=np.bincount(key, minlength=size),
        weight=sum_by(key, w, size),
        total=sum_by(key, w * frame.y, size),
        y=frame.y,
        w=w,
        person=person.astype(np.int64),
        singles=int(person.max(initial=-1)) + 1 == frame.n,
    )


def sum_by(group: NDArray[np.int64], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Sum of `values` (n,) in each of `size` groups, (size,)."""
    return np.asarray(np.bincount(group, values, minlength=size), dtype=np.float64)


def _columns(parts: list[NDArray[np.generic]], size: int) -> NDArray[np.generic]:
    return np.stack(parts, axis=1) if parts else np.zeros((size, 0))


@dataclass(frozen=True)
class Segment:
    """A conjunction as the model needs it: `member` (c,) bool over cells (both windows); `is_release` when its members
    in the baseline are those of the versions it replaced. `parts` are (axis index, code); a release r counts as
    (number of axes + r, 1)."""

    where: Where
    parts: tuple[tuple[int, int], ...]
    member: NDArray[np.bool_]
    is_release: bool


@dataclass(frozen=True)
class Fit:
    """Coefficients of the regression and their variance.

    Columns: 0 intercept, 1 post, then one per found segment (its extra change), then the levels, block by block.
    `blocks` are (label, columns) of what makes up the mix. `design` (c, p) CSR; `beta` (p,); `variance` (p, p);
    `residual` (n,) per answer.
    """

    segments: tuple[Segment, ...]
    blocks: tuple[tuple[str, slice], ...]
    design: sparse.csr_matrix
    beta: NDArray[np.float64]
    variance: NDArray[np.float64]
    residual: NDArray[np.float64]

    def effect(self, k: int) -> tuple[float, float]:
        """Extra change of found segment `k` in points, and its standard error."""
        return float(self.beta[2 + k]), float(np.sqrt(self.variance[2 + k, 2 + k]))


def _design(
    cells: Cells, segments: tuple[Segment, ...], standing: tuple[Segment, ...]
) -> tuple[sparse.csr_matrix, tuple[tuple[str, slice], ...]]:
    every = np.arange(cells.size + 1)
    free = [np.ones(cells.size), cells.post.astype(float)]
    free += [(segment.member & cells.post).astype(float) for segment in segments]
    parts = [sparse.csr_matrix(np.stack(free, axis=1))]
    blocks: list[tuple[str, slice]] = []
    end = len(free)
    for at, axis in enumerate(cells.axes.axes):
        size = len(axis.values)
        parts.append(sparse.csr_matrix((np.ones(cells.size), cells.codes[:, at], every), shape=(cells.size, size)))
        blocks.append((axis.dimension, slice(end, end + size)))
        end += size
    # a combination may always have scored apart from its parts: that is no movement, but its mix is
    known = {segment.where for segment in standing}
    apart = [*standing, *(s for s in segments if len(s.where) > 1 and s.where not in known)]
    if apart:
        parts.append(sparse.csr_matrix(np.stack([_level(cells, segment) for segment in apart], axis=1).astype(float)))
        blocks.append((COMBINATIONS, slice(end, end + len(apart))))
    return sparse.csr_matrix(sparse.hstack(parts, format="csr")), tuple(blocks)


def _level(cells: Cells, segment: Segment) -> NDArray[np.bool_]:
    """Members in both windows; for a release also the current users of the versions it replaced."""
    if not segment.is_release:
        return segment.member
    inside = np.ones(cells.size, dtype=bool)
    a = len(cells.axes.axes)
    for at, code in segment.parts:
        inside &= cells.codes[:, at] == code if at < a else cells.level[:, at - a]
    return inside


def fit(cells: Cells, segments: tuple[Segment, ...] = (), standing: tuple[Segment, ...] = ()) -> Fit:
    """Weighted least squares on the cells; see the module's docstring for the columns. `segments` are the found ones,
    `standing` the combinations that scored apart in both windows.

    The variance is the sandwich clustered on the person (Liang & Zeger 1986), times n / (n - p).
    """
    design, blocks = _design(cells, segments, standing)
    free = 2 + len(segments)
    penalty = np.full(design.shape[1], PENALTY)
    penalty[:free] = 0.0
    weighted = sparse.diags_array(cells.weight) @ design
    gram = np.asarray((design.T @ weighted).todense()) + np.diag(penalty)
    target = design.T @ cells.total
    # pinv only where a free column repeats another (a segment that fills a window): Cholesky otherwise
    try:
        factor = linalg.cho_factor(gram)
        inverse = linalg.cho_solve(factor, np.eye(len(gram)))
    except linalg.LinAlgError:
        inverse = linalg.pinvh(gram)
    beta = inverse @ target
    for _ in range(2):  # refinement: what makes the ledger exact to the last digits
        beta = beta + inverse @ (target - gram @ beta)
    residual = cells.y - (design @ beta)[cells.row]
    meat = _meat(cells, design, residual)
    n, p = len(cells.y), design.shape[1]
    variance = inverse @ meat @ inverse * (n / max(1, n - p))
    return Fit(segments, blocks, design, beta, variance, residual)


def _meat(cells: Cells, design: sparse.csr_matrix, residual: NDArray[np.float64]) -> NDArray[np.float64]:
    score = cells.w * residual
    if cells.singles:
        spread = sum_by(cells.row, np.square(score), cells.size)
        return np.asarray((design.T @ (sparse.diags_array(spread) @ design)).todense())
    people = int(cells.person.max()) + 1
    sums = sparse.csr_matrix((score, (cells.person, cells.row)), shape=(people, cells.size)) @ design
    return np.asarray((sums.T @ sums).todense())


def cell_spread(cells: Cells, residual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of each cell's weighted residual sum, (c,): a person's answers in one cell count as one."""
    score = cells.w * residual
    if cells.singles:
        return sum_by(cells.row, np.square(score), cells.size)
    _, pair = np.unique(cells.row * (int(cells.person.max()) + 1) + cells.person, return_inverse=True)
    sums = sum_by(pair, score, int(pair.max(initial=-1)) + 1)
    cell = np.zeros(len(sums), dtype=np.int64)
    cell[pair] = cells.row
    return sum_by(cell, np.square(sums), cells.size)
