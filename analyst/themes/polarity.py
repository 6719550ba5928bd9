"""How positive a piece of text reads: in English VADER with the words and the turns of phrase of customer feedback.

VADER's lexicon (Hutto and Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
Social Media Text") was made on tweets: it does not know that an app which "crashes" is bad news, that "can't wait
to come back" is praise, or that a friend and a credit card are neither good nor bad. German and Spanish have a
short list of words each, turned round by a negation beside them.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from analyst.themes.lexicon import pattern, word_lists
from analyst.themes.words import tokens

_FAILING, _SERVING, _FAINT = -1.8, 1.7, 0.4  # on VADER's scale of -4 to 4: as strong as its own "bad" and "good"
_PHRASE, _MILD = 1.9, 0.9  # what a turn of phrase adds, on the same scale
_MOST_PHRASES = 3  # of each side; a rant is no worse for going on
_ALPHA = 15.0  # VADER's compound is s / sqrt(s^2 + 15) of the sum s of its words

# Lower case and no flag: the engine then skips a branch by its first letter.
_GOOD = re.compile(rf"\b(?:{pattern('polarity_phrases', 'praise')})\b")
_BAD = re.compile(rf"\b(?:{pattern('polarity_phrases', 'complaint')})\b")
_MEEK = re.compile(rf"\b(?:{pattern('polarity_phrases', 'mild')})\b")
_NEGATED = re.compile(r"(?:\b(?:not|never|hardly|no|without|barely)|n't)(?: \w+)?\s*$")


# How far a negation reaches, in words: Spanish has it before ("no es bueno"), German behind as well ("geht nicht").
_REACH = {"de": (3, 2), "es": (3, 0)}
WORDED = frozenset({"en", *_REACH})  # the languages that `polarity` can read


@lru_cache(maxsize=1)
def _analyser() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    lists = word_lists("polarity_words")
    for word in lists["dropped"]:
        analyser.lexicon.pop(word, None)
    for name, weight in (("failing", _FAILING), ("serving", _SERVING), ("faint", _FAINT)):
        analyser.lexicon.update(dict.fromkeys(lists[name], weight))
    return analyser


@lru_cache(maxsize=131072)
def polarity(text: str, language: str = "en") -> float:
    """How positive `text` reads, -1 to 1; 0 where no word tells or the `language` is none of WORDED.

    Only the first 1,000 characters count.
    """
    head = text[:1000].replace("’", "'")
    if language != "en":
        return _by_lists(tokens(head), language) if language in _REACH else 0.0
    low = head.lower()
    if len(low) != len(head):  # a letter that grows in lower case would shift every offset
        head = low
    phrases = 0.0
    good = bad = 0
    for match in _GOOD.finditer(low):
        if _NEGATED.search(low, max(0, match.start() - 24), match.start()):
            bad += 1
        else:
            good += 1
        head, low = _without(head, match), _without(low, match)
    for match in _BAD.finditer(low):
        bad += 1
        head = _without(head, match)
    phrases = _PHRASE * (min(good, _MOST_PHRASES) - min(bad, _MOST_PHRASES))
    if _MEEK.search(low):
        phrases -= _MILD
    value = float(_analyser().polarity_scores(head)["compound"]) if head.strip() else 0.0
    if phrases:
        value = min(max(value, -0.999), 0.999)
        total = value * math.sqrt(_ALPHA / (1 - value * value)) + phrases
        value = total / math.sqrt(total * total + _ALPHA)
    return max(-1.0, min(1.0, value))


def _by_lists(words: list[str], language: str) -> float:
    """The balance b of good and bad words as b / (|b| + 2): one word tells as much as VADER's milder ones."""
    good, bad, turning = _lists(language)
    before, behind = _REACH[language]
    balance = 0
    for place, word in enumerate(words):
        worth = bool(good.match(word)) - bool(bad.match(word))
        if worth and word not in turning:
            near = words[max(0, place - before) : place] + words[place + 1 : place + 1 + behind]
            worth = -worth if not turning.isdisjoint(near) else worth
        balance += worth
    return balance / (abs(balance) + 2)


@lru_cache(maxsize=4)
def _lists(language: str) -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    lists = word_lists("polarity_other")
    good, bad = (
        re.compile(
            "(?:" + "|".join(re.escape(w).replace(r"\*", r"\w*") for w in sorted(lists[f"{language} {side}"])) + ")$"
        )
        for side in ("good", "bad")
    )
    return good, bad, lists[f"{language} not"]


def _without(text: str, match: re.Match[str]) -> str:
    """`text` with the matched phrase blanked: its words have been counted."""
    return text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
