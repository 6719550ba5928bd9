"""Keywords and labels: what each theme is called, in words that its own members use.

A label is a real phrase of the members ("card was declined", "waiting for support"), chosen for three things
at once: it belongs to this theme and not to its neighbours, it says what the theme's middle says, and many
members speak of it. Themes take turns, so that no two get the same name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyst.themes.cluster import Floats, Ints, centroids
from analyst.themes.keywords import Phrases, association, collect_phrases, stem
from analyst.themes.polarity import polarity
from analyst.themes.words import STOP_WORDS, tokens

Embed = Callable[[list[str]], Floats]
Keep = Callable[[list[list[str]]], dict[int, str]]
_MID_SENTENCE = re.compile(r"(?<=[a-zäöüß,] )[^\W\d_]+")

_CANDIDATES = 40  # phrases a theme offers for its label
_KEYWORDS = 8
_LEAST_HOLDERS = 2
_MOST_TEXTS = 30_000


@dataclass(frozen=True)
class Naming:
    """The name of one theme, and its keywords, best first."""

    label: str
    keywords: list[str]


@dataclass(frozen=True)
class _Theme:
    """What a theme brings to the choice of its label: phrases offered, their closeness, and its own words."""

    offered: list[int]
    near: NDArray[np.float64]  # (len(offered),)
    npmi: NDArray[np.float64]  # (m,)
    counts: NDArray[np.float64]  # (m,)
    size: int
    words: dict[str, tuple[float, float]]  # stem -> (npmi, share of members)
    mood: float


def name_themes(
    texts: list[str],
    languages: list[str],
    vectors: Floats,
    groups: Ints,
    embed: Embed,
    *,
    spelling: dict[str, str] | None = None,
    keep: Keep | None = None,
) -> list[Naming]:
    """Names of the groups 0..k-1 in `groups` (n,), where `texts` (n) have unit rows `vectors` (n, d).

    `embed` turns phrases into unit rows of the same space. `spelling` maps words in lower case to the way
    people write them (iOS, Zoom). `keep` is asked, once the keywords are known, which labels stay as they are.
    """
    count = int(groups.max(initial=-1)) + 1
    if count == 0:
        return []
    rows = _rows_to_read(groups)
    read, spoken = [texts[i] for i in rows], [languages[i] for i in rows]
    phrases = collect_phrases(read, spoken, _LEAST_HOLDERS if len(rows) > 40 else 1)
    npmi, counts = association(phrases, groups[rows])
    sizes = np.bincount(groups[rows][groups[rows] >= 0], minlength=count)
    offered = [_offers(npmi[g], counts[g], sizes[g], phrases) for g in range(count)]
    near = _closeness(offered, phrases, centroids(vectors, groups), embed)
    strengths = _word_strengths(phrases, npmi, counts, sizes)
    moods = _moods(read, spoken, groups[rows], count)
    keywords = [_keywords(offered[g], near[g], npmi[g], counts[g], phrases) for g in range(count)]
    kept = keep(keywords) if keep else {}
    chosen = dict(kept)
    used: dict[str, int] = {}
    for label in chosen.values():
        _use(used, label)
    for g in range(count):
        if g not in chosen:
            theme = _Theme(offered[g], near[g], npmi[g], counts[g], int(sizes[g]), strengths[g], float(moods[g]))
            label = _choose(theme, used, set(chosen.values()), phrases) or _fallback(texts, vectors, groups, g)
            chosen[g] = label
            _use(used, label)
    as_written = spelling or {}
    return [
        Naming(
            chosen[g] if g in kept else _sentence_case(chosen[g], as_written), [_spelled(k, as_written) for k in words]
        )
        for g, words in enumerate(keywords)
    ]


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


def _moods(texts: list[str], languages: list[str], groups: Ints, count: int) -> NDArray[np.float64]:
    """The mean polarity of each group's English texts, (k,), -1 to 1: a label must not say the opposite."""
    total, n = np.zeros(count), np.zeros(count)
    for text, language, group in zip(texts, languages, groups.tolist(), strict=True):
        if group >= 0 and language == "en":
            total[group] += polarity(text)
            n[group] += 1
    result: NDArray[np.float64] = total / np.maximum(n, 1)
    return result


