"""Whether an opinion asks for something: "please add a dark mode", "I wish I could change the slot".

Points for the ways in which people ask, and for what only leans towards asking; points off for questions, code,
and tales of the past. A head over the encoder's vectors was tried and is not used: bench/themes/suggestions.py.
"""

from __future__ import annotations

import re
from functools import lru_cache

from analyst.themes.lexicon import lines, pattern

_LONGEST = 600  # code points that are read: a suggestion says so early
_ASKS, _ENOUGH = 2, 2  # points: one way of asking is enough, unless more speaks against it than leans its way


def _rules(section: str) -> list[re.Pattern[str]]:
    verbs = f"(?:{pattern('suggestions', 'do')})"
    return [re.compile(line.replace("{do}", verbs), re.IGNORECASE) for line in lines("suggestions", section)]


@lru_cache(maxsize=1)
def _compiled() -> tuple[list[re.Pattern[str]], list[re.Pattern[str]], list[re.Pattern[str]]]:
    return _rules("asks"), _rules("leans"), _rules("not")


@lru_cache(maxsize=65536)
def is_suggestion(text: str) -> bool:
    """Whether `text` asks for a change or a new thing. Rules in English, German and Spanish; linear time."""
    asks, leans, against = _compiled()
    read = " ".join(text[:_LONGEST].replace("’", "'").split())
    asked = any(rule.search(read) for rule in asks)
    points = sum(rule.search(read) is not None for rule in leans) + (_ASKS if asked else 0)
    if points < _ENOUGH:
        return False
    return points - sum(rule.search(read) is not None for rule in against) >= _ENOUGH
