"""Lasting ids: the new clusters are matched to the themes of the run before, as one assignment problem.

Hungarian matching (Kuhn 1955) on centroids and keywords, then gates: the best pairing overall, in any order,
and no pairing at all where the likeness is too small. What is left over is told as events with its numbers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.themes.cluster import Floats
from analyst.themes.keywords import stem
from analyst.themes.words import tokens

_SURE_COSINE = 0.82  # centroids this close are one theme, whatever words it uses this week
_LEAST_COSINE = 0.65  # this close, and ...
_LEAST_OVERLAP = 0.2  # ... this share of keyword stems in common
_KIN_COSINE = 0.72  # left-overs this close to a matched theme may have split from it, or merged into it
KEEP_LABEL_COSINE = 0.85  # a theme whose middle moved further than this gets a new label


@dataclass(frozen=True)
class Matching:
    """`old[i]` is the previous theme that new theme i continues, or -1; `cosine[i]` their likeness (0 without one)."""

    old: list[int]
    cosine: list[float]
    events: list[dict[str, Any]]


def match(new: Floats, new_words: list[list[str]], old: Floats, old_words: list[list[str]]) -> Matching:
    """Match new centroids (k, d) with keywords to previous ones (m, d) with theirs.

    Events name themes by their row: {kind: continue|birth|dormant|split_candidate|merge_candidate, new, old,
    cosine, overlap}.
    """
    k, m = len(new), len(old)
    if k == 0 or m == 0:
        return Matching(
            [-1] * k,
            [0.0] * k,
            [_event("birth", i, None) for i in range(k)] + [_event("dormant", None, j) for j in range(m)],
        )
    from scipy.optimize import linear_sum_assignment

    likeness = new.astype(np.float64) @ old.T.astype(np.float64)
    overlap = _overlaps(new_words, old_words)
    rows, columns = linear_sum_assignment(0.7 * (1 - likeness) + 0.3 * (1 - overlap))
    found, cosine = [-1] * k, [0.0] * k
    events = []
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        close, shared = float(likeness[i, j]), float(overlap[i, j])
        if close >= _SURE_COSINE or (close >= _LEAST_COSINE and shared >= _LEAST_OVERLAP):
            found[i], cosine[i] = j, close
            events.append(_event("continue", i, j, close, shared))
    events += _left_overs(found, likeness, overlap)
    return Matching(found, cosine, events)


def _left_overs(found: list[int], likeness: NDArray[np.float64], overlap: NDArray[np.float64]) -> list[dict[str, Any]]:
    events = []
    matched = [j for j in found if j >= 0]
    for i, j in enumerate(found):
        if j >= 0:
            continue
        kin = max(matched, key=lambda o: float(likeness[i, o]), default=-1)
        if kin >= 0 and likeness[i, kin] >= _KIN_COSINE:
            events.append(_event("split_candidate", i, kin, float(likeness[i, kin]), float(overlap[i, kin])))
        else:
            nearest = int(likeness[i].argmax())
            events.append(_event("birth", i, None, float(likeness[i, nearest]), float(overlap[i, nearest])))
    continued = [i for i, j in enumerate(found) if j >= 0]
    for j in range(likeness.shape[1]):
        if j in matched:
            continue
        kin = max(continued, key=lambda n: float(likeness[n, j]), default=-1)
        if kin >= 0 and likeness[kin, j] >= _KIN_COSINE:
            events.append(_event("merge_candidate", kin, j, float(likeness[kin, j]), float(overlap[kin, j])))
        else:
            events.append(_event("dormant", None, j))
    return events


def _event(kind: str, new: int | None, old: int | None, cosine: float = 0.0, overlap: float = 0.0) -> dict[str, Any]:
    return {"kind": kind, "new": new, "old": old, "cosine": round(cosine, 4), "overlap": round(overlap, 4)}


def _overlaps(new: list[list[str]], old: list[list[str]]) -> NDArray[np.float64]:
    """Jaccard of the keyword stems of every new theme with every old one, (k, m)."""
    mine = [{stem(t) for phrase in words for t in tokens(phrase)} for words in new]
    theirs = [{stem(t) for phrase in words for t in tokens(phrase)} for words in old]
    return np.array([[len(a & b) / max(len(a | b), 1) for b in theirs] for a in mine], dtype=np.float64)


def new_theme_id(anchor: str, existing: set[str]) -> str:
    """`t-` and 8 hex digits of the theme's most central text; another try where that id is already in use."""
    for attempt in range(1000):
        digest = hashlib.blake2b(f"{anchor}\x1f{attempt}".encode(), digest_size=4).hexdigest()
        if f"t-{digest}" not in existing:
            return f"t-{digest}"
    raise RuntimeError("a thousand theme ids in a row were taken")
