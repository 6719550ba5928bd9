"""Questions in German and Spanish: the main ones are put into English word by word; others are declined."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from analyst.answers.asking.words import folded, tables, word_list, word_set

_LEAST = 0.6  # of a question's words that must be known
_COMMON = {"de": word_set("german"), "es": word_set("spanish")}
_OTHER = word_set("other_languages")
_ENGLISH = word_set("english_common")


def language_of(text: str) -> str:
    """en, de, es, or "other" for a question that is plainly in none of them."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(not (c.isascii() or c in "äöüßÄÖÜáéíóúñÁÉÍÓÚÑçàèêâîôû") for c in letters) * 2 > len(letters):
        return "other"
    words = re.findall(r"[^\W\d_]+", folded(text))
    english = sum(word in _ENGLISH for word in words)
    counts = {name: sum(word in _telling(name) for word in words) for name in _COMMON}
    counts["other"] = sum(word in _OTHER for word in words)
    best = max(counts, key=lambda name: (counts[name], name != "other"))
    enough = counts[best] >= 2 and counts[best] > english and counts[best] * 3 >= len(words)
    return best if enough else "en"


@lru_cache(maxsize=4)
def _telling(language: str) -> frozenset[str]:
    """Words that speak for a language: its common ones, and those of its table that are no English."""
    table = {word for phrase in tables("languages")[language] for word in phrase.split()}
    return _COMMON[language] | {word for word in table if word not in word_list("english") and len(word) > 3}


@lru_cache(maxsize=4)
def _phrases(language: str) -> re.Pattern[str]:
    longest_first = sorted(tables("languages")[language], key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")


def in_english(text: str, language: str, names: Collection[str]) -> str:
    """`text` with every known word in English, or nothing where too few of its words are known; `names` need no
    translation."""
    known = tables("languages")[language]
    lowered = folded(text)
    words = re.findall(r"[^\W\d_]+", lowered)
    left = re.findall(r"[^\W\d_]+", _phrases(language).sub(" ", lowered))
    left = [word for word in left if word not in names]
    if not words or 1 - len(left) / len(words) < _LEAST:
        return ""
    return _phrases(language).sub(lambda m: str(known[m[0]]), lowered)
