"""The sharpest segments: which groups moved differently from everybody else, and which only seem to.

All conjunctions of up to three dimensions with enough answers in both windows are compared with the rest; the largest
|z| is held against the largest |z| that chance brings over all of them (Gaussian multiplier bootstrap, Chernozhukov,
Chetverikov & Kato 2013, Annals of Statistics 41), so that the chance of naming any segment in a quiet week is
about 5 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from analyst.findings.model import Cells, Fit, Segment, cell_spread, fit, sum_by
from analyst.metrics import two_sided_p

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Where

DEPTH = 3
FAMILY = 0.04  # nominal chance of naming any segment when none moved; bench/movement measures 5 % at it, because
# Gaussian noise has lighter tails than the mean of sixty answers of +-100
DRAWS = 400
MOST_FOUND = 6
MOST_STANDING = 12
FULL_SIZE, LEAST_SIZE, SIZE_SHARE = 60, 25, 0.05  # answers a segment needs in each window
LARGE_SHARE = 0.001  # of very large windows: smaller groups cannot carry a visible movement
MOST_WORK = 800_000_000  # multiplications in drawing chance: very large data draw fewer times
FEWEST_DRAWS = 150
BATCH = 50  # draws at a time: what they need stays in the processor's cache


def smallest_segment(n_now: int, n_before: int) -> int:
    """Answers that a segment needs in each window: 60; in small windows a twentieth of them, at least 25; in very
    large ones a thousandth."""
    window = min(n_now, n_before)
    return int(max(LARGE_SHARE * window, min(FULL_SIZE, max(LEAST_SIZE, SIZE_SHARE * window))))


@dataclass(frozen=True)
class Candidates:
    """g conjunctions, `where[i]` as named and `parts[i]` as in model.Segment. `now`, `before` (g,) their weights in the
    two windows; `members_now`, `members_before` (g, cells of that window) CSC of 0/1: a column per cell, because each
    cell lies in at most one conjunction of the same dimensions, which makes these matrices cheap to build and use."""

    where: tuple[Where, ...]
    parts: tuple[tuple[tuple[int, int], ...], ...]
    now: NDArray[np.float64]
    before: NDArray[np.float64]
    members_now: sparse.csc_matrix
    members_before: sparse.csc_matrix

    @property
    def size(self) -> int:
        """How many segments are compared."""
        return len(self.parts)


def enumerate_segments(cells: Cells, least: int, min_people: int = 1) -> Candidates:
    """Every conjunction of up to three dimensions with `least` answers in both windows, and as many outside it.

    Of conjunctions that hold the same answers only the shortest is kept (an iPhone is an iPhone on iOS).
    """
    columns = _searchable(cells)
    parts: list[tuple[tuple[int, int], ...]] = []
    places: list[NDArray[np.int32]] = []
    sign = np.random.default_rng(0).random(cells.size)  # a random sum tells equal sets of cells from different ones
    seen: set[tuple[float, int]] = set()
    for depth in range(1, min(DEPTH, len(columns)) + 1):
        for chosen in combinations(range(len(columns)), depth):
            names = [name for i in chosen for name in columns[i].dimensions]
            if len(names) > DEPTH or len(set(names)) < len(names):  # a release and its own dimensions
                continue
            places.append(_collect([columns[i] for i in chosen], cells, least, sign, seen, parts))
    place = np.stack(places, axis=1) if places else np.zeros((cells.size, 0), dtype=np.int32)
    where = tuple(_named(cells, part) for part in parts)
    found = _candidates(cells, where, tuple(parts), place)
    return _with_people(found, cells, min_people)


def _candidates(
    cells: Cells, where: tuple[Where, ...], parts: tuple[tuple[tuple[int, int], ...], ...], place: NDArray[np.int32]
) -> Candidates:
    """From `place` (c, s): the candidate that each cell lies in, per choice of dimensions; -1 for none."""
    windows = []
    for window in (cells.post, ~cells.post):
        rows = place[window]
        held = rows >= 0
        indptr = np.concatenate([[0], np.cumsum(held.sum(axis=1))])
        at = rows[held]
        ones = np.ones(len(at), dtype=np.float32)
        windows.append(sparse.csc_matrix((ones, at, indptr), shape=(len(parts), len(rows))))
    now, before = windows
    return Candidates(
        where, parts, now @ cells.weight[cells.post], before @ cells.weight[~cells.post], now, before
    )  # fmt: skip


def _named(cells: Cells, parts: tuple[tuple[int, int], ...]) -> Where:
    where: list[tuple[str, str]] = []
    a = len(cells.axes.axes)
    for at, code in parts:
        if at < a:
            where.append((cells.axes.axes[at].dimension, cells.axes.axes[at].values[code]))
        else:
            where += cells.axes.releases[at - a].where
    return tuple(sorted(where))


@dataclass(frozen=True)
class _Column:
    dimensions: tuple[str, ...]
    part: int  # axis index, or number of axes + release index
    codes: NDArray[np.int64]  # (c,), -1 where the level may not be named
    size: int
    whole: bool  # every cell has a level that may be named


def _searchable(cells: Cells) -> list[_Column]:
    found = []
    for at, axis in enumerate(cells.axes.axes):
        codes = np.ascontiguousarray(cells.search[:, at])
        found.append(_Column((axis.dimension,), at, codes, len(axis.values), bool((codes >= 0).all())))
    for r, release in enumerate(cells.axes.releases):
        codes = np.where(cells.inside[:, r], 1, -1)
        names = tuple(name for name, _ in release.where)
        found.append(_Column(names, len(cells.axes.axes) + r, codes, 2, False))
    return found


def _collect(
    chosen: list[_Column],
    cells: Cells,
    least: int,
    sign: NDArray[np.float64],
    seen: set[tuple[float, int]],
    parts: list[tuple[tuple[int, int], ...]],
) -> NDArray[np.int32]:
    """Append the conjunctions over the `chosen` columns that are large enough and not seen before.

    Returns each cell's place among all conjunctions, -1 for none. (c,)
    """
    key = np.zeros(cells.size, dtype=np.int64)
    for column in chosen:
        key *= column.size
        key += column.codes
    space = math.prod(column.size for column in chosen)
    if not all(column.whole for column in chosen):  # what may not be named goes to a bin of its own, dropped below
        usable = np.logical_and.reduce([column.codes >= 0 for column in chosen])
        key[~usable] = space
    if space <= 1 << 20:  # a table of every combination is quicker than sorting the ones met
        values, joint = np.arange(space + 1), key
    else:
        values, joint = np.unique(key, return_inverse=True)
    bins = len(values)
    sizes = np.bincount(joint + bins * cells.post, cells.count, minlength=2 * bins)
    before, now = sizes[:bins], sizes[bins:]
    n1, n0 = cells.count[cells.post].sum(), cells.count[~cells.post].sum()
    large = (np.minimum(now, before) >= least) & (np.minimum(n1 - now, n0 - before) >= least) & (values < space)
    fingerprint = np.bincount(joint, sign, minlength=bins)
    for j in np.flatnonzero(large):
        mark = (round(float(fingerprint[j]), 6), int(now[j] + before[j]))
        if mark in seen:
            large[j] = False
        seen.add(mark)
    place = np.full(bins, -1, dtype=np.int32)
    place[large] = len(parts) + np.arange(int(large.sum()))
    for value in values[large]:
        codes = []
        for column in reversed(chosen):
            value, code = divmod(int(value), column.size)
            codes.append((column.part, code))
        parts.append(tuple(reversed(codes)))
    return np.asarray(place[joint])


def _with_people(found: Candidates, cells: Cells, min_people: int) -> Candidates:
    """Only the conjunctions with at least `min_people` different people in the current window."""
    if min_people <= 1 or cells.singles or found.size == 0:
        return found  # one answer a person: the size rule already asks for more people
    people = int(cells.person.max()) + 1
    now = cells.post[cells.row]
    order = np.cumsum(cells.post) - 1
    met = sparse.csr_matrix(
        (np.ones(int(now.sum())), (order[cells.row[now]], cells.person[now])), shape=(int(cells.post.sum()), people)
    )
    counts = np.diff((found.members_now.tocsr() @ met).tocsr().indptr)
    keep = np.flatnonzero(counts >= min_people)
    return Candidates(
        tuple(found.where[i] for i in keep), tuple(found.parts[i] for i in keep), found.now[keep], found.before[keep],
        found.members_now.tocsr()[keep].tocsc(), found.members_before.tocsr()[keep].tocsc(),
    )  # fmt: skip


@dataclass(frozen=True)
class Contrast:
    """In-versus-out difference of the residual change per candidate: `effect` (g,) points and its `z` (g,)."""

    effect: NDArray[np.float64]
    error: NDArray[np.float64]

    @property
    def z(self) -> NDArray[np.float64]:
        """effect / error, 0 where there is no error to hold it against."""
        return np.divide(self.effect, self.error, out=np.zeros_like(self.effect), where=self.error > 0)


def contrast(cells: Cells, candidates: Candidates, residual: NDArray[np.float64]) -> Contrast:
    """How much more the residuals rose inside each candidate than outside it.

    The variance is that of residuals with known mean zero, so a handful of equal answers cannot look certain.
    """
    sums = sum_by(cells.row, cells.w * residual, cells.size)
    spread = cell_spread(cells, residual)
    effect = np.zeros(candidates.size)
    variance = np.zeros(candidates.size)
    for window, member, inside, sign in (
        (cells.post, candidates.members_now, candidates.now, 1.0),
        (~cells.post, candidates.members_before, candidates.before, -1.0),
    ):
        outside = float(cells.weight[window].sum()) - inside
        in_sum, in_spread = (member @ np.stack([sums[window], spread[window]], axis=1)).T
        effect += sign * (in_sum / inside - (float(sums[window].sum()) - in_sum) / outside)
        variance += in_spread / inside**2 + (float(spread[window].sum()) - in_spread) / outside**2
    return Contrast(effect, np.sqrt(variance))


def chance_maxima(
    cells: Cells, candidates: Candidates, residual: NDArray[np.float64], draws: int, seed: int
) -> NDArray[np.float64]:
    """The largest |z| over all candidates in each of `draws` weeks in which nothing moved, (draws,).

    Residuals are multiplied by Gaussian noise. A cell's sum of them is Gaussian with the cell's spread, so one draw
    a cell is enough and the cost does not grow with the number of answers.
    """
    rng = np.random.default_rng(seed)
    error = contrast(cells, candidates, residual).error
    scale = np.sqrt(cell_spread(cells, residual)).astype(np.float32)
    usable = error > 0
    windows = []
    for window, member, inside, sign in (
        (cells.post, candidates.members_now, candidates.now, 1.0),
        (~cells.post, candidates.members_before, candidates.before, -1.0),
    ):
        outside = float(cells.weight[window].sum()) - inside
        gain = np.divide(sign * (1 / inside + 1 / outside), error, out=np.zeros_like(error), where=usable)
        rest = np.divide(sign / outside, error, out=np.zeros_like(error), where=usable)
        windows.append((scale[window], member, gain.astype(np.float32), rest.astype(np.float32)))
    maxima = np.zeros(draws)
    for begin in range(0, draws, BATCH):
        size = min(BATCH, draws - begin)
        z = np.zeros((candidates.size, size), dtype=np.float32)
        for spread, member, gain, rest in windows:
            drawn = rng.standard_normal((len(spread), size), dtype=np.float32) * spread[:, None]
            z += (member @ drawn) * gain[:, None]
            z -= np.outer(rest, drawn.sum(axis=0))
        maxima[begin : begin + size] = np.abs(z).max(axis=0, initial=0.0)
    return maxima


@dataclass(frozen=True)
class Chance:
    """What the largest of `checked` |z| does by chance: `limit` is exceeded in a share FAMILY of quiet weeks; `tests`
    is the number of independent comparisons that would have the same limit (Sidak 1967)."""

    checked: int
    limit: float
    tests: float

    def p_family(self, z: float) -> float:
        """Chance that any segment of a quiet week reaches |z|."""
        single = two_sided_p(z)
        return 1.0 if single >= 1 else -math.expm1(self.tests * math.log1p(-single))


def chance_of(maxima: NDArray[np.float64], checked: int) -> Chance:
    """The limit from drawn maxima; with nothing to check the limit is infinite."""
    if checked == 0 or len(maxima) == 0:
        return Chance(checked, math.inf, 1.0)
    limit = float(np.quantile(maxima, 1 - FAMILY))
    single = two_sided_p(limit)
    tests = math.log(1 - FAMILY) / math.log1p(-single) if 0 < single < 1 else 1.0
    return Chance(checked, limit, max(1.0, tests))


@dataclass(frozen=True)
class Search:
    """The found segments in order of discovery (their z and family-wise p), the final fit, and what was searched."""

    fit: Fit
    z: tuple[float, ...]
    p_family: tuple[float, ...]
    chance: Chance


def search(cells: Cells, *, min_people: int = 1, draws: int = DRAWS, seed: int = 7) -> Search:
    """Find the segments that moved differently: accept the best, put it into the model, look again, drop what fades.

    An accepted segment gives way to an ancestor (a conjunction it refines) that is itself beyond chance and explains
    almost as much: within ln(m) of its z squared, m the conjunctions between which the choice is. A refinement must
    earn its place, as in Schwarz' criterion (1978); twice that much hid true two- and three-way causes at 1,000
    answers a week.
    """
    least = smallest_segment(int(cells.count[cells.post].sum()), int(cells.count[~cells.post].sum()))
    candidates = enumerate_segments(cells, least, min_people)
    model = fit(cells)
    if candidates.size == 0:
        return Search(model, (), (), chance_of(np.zeros(0), 0))
    draws = min(
        draws, max(FEWEST_DRAWS, MOST_WORK // max(1, candidates.members_now.nnz + candidates.members_before.nnz))
    )
    chance = chance_of(chance_maxima(cells, candidates, model.residual, draws, seed), candidates.size)
    standing = _standing(cells, candidates, model, chance.limit)
    if standing:
        model = fit(cells, standing=standing)
    found: list[int] = []
    while len(found) < MOST_FOUND:
        z = contrast(cells, candidates, model.residual).z
        z[found] = 0.0
        best = int(np.argmax(np.abs(z)))
        if abs(z[best]) < chance.limit:
            break
        found.append(_ancestor(candidates, z, best, chance.limit))
        model = fit(cells, tuple(_segment(cells, candidates, i) for i in found), standing)
    found, model = _drop(cells, candidates, found, standing, model, chance.limit)
    scores = tuple(_z(model, k) for k in range(len(found)))
    return Search(model, scores, tuple(chance.p_family(z) for z in scores), chance)


def _standing(cells: Cells, candidates: Candidates, model: Fit, limit: float) -> tuple[Segment, ...]:
    """Combinations whose answers lie apart from the sum of their levels in both windows together, strongest first.

    Without them a change of the mix inside a combination would pass for a change of mind. They are no findings.
    New releases are held fixed meanwhile: what came with one would make those who stayed with the old version look
    as if they had always scored apart.
    """
    a = len(cells.axes.axes)
    new = [i for i, parts in enumerate(candidates.parts) if len(parts) == 1 and parts[0][0] >= a]
    releases = tuple(_segment(cells, candidates, i) for i in new)
    if releases:
        model = fit(cells, releases)
    several = np.array([len(where) > 1 for where in candidates.where], dtype=bool)
    standing: list[int] = []
    while len(standing) < MOST_STANDING and several.any():
        both = np.stack(
            [sum_by(cells.row, cells.w * model.residual, cells.size), cell_spread(cells, model.residual)], axis=1
        )
        sums, spread = (candidates.members_now @ both[cells.post] + candidates.members_before @ both[~cells.post]).T
        z = np.divide(np.abs(sums), np.sqrt(spread), out=np.zeros_like(sums), where=(spread > 0) & several)
        z[standing] = 0.0
        best = int(np.argmax(z))
        if z[best] < limit:
            break
        standing.append(best)
        model = fit(cells, releases, tuple(_segment(cells, candidates, i) for i in standing))
    return tuple(_segment(cells, candidates, i) for i in standing)


def _z(model: Fit, k: int) -> float:
    effect, error = model.effect(k)
    return effect / error if error > 0 else 0.0


def _drop(
    cells: Cells,
    candidates: Candidates,
    found: list[int],
    standing: tuple[Segment, ...],
    model: Fit,
    limit: float,
) -> tuple[list[int], Fit]:
    """Remove, weakest first, what is no longer beyond chance beside the others."""
    while found:
        strength = [abs(_z(model, k)) for k in range(len(found))]
        weakest = int(np.argmin(strength))
        if strength[weakest] >= limit:
            break
        found = found[:weakest] + found[weakest + 1 :]
        model = fit(cells, tuple(_segment(cells, candidates, i) for i in found), standing)
    return found, model


def _ancestor(candidates: Candidates, z: NDArray[np.float64], best: int, limit: float) -> int:
    mine = set(candidates.where[best])
    family = [
        i
        for i, where in enumerate(candidates.where)
        if len(where) < len(mine) and set(where) < mine and z[i] * z[best] > 0 and abs(z[i]) >= limit
    ]
    slack = math.log(max(2, candidates.size))
    close = [i for i in family if z[i] ** 2 >= z[best] ** 2 - slack]
    return min(close, key=lambda i: (len(candidates.where[i]), -abs(z[i]))) if close else best


def _segment(cells: Cells, candidates: Candidates, i: int) -> Segment:
    member = np.ones(cells.size, dtype=bool)
    a = len(cells.axes.axes)
    for at, code in candidates.parts[i]:
        member &= (cells.search[:, at] == code) if at < a else cells.inside[:, at - a]
    return Segment(candidates.where[i], candidates.parts[i], member, any(at >= a for at, _ in candidates.parts[i]))