def _choose(theme: _Theme, used: dict[str, int], names: set[str], phrases: Phrases) -> str | None:
    """The best phrase of a theme that is no other theme's name yet; None when it offers none."""
    lowered = {name.lower() for name in names}
    strongest = max((belongs for belongs, _ in theme.words.values()), default=0.0)
    scores = {
        j: _label_score(j, float(theme.near[place]), theme, strongest, used, phrases)
        for place, j in enumerate(theme.offered)
    }
    for j in sorted(scores, key=lambda j: (-scores[j], j)):
        if phrases.surface[j].lower() not in lowered:
            return phrases.surface[j]
    return None


def _label_score(j: int, near: float, theme: _Theme, strongest: float, used: dict[str, int], phrases: Phrases) -> float:
    content = phrases.content[j]
    known = [theme.words.get(word, (-0.2, 0.0)) for word in content]
    if not known:
        return -1.0
    # How many members speak of any of its words (words of the theme only), and how much the words belong here.
    covered = 1.0 - float(np.prod([1.0 - share for belongs, share in known if belongs > 0.02]))
    best = max(belongs for belongs, _ in known) / max(strongest, 1e-9)
    belonging = float(np.mean([belongs for belongs, _ in known]))
    weakest = min(0.0, *(belongs for belongs, _ in known))
    mood = theme.mood * polarity(phrases.surface[j])
    repeats = sum(used.get(word, 0) > 0 for word in content)
    return (
        near
        + 0.6 * belonging
        + 0.15 * best
        + 0.35 * min(covered, 0.6)
        + 0.3 * float(theme.npmi[j])
        + 0.04 * float(np.log1p(theme.counts[j]))
        + _LENGTH.get(len(phrases.keys[j]), -0.02)
        + 0.2 * mood
        - 0.05 * repeats
        + weakest
    )


# One word is seldom a name a person would give; a phrase of more than four is read, not recognised.
_LENGTH = {1: -0.28, 2: 0.02, 3: 0.05, 4: 0.03}


def _use(used: dict[str, int], label: str) -> None:
    for word in {stem(token) for token in tokens(label) if token not in STOP_WORDS["en"]}:
        used[word] = used.get(word, 0) + 1


def spelling_of(texts: list[str]) -> dict[str, str]:
    """How words are written mid-sentence where most people do not write them in lower case: ios -> iOS."""
    forms: dict[str, Counter[str]] = {}
    for text in texts:
        if not text.isupper():
            for word in _MID_SENTENCE.findall(text):
                forms.setdefault(word.lower(), Counter())[word] += 1
    found = {}
    for low, counted in forms.items():
        form, times = min(counted.items(), key=lambda item: (-item[1], item[0]))
        if form != low and times >= 3 and times > 0.5 * counted.total():
            found[low] = form
    return found


def _spelled(phrase: str, spelling: dict[str, str]) -> str:
    return " ".join("I" + w[1:] if w == "i" or w.startswith("i'") else spelling.get(w, w) for w in phrase.split())


def _sentence_case(phrase: str, spelling: dict[str, str]) -> str:
    text = _spelled(phrase, spelling)
    first = text.split(" ", 1)[0]
    return text if first != first.lower() else text[:1].upper() + text[1:]


def _fallback(texts: list[str], vectors: Floats, groups: Ints, group: int) -> str:
    """The most central short member, when no phrase is shared by any two."""
    rows = np.flatnonzero(groups == group)
    middle = vectors[rows].mean(axis=0)
    order = sorted(rows, key=lambda row: (-float(vectors[row] @ middle), texts[row]))
    short = next((texts[row] for row in order if len(texts[row].split()) <= 6), texts[order[0]])
    return " ".join(short.split()[:6]).strip(" .,;:!?")
