"""Mute what says who speaks, where and of which product, but not what about.

An encoder puts texts that name the product close together, and session statements far from comments, and
German far from English. Such a difference of means is one direction of the space; taking it out lets
opinions meet by what they say. (Per-source centring does the same but needs to know the source of every
later text; a projection does not.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np

from analyst.themes.cluster import Floats
from analyst.themes.words import is_stop_word

_LEAST_SHARE = 0.015  # a name said in fewer opinions than this cannot bend the themes
_CAPITAL = 0.5  # share of mid-sentence uses with a capital letter that makes a word a name
_LEAST_ROWS = 30  # texts on both sides before a difference of means is more than chance
_MOST_NAMES = 6
_MID_SENTENCE = re.compile(r"(?<=[a-z,] )[A-Za-z][A-Za-z]{2,}")
_CAPITALISED = ("de",)  # languages that write every noun with a capital


def product_names(texts: Iterable[tuple[str, str]]) -> list[str]:
    """The product's own names: words that people write with a capital mid-sentence, in at least 1.5 % of `texts`.

    `texts` are (text, language) pairs as written. Verb forms are no names ("my flight was Cancelled"), and
    neither are abbreviations in capitals. Most frequent first, at most six.
    """
    held: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    n = 0
    for text, language in texts:
        n += 1
        if language in _CAPITALISED or text.isupper():
            continue
        first: dict[str, str] = {}
        for word in _MID_SENTENCE.findall(text):
            first.setdefault(word.lower(), word)
        held.update(first.keys())
        capital.update(low for low, word in first.items() if word[0].isupper() and word[1:].islower())
    names = [
        word
        for word, count in held.items()
        if count >= _LEAST_SHARE * max(n, 1)
        and count >= _LEAST_ROWS
        and capital[word] >= _CAPITAL * count
        and not is_stop_word(word, "en")
        and not word.endswith(("ed", "ing"))
    ]
    return sorted(names, key=lambda word: (-held[word], word))[:_MOST_NAMES]


def difference(vectors: Floats, side: np.ndarray) -> Floats | None:
    """The mean of the rows of `vectors` (n, d) on one `side` (n,) bool minus that of the others; None for too few."""
    if min(int(side.sum()), int((~side).sum())) < _LEAST_ROWS:
        return None
    return np.asarray(vectors[side].mean(axis=0) - vectors[~side].mean(axis=0), dtype=np.float32)


def directions(
    vectors: Floats, texts: list[str], names: list[str], sessions: np.ndarray, languages: list[str]
) -> Floats:
    """Orthonormal directions (m, d) to mute: one for each name, one for session statements, one a language.

    `texts` (n) are in lower case, `sessions` (n,) says which are session statements.
    """
    found: list[Floats | None] = []
    for name in names:
        pattern = re.compile(rf"\b{re.escape(name)}\b")
        found.append(difference(vectors, np.array([pattern.search(text) is not None for text in texts], dtype=bool)))
    found.append(difference(vectors, sessions))
    spoken = np.array(languages)
    comments = ~sessions
    for language in sorted(set(languages)):
        found.append(difference(vectors[comments], spoken[comments] == language))
    rows = [row for row in found if row is not None and float(np.linalg.norm(row)) > 1e-3]
    if not rows:
        return np.zeros((0, vectors.shape[1]), dtype=np.float32)
    basis, scale, _ = np.linalg.svd(np.array(rows, dtype=np.float64).T, full_matrices=False)
    return np.asarray(basis[:, scale > 0.05 * scale[0]].T, dtype=np.float32)


def mute(vectors: Floats, basis: Floats) -> Floats:
    """Unit rows (n, d) without their part along the orthonormal `basis` (m, d), of length 1 again."""
    if not len(basis):
        return vectors
    left = vectors - (vectors @ basis.T) @ basis
    return np.asarray(left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9), dtype=np.float32)
