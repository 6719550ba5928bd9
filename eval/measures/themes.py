"""How well themes match true ones, over plain lists; every item counts, unplaced ones included."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass
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


def coverage(states: Sequence[str]) -> float:
    """Share of opinions that are in a theme, 0..1."""
    return sum(state != "unassigned" for state in states) / len(states) if states else 0.0


def majority_names(pairs: Sequence[tuple[Label, Label]]) -> Mapping[Any, Any]:
    """For each found theme the true theme that most of its opinions belong to, from (true, found) pairs."""
    counts: dict[Label, Counter[Label]] = defaultdict(Counter)
    for true, found in pairs:
        counts[found][true] += 1
    return {found: max(sorted(c, key=str), key=lambda t: c[t]) for found, c in counts.items()}


def stability(first: Sequence[Label], second: Sequence[Label]) -> float:
    """How alike two runs place the same opinions, whatever they call their themes: AMI, at most 1, 0 for chance."""
    return adjusted_mutual_information(first, second)


@dataclass(frozen=True)
class BCubed:
    """B-cubed precision, recall and their harmonic mean, each 0..1."""

    precision: float
    recall: float
    f1: float


def b_cubed(truth: Sequence[Label], found: Sequence[Label]) -> BCubed:
    """B-cubed of two labellings of the same n items (Bagga and Baldwin 1998); NaN where n is 0.

    Precision averages over items the share of their found theme that has their true label, recall the share of their
    true label that is in their found theme.
    """
    n = len(truth)
    both, true, ours = Counter(zip(truth, found, strict=True)), Counter(truth), Counter(found)
    if not n:
        return BCubed(math.nan, math.nan, math.nan)
    precision = sum(c * c / ours[f] for (_, f), c in both.items()) / n
    recall = sum(c * c / true[t] for (t, _), c in both.items()) / n
    return BCubed(precision, recall, 2 * precision * recall / (precision + recall))


def label_coverage(wanted: Mapping[str, str], labels: Collection[str]) -> float:
    """Share of the true themes that some label names, 0..1; NaN where none is wanted.

    `wanted` is each true theme's name and description. A label names a theme when they share a word of three letters
    or more that is no function word, endings put aside. A word that many themes share would name them all, so that
    one is left out which stands in more than two of them. This reads words, not meaning: a label that says the same
    thing in other words is not counted.
    """
    texts = {name: _stems(f"{name.replace('_', ' ')} {said}") for name, said in wanted.items()}
    common = Counter(stem for stems in texts.values() for stem in stems)
    said = {stem for label in labels for stem in _stems(label)}
    named = [any(stem in said for stem in stems if common[stem] <= 2) for stems in texts.values()]
    return sum(named) / len(named) if named else math.nan


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return {_stem(word) for word in words if len(word) > 2 and word not in _FUNCTION_WORDS}


def _stem(word: str) -> str:
    """Without the commonest English endings; enough to match `arriving` with `arrived`."""
    for ending in ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "es", "ed", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_FUNCTION_WORDS = frozenset([
    "about", "after", "again", "all", "also", "and", "any", "app", "are", "back", "bad", "been", "being", "but", "can",
    "did", "does", "every", "for", "from", "get", "good", "had", "has", "have", "her", "his", "how", "into", "its",
    "just", "lot", "more", "much", "not", "now", "off", "one", "other", "our", "out", "over", "past", "than", "that",
    "the", "their", "them", "then", "there", "these", "they", "thing", "things", "this", "too", "use", "very", "was",
    "way", "were", "what", "when", "where", "which", "while", "who", "why", "will", "with", "without", "work", "works",
    "would", "you", "your",
])  # fmt: skip
