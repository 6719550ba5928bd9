"""Keywords and labels: what each theme is called, in words that its own members use.

A label is a real phrase of the members ("card was declined", "waiting for support"), chosen for three things
at once: it belongs to this theme and not to its neighbours, it says what the theme's middle says, and many
members speak of it. Themes take turns, so that no two get the same name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyst.themes.cluster import Floats, Ints, centroids
from analyst.themes.keywords import Phrases, association, collect_phrases, stem
from analyst.themes.words import STOP_WORDS, tokens

Embed = Callable[[list[str]], Floats]

_CANDIDATES = 40  # phrases a theme offers for its label
_KEYWORDS = 8
_LEAST_HOLDERS = 2
_MOST_TEXTS = 30_000


@dataclass(frozen=True)
class Naming:
    """The name of one theme, and its keywords, best first."""

    label: str
    keywords: list[str]


def name_themes(
    texts: list[str],
    languages: list[str],
    vectors: Floats,
    groups: Ints,
    embed: Embed,
    taken: dict[int, str] | None = None,
) -> list[Naming]:
    """Names of the groups 0..k-1 in `groups` (n,), where `texts` (n) have unit rows `vectors` (n, d).

    `embed` turns phrases into unit rows of the same space. `taken` holds labels that stay as they are.
    """
    count = int(groups.max(initial=-1)) + 1
    if count == 0:
        return []
    rows = _rows_to_read(groups)
    phrases = collect_phrases(
        [texts[i] for i in rows], [languages[i] for i in rows], _LEAST_HOLDERS if len(rows) > 40 else 1
    )
    if not phrases.keys:
        return [Naming(_fallback(texts, vectors, groups, g), []) for g in range(count)]
    npmi, counts = association(phrases, groups[rows])
    sizes = np.bincount(groups[rows][groups[rows] >= 0], minlength=count)
    offered = [_offers(npmi[g], counts[g], sizes[g], phrases) for g in range(count)]
    near = _closeness(offered, phrases, centroids(vectors, groups), embed)
    words = _word_strengths(phrases, npmi, counts, sizes)
    keywords = [_keywords(offered[g], near[g], npmi[g], counts[g], phrases) for g in range(count)]
    chosen = _choose(offered, near, npmi, counts, sizes, words, phrases, taken or {})
    return [
        Naming(chosen[g] or _fallback(texts, vectors, groups, g), keywords[g])
        for g in range(count)
    ]  # fmt: skip


def _rows_to_read(groups: Ints) -> list[int]:
    """All rows, or for a very large run the first ones: rows come in hash order, so that is a fair sample."""
    return list(range(min(len(groups), _MOST_TEXTS)))


def _offers(npmi: NDArray[np.float64], counts: NDArray[np.float64], size: int, phrases: Phrases) -> list[int]:
    """The phrases of one theme worth a closer look: held by enough members, and more at home here than elsewhere."""
    least = max(2.0, 0.006 * size) if size > 12 else 1.0
    able = np.flatnonzero((counts >= least) & (npmi > 0.02))
    weight = npmi[able] * np.log1p(counts[able])
    best = able[np.lexsort((able, -weight))][: _CANDIDATES * 2]
    # Long phrases are rarer than the words in them and would lose every count: they get seats of their own.
    longer = [int(j) for j in best if len(phrases.keys[j]) > 1][:_CANDIDATES]
    single = [int(j) for j in best if len(phrases.keys[j]) == 1][: _CANDIDATES // 2]
    return sorted({*longer, *single})


def _closeness(offered: list[list[int]], phrases: Phrases, middle: Floats, embed: Embed) -> list[NDArray[np.float64]]:
    """Cosine of every offered phrase to its theme's centroid."""
    wanted = sorted({j for one in offered for j in one})
    made = embed([phrases.surface[j] for j in wanted]) if wanted else np.zeros((0, middle.shape[1]), np.float32)
    place = {j: row for row, j in enumerate(wanted)}
    return [
        (made[[place[j] for j in one]] @ middle[g]).astype(np.float64) if one else np.zeros(0)
        for g, one in enumerate(offered)
    ]


