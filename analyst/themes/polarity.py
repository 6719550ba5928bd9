"""How positive a piece of English reads: VADER with the words of product feedback added.

VADER's lexicon (Hutto and Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
Social Media Text") was made on tweets and does not know that an app which "crashes" is bad news.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from analyst.themes.lexicon import word_lists

_FAILING, _SERVING = -1.8, 1.7  # on VADER's scale of -4 to 4: as strong as its own "bad" and "good"
_FAILS = re.compile(
    r"\b(?:(?:does|do|did|is|are|was|ca|wo|would|could|has|have|had|should)(?:n['’]?t|\s+not)\s+(?:\w+\s+){0,2}?"
    r"(?:work|load|open|connect|update|respond|arrive|help|log|sign|let|allow|answer|show|save|sync|turn|go through)\w*"
    r"|cannot\s+\w+|can['’]?t\s+\w+|cant\s+\w+|unable to|stopped working|not working|"
    r"never (?:works?|arrived|came|loads?)|nothing (?:works?|happens?|happened|loads?)|"
    r"no (?:one|body|reply|response|answer|way|option|refund)|"
    r"keeps? (?:crashing|freezing|failing|logging|asking|saying|loading|kicking)|"
    r"too (?:slow|expensive|much|many|long|small|big|complicated|hard|difficult|late))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _analyser() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    lists = word_lists("polarity_words")
    for word in lists["dropped"]:
        analyser.lexicon.pop(word, None)
    analyser.lexicon.update(dict.fromkeys(lists["failing"], _FAILING) | dict.fromkeys(lists["serving"], _SERVING))
    return analyser


@lru_cache(maxsize=131072)
def polarity(text: str) -> float:
    """How positive `text` (English) reads, -1 to 1; 0 where no word tells. Only the first 1,000 characters count."""
    head = text[:1000]
    score = float(_analyser().polarity_scores(head)["compound"])
    if _FAILS.search(head):  # "can't log in" and "nothing happens" hold no word of VADER's
        score = min(score, 0.4) - 0.4 if score > -0.6 else score
    return max(-1.0, min(1.0, score))
