"""Measures of quality, each over plain lists; every item counts, unplaced ones included."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence, Set
from typing import Any

Label = Hashable


def adjusted_mutual_information(truth: Sequence[Label], found: Sequence[Label]) -> float:
    """AMI of two labellings of the same items, at most 1, 0 for chance (Vinh, Epps and Bailey 2010)."""
    from sklearn.metrics import adjusted_mutual_info_score

    return float(adjusted_mutual_info_score(*_coded(truth, found)))


def adjusted_rand_index(truth: Sequence[Label], found: Sequence[Label]) -> float:
    """ARI of two labellings of the same items, at most 1, 0 for chance (Hubert and Arabie 1985)."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(*_coded(truth, found)))


def _coded(*labellings: Sequence[Label]) -> list[list[int]]:
    coded = []
    for labels in labellings:
        codes: dict[Label, int] = {}
        coded.append([codes.setdefault(label, len(codes)) for label in labels])
    return coded


def mapped_f1(
    truth: Sequence[Set[Label]], found: Sequence[Set[Label]], *, hold: float = 0.4, fit: Sequence[bool] | None = None
) -> float:
    """Micro-F1 of documents' label sets after mapping each found theme to true labels, 0..1.

    A theme takes every true label held by at least `hold` of its documents among those with `fit` True (else its
    commonest); the score is taken on the others. Without `fit`, every second document maps and the rest score.
    """
    fit = fit if fit is not None else [place % 2 == 0 for place in range(len(truth))]
    held: dict[Label, Counter[Label]] = defaultdict(Counter)
    size: Counter[Label] = Counter()
    for labels, themes, used in zip(truth, found, fit, strict=True):
        for theme in themes if used else ():
            size[theme] += 1
            held[theme].update(labels)
    mapping = {theme: _taken(counts, size[theme], hold) for theme, counts in held.items()}
    right = guessed = wanted = 0
    for labels, themes, used in zip(truth, found, fit, strict=True):
        if used:
            continue
        said = set().union(*(mapping.get(theme, set()) for theme in themes)) if themes else set()
        right, guessed, wanted = right + len(said & labels), guessed + len(said), wanted + len(labels)
    return 2 * right / (guessed + wanted) if guessed + wanted else 0.0


def _taken(counts: Counter[Label], size: int, hold: float) -> set[Label]:
    taken = {label for label, number in counts.items() if number >= hold * size}
    return taken or {label for label, _ in counts.most_common(1)}


def ndcg(gains: Sequence[float], ideal: Sequence[float], depth: int = 5) -> float:
    """Normalised discounted cumulative gain at `depth`, linear gain, 0..1 (Jarvelin and Kekalainen 2002).

    `gains` are the true gains of the ranked items in order, `ideal` those of every relevant item. Nothing relevant
    gives NaN: such a query is counted, not averaged.
    """
    best = _dcg(sorted(ideal, reverse=True)[:depth])
    return _dcg(gains[:depth]) / best if best > 0 else math.nan


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def coverage(states: Sequence[str]) -> float:
    """Share of opinions that are in a theme, 0..1."""
    return sum(state != "unassigned" for state in states) / len(states) if states else 0.0


def majority_names(pairs: Sequence[tuple[Label, Label]]) -> Mapping[Any, Any]:
    """For each found theme the true theme that most of its opinions belong to, from (true, found) pairs."""
    counts: dict[Label, Counter[Label]] = defaultdict(Counter)
    for true, found in pairs:
        counts[found][true] += 1
    return {found: max(sorted(c, key=str), key=lambda t: c[t]) for found, c in counts.items()}
