"""Measures of themes against several labels a document: plain lists in, numbers out. Every document counts.

Beside those of eval.measures.themes, which know one true theme an opinion: here documents carry several labels, and
the themes of their opinions are compared with these by the extended B-cubed measure and by the F1 of labels told from
themes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

from eval.measures.themes import Label

NONE = "none"  # what a document without any placed opinion is given: one more group, never a theme
_BLOCK = 1024


def bcubed(truth: Sequence[Set[Label]], found: Sequence[Set[Label]]) -> tuple[float, float, float]:
    """(precision, recall, F1) of overlapping groups, each 0..1: extended B-cubed (Amigó, Gonzalo, Artiles and Verdejo
    2009, "A comparison of extrinsic clustering evaluation metrics", section 5).

    For two items that share c themes and l labels, multiplicity precision is min(c, l) / c and recall min(c, l) / l;
    each is averaged over the pairs where it is defined (an item pairs with itself too), then over items. An item
    without a theme shares none with anything: it has no precision, and a recall of 0.
    """
    labels, themes = _incidence(truth), _incidence(found)
    precision: list[NDArray[np.float64]] = []
    recall: list[NDArray[np.float64]] = []
    for first in range(0, len(truth), _BLOCK):
        part = slice(first, first + _BLOCK)
        gold, mine = labels[part] @ labels.T, themes[part] @ themes.T
        both = np.minimum(gold, mine)
        precision.append(_pair_means(both, mine))
        recall.append(_pair_means(both, gold))
    p, r = _mean_defined(precision), _mean_defined(recall)
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def _incidence(sets: Sequence[Set[Label]]) -> NDArray[np.float32]:
    names = {name: place for place, name in enumerate(sorted({n for one in sets for n in one}, key=str))}
    table = np.zeros((len(sets), max(len(names), 1)), dtype=np.float32)
    for row, one in enumerate(sets):
        table[row, [names[name] for name in one]] = 1.0
    return table


def _pair_means(both: NDArray[np.float32], shared: NDArray[np.float32]) -> NDArray[np.float64]:
    defined = shared > 0
    ratio = np.divide(both, shared, out=np.zeros_like(both), where=defined)
    counts = defined.sum(axis=1)
    sums = ratio.sum(axis=1, dtype=np.float64)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _mean_defined(parts: list[NDArray[np.float64]]) -> float:
    values = np.concatenate(parts) if parts else np.zeros(0)
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else 0.0


def mapped_f1(
    truth: Sequence[Set[Label]],
    found: Sequence[Set[Label]],
    *,
    hold: float = 0.4,
    least: int = 40,
    seed: int = 0,
) -> float:
    """Micro-F1 of documents' labels told from their themes, 0..1.

    Labels that fewer than `least` documents carry are left out. On a random half of the documents (`seed`) each theme
    takes every label that at least `hold` of its documents carry, or else its commonest; the F1 is taken on the
    other half.
    """
    common = {name for name, n in Counter(n for one in truth for n in one).items() if n >= least}
    gold = [set(one) & common for one in truth]
    half = np.zeros(len(gold), dtype=bool)
    half[np.random.default_rng(seed).permutation(len(gold))[: len(gold) // 2]] = True
    size: Counter[Label] = Counter()
    held: dict[Label, Counter[Label]] = defaultdict(Counter)
    for place in np.flatnonzero(half).tolist():
        for theme in found[place]:
            size[theme] += 1
            held[theme].update(gold[place])
    means = {theme: _means(held[theme], size[theme], hold) for theme in size}
    right = told = asked = 0
    for place in np.flatnonzero(~half).tolist():
        said: set[Label] = set()
        for theme in found[place]:
            said |= means.get(theme, set())
        right, told, asked = right + len(said & gold[place]), told + len(said), asked + len(gold[place])
    return 2 * right / (told + asked) if told + asked else 0.0


def _means(counts: Counter[Label], size: int, hold: float) -> set[Label]:
    taken = {label for label, number in counts.items() if number >= hold * size}
    if taken or not counts:
        return taken
    most = max(counts.values())
    return {min((label for label, number in counts.items() if number == most), key=str)}


def single(weights: Sequence[dict[str, float]]) -> list[str]:
    """One theme a document, from {theme: weight} of each: the heaviest, ties by name; NONE without any."""
    return [max(sorted(one), key=lambda theme: one[theme]) if one else NONE for one in weights]