def _score(npmi: NDArray[np.float64], near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Geometric mean of how much a phrase belongs here and how close it lies (the Topeax paper, arXiv 2601.21465)."""
    result: NDArray[np.float64] = np.sqrt(np.clip((1 + npmi) / 2, 0, 1) * np.clip((1 + near) / 2, 0, 1))
    return result


def _keywords(
    offered: list[int],
    near: NDArray[np.float64],
    npmi: NDArray[np.float64],
    counts: NDArray[np.float64],
    phrases: Phrases,
) -> list[str]:
    """The best phrases of one theme; a phrase that only repeats words of a better one is left out."""
    if not offered:
        return []
    score = _score(npmi[offered], near) * (1 + 0.08 * np.log1p(counts[offered]))
    found: list[str] = []
    seen: set[str] = set()
    for place in np.lexsort((np.array(offered), -score)):
        key = phrases.content[offered[place]]
        if len(phrases.keys[offered[place]]) > 3 or not set(key) - seen:
            continue
        seen |= set(key)
        found.append(phrases.surface[offered[place]])
        if len(found) == _KEYWORDS:
            break
    return found


def _word_strengths(
    phrases: Phrases, npmi: NDArray[np.float64], counts: NDArray[np.float64], sizes: Ints
) -> list[dict[str, tuple[float, float]]]:
    """For each theme: stem -> (npmi, share of members that hold it), from the phrases of one word."""
    single = [(j, key[0]) for j, key in enumerate(phrases.keys) if len(key) == 1]
    return [
        {
            word: (float(npmi[g, j]), float(counts[g, j]) / max(int(sizes[g]), 1))
            for j, word in single
            if counts[g, j] > 0
        }
        for g in range(len(sizes))
    ]


def _choose(
    offered: list[list[int]],
    near: list[NDArray[np.float64]],
    npmi: NDArray[np.float64],
    counts: NDArray[np.float64],
    sizes: Ints,
    words: list[dict[str, tuple[float, float]]],
    phrases: Phrases,
    taken: dict[int, str],
) -> list[str | None]:
    """One label a theme, the largest theme first; words in earlier labels weigh against later ones."""
    chosen: list[str | None] = [taken.get(g) for g in range(len(offered))]
    used: dict[str, int] = {}
    for label in taken.values():
        _use(used, label)
    for g in range(len(offered)):
        if chosen[g] is not None or not offered[g]:
            continue
        scores = [
            _label_score(
                j, float(near[g][place]), float(npmi[g, j]), float(counts[g, j]), int(sizes[g]), words[g], used, phrases
            )
            for place, j in enumerate(offered[g])
        ]
        order = sorted(range(len(scores)), key=lambda place: (-scores[place], offered[g][place]))
        names = {label.lower() for label in chosen if label}
        for place in order:
            label = _sentence_case(phrases.surface[offered[g][place]])
            if label.lower() not in names:
                chosen[g] = label
                _use(used, label)
                break
    return chosen


def _label_score(
    j: int,
    near: float,
    npmi: float,
    held: float,
    size: int,
    words: dict[str, tuple[float, float]],
    used: dict[str, int],
    phrases: Phrases,
) -> float:
    content = phrases.content[j]
    known = [words.get(word, (-0.2, 0.0)) for word in content]
    if not known:
        return -1.0
    # How many members speak of any of its words (words of the theme only), and how much the words belong here.
    covered = 1.0 - float(np.prod([1.0 - share for belongs, share in known if belongs > 0.02]))
    belonging = float(np.mean([belongs for belongs, _ in known]))
    weakest = min(belongs for belongs, _ in known)
    length = {1: -0.06, 2: 0.03, 3: 0.04, 4: 0.02}.get(len(phrases.keys[j]), -0.02)
    repeats = 0.05 * sum(used.get(word, 0) > 0 for word in content)
    common = 0.04 * float(np.log1p(held))
    return (
        near + 0.6 * belonging + 0.35 * min(covered, 0.6) + 0.3 * npmi + common + length - repeats + min(weakest, 0.0)
    )


def _use(used: dict[str, int], label: str) -> None:
    for word in {stem(token) for token in tokens(label) if token not in STOP_WORDS["en"]}:
        used[word] = used.get(word, 0) + 1


def _sentence_case(phrase: str) -> str:
    words = [("I" + word[1:] if word == "i" or word.startswith("i'") else word) for word in phrase.split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _fallback(texts: list[str], vectors: Floats, groups: Ints, group: int) -> str:
    """The most central short member, when no phrase is shared by any two."""
    rows = np.flatnonzero(groups == group)
    middle = vectors[rows].mean(axis=0)
    order = sorted(rows, key=lambda row: (-float(vectors[row] @ middle), texts[row]))
    short = next((texts[row] for row in order if len(texts[row].split()) <= 6), texts[order[0]])
    return _sentence_case(" ".join(short.split()[:6]).strip(" .,;:!?"))
