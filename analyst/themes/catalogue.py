"""Lasting ids: the new clusters are matched to the themes of the run before, as one assignment problem.

Hungarian matching (Kuhn 1955) on centroids, shared members and keywords, then gates: the best pairing overall, in
any order, and no pairing at all where the likeness is too small. What is left over is told as events with their
numbers: an old theme whose members went to several new ones is split, several old ones found in one are merged.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.themes.assign import Assignment
from analyst.themes.cluster import Floats, Ints
from analyst.themes.consensus import PUBLISHED
from analyst.themes.keywords import stem
from analyst.themes.model import CatalogueTheme, Hashes
from analyst.themes.words import tokens

Table = NDArray[np.float64]

_SURE_COSINE = 0.82  # centroids this close are one theme, whatever words it uses this week
_LEAST_COSINE = 0.65  # this close, and ...
_LEAST_OVERLAP = 0.2  # ... this share of keyword stems in common
_SURE_SHARED = 0.5  # Jaccard of members from which two are one theme, wherever it lies now
_LEAST_SHARED = 0.3  # this much, and the share of keyword stems
_KIN_COSINE = 0.72  # left-overs this close to a matched theme may have split from it, or merged into it
_SPLIT_SHARE = 0.05  # of an old theme's members must be in a theme for that to have split from it ...
_WHENCE = 0.5  # ... and be this much of the new one; as much of a merged theme must be in what it merged into
_FEW_SHARED = 20  # texts in both runs below which members tell nothing
KEEP_LABEL_COSINE = 0.85  # a theme whose middle moved further than this gets a new label
EMERGING_DAYS = 14  # so long a birth is called emerging, unless it is large before
DORMANT_DAYS = 56  # without a mention, before the newest text of the run
_TOLD = 50  # largest moves that are told one by one


@dataclass(frozen=True)
class Matching:
    """`old[i]` is the previous theme that new theme i continues, or -1; `cosine[i]` their likeness (0 without one)."""

    old: list[int]
    cosine: list[float]
    events: list[dict[str, Any]]


@dataclass(frozen=True)
class Shared:
    """Texts of both runs' samples by theme: `both` (k, m) those in new theme i and old theme j, `new` (k,) and
    `old` (m,) those of the common sample in each."""

    both: Table
    new: Table
    old: Table

    @property
    def jaccard(self) -> Table:
        """(k, m), 0..1."""
        union = self.new[:, None] + self.old[None, :] - self.both
        result: Table = self.both / np.maximum(union, 1)
        return result

    def of(self, new: Sequence[int], old: Sequence[int]) -> Shared:
        """The part of the table for these themes."""
        return Shared(self.both[np.ix_(list(new), list(old))], self.new[list(new)], self.old[list(old)])


def shared_members(
    now: Hashes, theme_now: NDArray[np.int32], then: Hashes, theme_then: NDArray[np.int32], k: int, m: int
) -> Shared | None:
    """What `k` new and `m` old themes share, from the content hashes of each run's sample and their themes (-1 for
    none); None where too few texts are in both samples to tell."""
    _, mine, theirs = np.intersect1d(now, then, assume_unique=True, return_indices=True)
    i, j = theme_now[mine], theme_then[theirs]
    placed = (i >= 0) & (j >= 0)
    if placed.sum() < _FEW_SHARED:
        return None
    both = np.zeros((k, m))
    np.add.at(both, (i[placed], j[placed]), 1)
    return Shared(
        both,
        np.bincount(i[i >= 0], minlength=k).astype(np.float64),
        np.bincount(j[j >= 0], minlength=m).astype(np.float64),
    )


def match(
    new: Floats,
    new_words: list[list[str]],
    old: Floats | None,
    old_words: list[list[str]],
    shared: Shared | None = None,
    dormant: Sequence[bool] = (),
) -> Matching:
    """Match new centroids (k, d) with keywords to previous ones (m, d) with theirs; `old` is None where they lie in
    another encoder's space, `dormant` says which of the old themes were.

    Events name themes by their row: {kind: continue|return|birth|split|merge|dormant, new, old, cosine, overlap
    (Jaccard of keyword stems), shared (Jaccard of members, None where not known)}.
    """
    k, m = len(new), len(old_words)
    likeness = np.zeros((k, m)) if old is None else new.astype(np.float64) @ old.T.astype(np.float64)
    numbers = _Numbers(likeness, _overlaps(new_words, old_words).reshape(k, m), shared)
    found, cosine = [-1] * k, [0.0] * k
    events = []
    for i, j in _pairs(numbers, old is not None):
        if numbers.alike(i, j):
            found[i], cosine[i] = j, float(likeness[i, j])
            events.append(numbers.event("return" if j < len(dormant) and dormant[j] else "continue", i, j))
    return Matching(found, cosine, events + _left_overs(found, numbers, dormant))


@dataclass(frozen=True)
class _Numbers:
    """How alike every new theme is to every old one, each (k, m)."""

    likeness: Table
    overlap: Table
    shared: Shared | None

    def alike(self, i: int, j: int) -> bool:
        """Whether two may be one theme."""
        close, words = self.likeness[i, j], self.overlap[i, j]
        members = self.shared.jaccard[i, j] if self.shared else 0.0
        if close >= _SURE_COSINE or members >= _SURE_SHARED:
            return True
        return bool(words >= _LEAST_OVERLAP and (close >= _LEAST_COSINE or members >= _LEAST_SHARED))

    def event(self, kind: str, i: int | None, j: int | None, numbers: bool = True) -> dict[str, Any]:
        """One event with its numbers."""
        told = numbers and i is not None and j is not None
        return {
            "kind": kind,
            "new": i,
            "old": j if kind != "birth" else None,
            "cosine": round(float(self.likeness[i, j]), 4) if told else 0.0,
            "overlap": round(float(self.overlap[i, j]), 4) if told else 0.0,
            "shared": round(float(self.shared.jaccard[i, j]), 4) if told and self.shared else None,
        }


def _pairs(numbers: _Numbers, same_space: bool) -> list[tuple[int, int]]:
    """The pairing of least cost overall."""
    from scipy.optimize import linear_sum_assignment

    if not numbers.likeness.size:
        return []
    parts = [(0.3, numbers.overlap)]
    if numbers.shared:
        parts.append((0.4, numbers.shared.jaccard))
    if same_space:
        parts.append((0.3 if numbers.shared else 0.7, numbers.likeness))
    rows, columns = linear_sum_assignment(sum(weight * (1 - part) for weight, part in parts))
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _left_overs(found: list[int], numbers: _Numbers, dormant: Sequence[bool]) -> list[dict[str, Any]]:
    events = []
    matched = sorted({j for j in found if j >= 0})
    for i, j in enumerate(found):
        if j >= 0:
            continue
        kin = max(matched, key=lambda o: _kinship(numbers, i, o), default=-1)
        if kin >= 0 and _has_split(numbers, i, kin):
            events.append(numbers.event("split", i, kin))
        else:
            nearest = int(numbers.likeness[i].argmax()) if numbers.likeness.shape[1] else None
            events.append(numbers.event("birth", i, nearest))
    continued = [i for i, j in enumerate(found) if j >= 0]
    for j in range(numbers.likeness.shape[1]):
        if j in matched or (j < len(dormant) and dormant[j]):
            continue
        kin = max(continued, key=lambda n: _kinship(numbers, n, j), default=-1)
        if kin >= 0 and _has_merged(numbers, kin, j):
            events.append(numbers.event("merge", kin, j))
        else:
            events.append(numbers.event("dormant", None, j))
    return events


def _kinship(numbers: _Numbers, i: int, j: int) -> float:
    return float(numbers.shared.both[i, j] if numbers.shared else numbers.likeness[i, j])


def _has_split(numbers: _Numbers, i: int, j: int) -> bool:
    """Whether new theme i was a part of old theme j: by its members, or by its nearness where members are not known."""
    shared = numbers.shared
    if shared is None:
        return bool(numbers.likeness[i, j] >= _KIN_COSINE)
    both = shared.both[i, j]
    return bool(both >= _SPLIT_SHARE * shared.old[j] and both >= _WHENCE * shared.new[i] and both > 0)


def _has_merged(numbers: _Numbers, i: int, j: int) -> bool:
    """Whether old theme j is a part of new theme i now."""
    shared = numbers.shared
    if shared is None:
        return bool(numbers.likeness[i, j] >= _KIN_COSINE)
    return bool(shared.both[i, j] >= _WHENCE * shared.old[j] > 0)


def _overlaps(new: list[list[str]], old: list[list[str]]) -> Table:
    """Jaccard of the keyword stems of every new theme with every old one, (k, m)."""
    mine = [{stem(t) for phrase in words for t in tokens(phrase)} for words in new]
    theirs = [{stem(t) for phrase in words for t in tokens(phrase)} for words in old]
    return np.array([[len(a & b) / max(len(a | b), 1) for b in theirs] for a in mine], dtype=np.float64)


def theme_days(placed: Assignment, first: Ints, last: Ints, count: int) -> list[tuple[date | None, date | None]]:
    """(first, last) day of the texts in each theme; `first` and `last` (n,) are ordinals, 0 where not known."""
    told: list[tuple[date | None, date | None]] = []
    for theme in range(count):
        rows = (placed.theme == theme) & (first > 0)
        days = (int(first[rows].min()), int(last[rows].max())) if rows.any() else None
        told.append((date.fromordinal(days[0]), date.fromordinal(days[1])) if days else (None, None))
    return told


def with_history(
    theme: CatalogueTheme,
    before: CatalogueTheme | None,
    days: tuple[date | None, date | None],
    newest: date | None,
    large: bool,
) -> CatalogueTheme:
    """`theme` with what lasts: its first day never moves to a later one, its last never to an earlier one.

    An emerging theme is a discovered one once it is `large` or has been spoken of for two weeks, unless other searches
    did not find it again (stability under .6). A theme that nobody has spoken of for eight weeks before `newest` is
    dormant.
    """
    born = _either(min, before.born if before else None, days[0])
    last = _either(max, before.last_seen if before else None, days[1])
    lasted = born is not None and last is not None and last - born >= timedelta(days=EMERGING_DAYS)
    shaky = theme.stability is not None and theme.stability < PUBLISHED
    silent = last is not None and newest is not None and newest - last > timedelta(days=DORMANT_DAYS)
    return replace(
        theme,
        born=born.isoformat() if born else None,
        last_seen=last.isoformat() if last else None,
        status="dormant" if silent else "active",
        kind="discovered" if theme.kind == "emerging" and (large or lasted) and not shaky else theme.kind,
    )


def _either(choose: Any, text: str | None, day: date | None) -> date | None:
    known = [one for one in (date.fromisoformat(text) if text else None, day) if one is not None]
    return choose(known) if known else None


def moves(
    before: Assignment, after: Assignment, counts: Ints, old_ids: list[str], new_ids: list[str]
) -> dict[str, Any]:
    """What moved between two placements of the same texts, said `counts` (n,) times: mentions that had a theme
    `before`, the share that `kept` it, and the largest `changes` [{from, to (None: no theme now), n}]."""
    rows = np.flatnonzero(before.theme >= 0)
    changed: Counter[tuple[str, str | None]] = Counter()
    total = int(counts[rows].sum())
    for row in rows.tolist():
        then, now = old_ids[before.theme[row]], new_ids[after.theme[row]] if after.theme[row] >= 0 else None
        if then != now:
            changed[then, now] += int(counts[row])
    ordered = sorted(changed.items(), key=lambda item: (-item[1], item[0][0], item[0][1] or ""))
    return {
        "placed_before": total,
        "kept": round(1 - changed.total() / total, 4) if total else None,
        "changes": [{"from": then, "to": now, "n": n} for (then, now), n in ordered[:_TOLD]],
    }


def new_theme_id(anchor: str, existing: set[str]) -> str:
    """`t-` and 8 hex digits of the theme's most central text; another try where that id is already in use."""
    for attempt in range(1000):
        digest = hashlib.blake2b(f"{anchor}\x1f{attempt}".encode(), digest_size=4).hexdigest()
        if f"t-{digest}" not in existing:
            return f"t-{digest}"
    raise RuntimeError("a thousand theme ids in a row were taken")
