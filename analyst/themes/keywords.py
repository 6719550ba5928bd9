"""Phrases of the members and how much each belongs to a group: the raw matter of keywords and labels.

A phrase is a run of up to five words of one opinion, not across punctuation, that begins and ends with a
word of content. Phrases that differ only in plural forms count as one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.themes.cluster import Ints
from analyst.themes.words import STOP_WORDS, spans

_LONGEST = 5
_MAX_INNER_STOPS = 2
_TOO_COMMON = 0.4  # a word in more than this share of all opinions tells nothing apart
_ALPHA = 2.0  # Dirichlet smoothing of the counts
# Words that may open a phrase although they are stop words: without them it would say the opposite.
_OPENERS = frozenset(
    ("not", "no", "never", "can't", "cannot", "won't", "doesn't", "don't", "didn't", "couldn't", "too", "without")
) | {"nicht", "kein", "keine", "zu", "ohne", "nie", "sin", "nunca"}
_PLACEHOLDER = re.compile(r"\[[a-z][a-z_]*-\d+\]", re.IGNORECASE)


@dataclass(frozen=True)
class Phrases:
    """`keys[j]` is a phrase's tuple of stems, `surface[j]` its usual spelling; `table` (n, m) says who holds it."""

    keys: list[tuple[str, ...]]
    surface: list[str]
    table: Any  # scipy.sparse.csr_matrix of 0/1
    content: list[tuple[str, ...]]  # the content stems of each phrase


def stem(word: str) -> str:
    """A word without its plural or possessive s: just enough that "notification(s)" are one."""
    plain = word.removesuffix("'s")
    if len(plain) > 4 and plain.endswith("ies"):
        return plain[:-3] + "y"
    if len(plain) > 4 and plain.endswith(("sses", "shes", "ches", "xes")):
        return plain[:-2]
    if len(plain) > 3 and plain.endswith("s") and not plain.endswith(("ss", "us", "is", "os")):
        return plain[:-1]
    return plain


def collect_phrases(texts: list[str], languages: list[str], least: int = 2) -> Phrases:
    """The phrases of `texts` that at least `least` of them hold. Linear in the length of the texts."""
    from scipy.sparse import csr_matrix

    held: list[dict[tuple[str, ...], str]] = [_phrases_of(t, lang) for t, lang in zip(texts, languages, strict=True)]
    frequency = Counter(key for one in held for key in one)
    kept = sorted(key for key, n in frequency.items() if n >= least)
    number = {key: place for place, key in enumerate(kept)}
    spellings: list[Counter[str]] = [Counter() for _ in kept]
    rows: list[int] = []
    columns: list[int] = []
    for row, one in enumerate(held):
        for key, spelling in one.items():
            place = number.get(key)
            if place is not None:
                rows.append(row)
                columns.append(place)
                spellings[place][spelling] += 1
    table = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(texts), len(kept)))
    surface = [min(found, key=lambda s: (-found[s], s)) for found in spellings]
    every_stop = frozenset().union(*STOP_WORDS.values())
    stops = {stem(word) for word in every_stop if word not in STOP_WORDS["de"] or word in STOP_WORDS["en"]}
    return Phrases(kept, surface, table, [tuple(w for w in key if w not in stops) for key in kept])


def _phrases_of(text: str, language: str) -> dict[tuple[str, ...], str]:
    """Every phrase of one text: stems -> the spelling it has here."""
    plain = _PLACEHOLDER.sub(" . ", text) if "[" in text else text
    stops = STOP_WORDS.get(language, frozenset())
    places = spans(plain)[:120]
    words = [plain[a:b].lower().replace("’", "'") for a, b in places]
    stop = [word in stops or len(set(word)) == 1 or word.isdigit() for word in words]  # "xxxx" stands for a name
    joined = [
        plain[places[i][1] : places[i + 1][0]].strip() in ("", "-", "/") for i in range(len(places) - 1)
    ]  # fmt: skip
    found: dict[tuple[str, ...], str] = {}
    for first, word in enumerate(words):
        if stop[first] and word not in _OPENERS:
            continue
        inner = 0
        for last in range(first, min(first + _LONGEST, len(words))):
            if last > first and not joined[last - 1]:
                break
            if stop[last]:
                inner += last > first
                if inner > _MAX_INNER_STOPS:
                    break
                continue
            key = tuple(stem(w) for w in words[first : last + 1])
            found.setdefault(key, " ".join(words[first : last + 1]))
    return found


def association(phrases: Phrases, groups: Ints) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(npmi (k, m), counts (k, m)) of phrases and the groups 0..k-1 in `groups` (n,); -1 rows count as background.

    Normalised pointwise mutual information (Bouma 2009) of counts smoothed by a Dirichlet prior of weight 2
    spread in proportion to each phrase's overall frequency, so that a phrase met twice proves little.
    """
    from scipy.sparse import csr_matrix

    count = int(groups.max(initial=-1)) + 1
    n = len(groups)
    held = np.flatnonzero(groups >= 0)
    one_hot = csr_matrix((np.ones(len(held)), (groups[held], held)), shape=(count, n))
    counts = np.asarray((one_hot @ phrases.table).todense(), dtype=np.float64)
    overall = np.asarray(phrases.table.sum(axis=0), dtype=np.float64).ravel()
    share = np.asarray(one_hot.sum(axis=1), dtype=np.float64).ravel() / max(n, 1)
    together = (counts + _ALPHA * share[:, None] * (overall / n)[None, :] * 2) / (n + _ALPHA)
    expected = np.maximum(share[:, None] * (overall / n)[None, :], 1e-12)
    safe = np.clip(together, 1e-12, 1 - 1e-9)
    npmi = np.clip(np.log(safe / expected) / -np.log(safe), -1.0, 1.0)
    npmi[:, overall > _TOO_COMMON * n] = -1.0
    return npmi, counts
