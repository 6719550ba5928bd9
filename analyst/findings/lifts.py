"""How much commoner something is inside a segment than outside it, with false discoveries under control."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse, special

from analyst.core.values import Estimate
from analyst.findings.types import SegmentLift
from analyst.metrics import false_discoveries, risk_ratio
from analyst.runs.counting import MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Where

LEAST = 30  # rows that a segment needs inside, and outside
LEAST_HITS = 5
SHOWN = 5
ADDS = 2.0  # z by which a segment must differ from those already told
MOST_TRIED = 60


@dataclass(frozen=True)
class Groups:
    """g segments of one or two dimensions over r rows. `member` (g, r) CSR of 0/1; `where[i]` names segment i."""

    where: tuple[Where, ...]
    member: sparse.csr_matrix


def make_groups(
    dimensions: tuple[str, ...],
    levels: tuple[tuple[str, ...], ...],
    codes: NDArray[np.int32],
    count: NDArray[np.float64],
    *,
    least: int = LEAST,
    pairs: bool = True,
) -> Groups:
    """Segments of one level, or of two, that hold at least `least` of the rows counted by `count` (r,), and leave as
    many outside. `codes` (r, d) index `levels`; absent values form no segment."""
    total = float(count.sum())
    where: list[Where] = []
    rows: list[NDArray[np.int64]] = []
    depth = 2 if pairs else 1
    for size in range(1, depth + 1):
        for chosen in combinations(range(len(dimensions)), size):
            key = np.zeros(len(codes), dtype=np.int64)
            for at in chosen:
                key = key * len(levels[at]) + codes[:, at]
            sums = np.bincount(key, count)
            for value in np.flatnonzero((sums >= least) & (total - sums >= least)):
                named = _name(chosen, int(value), dimensions, levels)
                if all(level != MISSING for _, level in named):
                    where.append(named)
                    rows.append(np.flatnonzero(key == value))
    lengths = [len(row) for row in rows]
    at_row = np.repeat(np.arange(len(rows)), lengths)
    at_column = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    member = sparse.csr_matrix((np.ones(len(at_column)), (at_row, at_column)), shape=(len(rows), len(codes)))
    return Groups(tuple(where), member)


def _name(
    chosen: tuple[int, ...], value: int, dimensions: tuple[str, ...], levels: tuple[tuple[str, ...], ...]
) -> Where:
    named = []
    for at in reversed(chosen):
        value, code = divmod(value, len(levels[at]))
        named.append((dimensions[at], levels[at][code]))
    return tuple(sorted(named))


def people_in(groups: Groups, person: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many distinct people each group holds, (g,); `person` (r,) are the codes of the groups' rows."""
    _, codes = np.unique(person, return_inverse=True)
    rows = np.arange(len(codes))
    belongs = sparse.csr_matrix((np.ones(len(rows)), (rows, codes)), shape=(len(rows), int(codes.max(initial=-1)) + 1))
    people: NDArray[np.int64] = np.diff((groups.member @ belongs).tocsr().indptr).astype(np.int64)
    return people


def segment_lifts(groups: Groups, count: NDArray[np.float64], hits: NDArray[np.float64]) -> list[list[SegmentLift]]:
    """For each of t things, the segments where it is commoner than outside, sharpest first, at most five.

    `count` (r,) are the units in each row, `hits` (r, t) how many of them have the thing. All t x g comparisons share
    one false-discovery control at 5 % (Benjamini & Hochberg 1995); only what holds is given, and
    only where it says something that a sharper segment does not (Firefox on Windows lies within the web).
    """
    n_in = groups.member @ count
    hit_in = groups.member @ hits
    n_out = float(count.sum()) - n_in
    hit_out = hits.sum(axis=0)[None, :] - hit_in
    z = _z(hit_in, n_in[:, None], hit_out, n_out[:, None])
    usable = (hit_in >= LEAST_HITS) & (n_in[:, None] > 0) & (n_out[:, None] > 0)
    held = np.zeros(z.shape, dtype=bool)
    held[usable] = false_discoveries(_chance(hit_in, n_in[:, None], hit_out, n_out[:, None])[usable])
    found: list[list[SegmentLift]] = []
    for thing in range(hits.shape[1]):
        sharp = np.flatnonzero(held[:, thing] & (z[:, thing] > 0))
        order = sharp[np.lexsort((sharp, -z[sharp, thing]))]
        kept = _own_share(groups, order, count, hits[:, thing])
        found.append([_lift(groups.where[i], hit_in[i, thing], n_in[i], hit_out[i, thing], n_out[i]) for i in kept])
    return found


def _own_share(
    groups: Groups, order: NDArray[np.int64], count: NDArray[np.float64], hits: NDArray[np.float64]
) -> list[int]:
    """Of the segments in `order`, those that say something which the ones before them do not, at most five.

    A segment must be commoner outside those kept already; one that lies within them must be sharper than they are.
    """
    kept: list[int] = []
    known = np.zeros(len(count), dtype=bool)
    for i in order[:MOST_TRIED]:
        mine = np.zeros(len(count), dtype=bool)
        mine[groups.member.indices[groups.member.indptr[i] : groups.member.indptr[i + 1]]] = True
        beyond = mine & ~known
        if count[beyond].sum() >= LEAST:
            z = _z_of(count, hits, beyond, ~mine & ~known)
        else:
            z = _z_of(count, hits, mine, known & ~mine)
        if not kept or z > ADDS:
            kept.append(int(i))
            known |= mine
        if len(kept) == SHOWN:
            break
    return kept


def _z_of(
    count: NDArray[np.float64], hits: NDArray[np.float64], inside: NDArray[np.bool_], outside: NDArray[np.bool_]
) -> float:
    sums = [np.array([float(values[rows].sum())]) for rows in (inside, outside) for values in (hits, count)]
    return float(_z(*sums)[0])


def _z(
    hit_in: NDArray[np.float64], n_in: NDArray[np.float64], hit_out: NDArray[np.float64], n_out: NDArray[np.float64]
) -> NDArray[np.float64]:
    """z of the difference of two shares with the pooled variance, elementwise; 0 where nobody or everybody has it.

    The ratio's own z would rank a large, sharp segment low, because few hits are left outside it.
    """
    n_in, n_out = np.maximum(n_in, 1e-9), np.maximum(n_out, 1e-9)
    pooled = (hit_in + hit_out) / (n_in + n_out)
    variance = pooled * (1 - pooled) * (1 / n_in + 1 / n_out)
    difference = hit_in / n_in - hit_out / n_out
    return np.divide(difference, np.sqrt(variance), out=np.zeros_like(difference), where=variance > 0)


def _chance(
    hit_in: NDArray[np.float64], n_in: NDArray[np.float64], hit_out: NDArray[np.float64], n_out: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Two-sided p of as many hits inside, given all hits: the binomial tail, exact where a normal one would call a
    handful of hits in a small segment certain. The incomplete beta function takes weighted counts as well."""
    total, share = hit_in + hit_out, n_in / (n_in + n_out)
    tail = special.betainc(np.maximum(hit_in, 1e-9), total - hit_in + 1, share)
    return np.asarray(np.minimum(1.0, 2 * tail))


def _lift(where: Where, hit_in: float, n_in: float, hit_out: float, n_out: float) -> SegmentLift:
    ratio, low, high = risk_ratio(hit_in, n_in, hit_out, n_out)
    return SegmentLift(
        where, Estimate(ratio, low, high, round(n_in), "ratio"), hit_in / n_in, hit_out / n_out, significant=True
    )  # fmt: skip
