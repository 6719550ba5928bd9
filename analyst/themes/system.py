"""What carries no subject: non-answers, keyboard noise, bare praise, bare complaint, off-topic text.

Precision comes before recall: a real complaint in here would be lost to every theme, while a missed "meh"
only lands unassigned. So a text is taken only when *every* word of it is known to say nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from analyst.themes.lexicon import phrase_lists, word_lists
from analyst.themes.words import squeeze, tokens

PRAISE, COMPLAINT, NONANSWER, OFFTOPIC = "sys-praise", "sys-complaint", "sys-nonanswer", "sys-offtopic"

_WORDS = word_lists("bare_words")
_PHRASES = phrase_lists("bare_phrases")
_PRAISE, _COMPLAINT, _FILLER, _NEGATION = (_WORDS[name] for name in ("praise", "complaint", "filler", "negation"))
_NONANSWERS, _BARE_PRAISE, _BARE_COMPLAINT = (_PHRASES[name] for name in ("nonanswer", "praise", "complaint"))
_GOOD_EMOJI = frozenset("👍👏😀😃😄😁😊☺🙂😍🥰😘❤♥💕💖💯🎉🙌⭐🌟😎🤩👌💪🔥✅😇🤗💚💙🧡💛💜")
_BAD_EMOJI = frozenset("👎🗑😡🤬😠😤😢😭😞😔😟🙁☹😣😖😫😩🤮🤢💩😒😑🙄❌😕💔")
_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiopü",
    "asdfghjklöä",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "1234567890",
)
_NEIGHBOURS = frozenset(pair for row in _ROWS for a, b in pairwise(row) for pair in (a + b, b + a))
_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|the\s+|your\s+)*(?:previous|prior|above|earlier)\s+"
    r"(?:instructions?|prompts?|rules|messages?)\b|\b(?:reveal|print|show)\s+(?:me\s+)?(?:your|the)\s+system\s+prompt\b",
    re.IGNORECASE,
)
# What may follow a whole answer without changing it: "no complaints here", "nothing right now, thanks".
_AFTERWORD = re.compile(
    r"(?:[\s,]+(?:from me|here|whatsoever|right now|just now|at the moment|at this time|at present|for now|"
    r"currently|really|thanks|thank you|danke|gracias|merci|grazie))+$"
)
_LONGEST_ANSWER = 100  # code points; the longest whole answer we know, with afterwords
# Known words that say something all the same: punctuality, a question, how good it would be if.
_TELLING = re.compile(
    r"\b(?:in|on|de|à) time\b|\ba tiempo\b|\?|\b(?:would|could|might) be\b|\b(?:if|for)\W*$|\bfor (?:work|people)\b|"
    r"\bpoor people\b|\bthe poor\b",
    re.IGNORECASE,
)
_FAULT_CODE = re.compile(r"[45]\d\d")  # "404" alone is what the page said
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|io|de|es|co\.uk)\b/?", re.IGNORECASE)


@lru_cache(maxsize=131072)
def system_theme(text: str) -> str | None:
    """The id of the system theme that `text` (one opinion) belongs to, or None where it may carry a subject."""
    phrase = squeeze(text.replace("’", "'"))
    words = tokens(text)
    if phrase not in _NONANSWERS and phrase not in _BARE_PRAISE and phrase not in _BARE_COMPLAINT:
        phrase = _AFTERWORD.sub("", phrase) if len(phrase) <= _LONGEST_ANSWER else phrase
    if phrase in _NONANSWERS:
        return NONANSWER
    if _INJECTION.search(text):
        return OFFTOPIC
    if not words:
        return _without_words(text)
    if phrase in _BARE_PRAISE:
        return PRAISE
    if phrase in _BARE_COMPLAINT:
        return COMPLAINT
    if _is_noise(words):
        return NONANSWER
    if len(words) == 1 and (meant := _MISSPELT.get(_letters(words[0]))):
        return meant
    if _LINK.search(text) and not tokens(_LINK.sub(" ", text)):
        return OFFTOPIC
    return None if _TELLING.search(text) else _bare(words)


def _letters(word: str) -> str:
    """The first letter and the sorted rest: letters that changed places leave it the same ("nothnig")."""
    return word[:1] + "".join(sorted(word[1:]))


# Whole comments of one word, by their letters; short words have too many neighbours to be forgiven.
_MISSPELT = {
    _letters(word): theme
    for theme, listed in ((COMPLAINT, _COMPLAINT), (PRAISE, _PRAISE), (NONANSWER, _NONANSWERS))
    for word in listed
    if len(word) >= 6 and word.isalpha()
}


def _without_words(text: str) -> str:
    """Text of signs only: smiling, scowling, or a redacted address and nothing else."""
    good = sum(sign in _GOOD_EMOJI for sign in text)
    bad = sum(sign in _BAD_EMOJI for sign in text)
    if good == bad:
        return NONANSWER
    return PRAISE if good > bad else COMPLAINT


def _is_noise(words: list[str]) -> bool:
    """Keys hit for the sake of it: `asdf`, `xxxx`, `qwerty`, `sdkfjhs`; numbers alone say nothing either."""
    if len(words) == 1 and _FAULT_CODE.fullmatch(words[0]):
        return False
    return len(words) <= 4 and all(_noise_word(word, alone=len(words) == 1) for word in words)


def _noise_word(word: str, *, alone: bool) -> bool:
    if word.isdigit() or (len(set(word)) == 1 and (len(word) > 1 or alone) and word.isascii()):
        return True
    if len(word) >= 4 and all(a + b in _NEIGHBOURS or a == b for a, b in pairwise(word)):
        return word not in _WALKS_THAT_ARE_WORDS
    return len(word) >= 6 and word.isascii() and word.isalpha() and not re.search(r"[aeiouy]", word)


_WALKS_THAT_ARE_WORDS = frozenset(("were", "tree", "trees", "free", "poor", "pool", "power", "rewe", "kool"))


def _bare(words: list[str]) -> str | None:
    """Bare praise or complaint: every word is known, one tells, and nothing negates it."""
    if len(words) > 14 or any(word in _NEGATION for word in words):
        return None
    praise = sum(word in _PRAISE for word in words)
    complaint = sum(word in _COMPLAINT for word in words)
    if (praise > 0) == (complaint > 0):
        return None
    known = _PRAISE if praise else _COMPLAINT
    if all(word in known or word in _FILLER for word in words):
        return PRAISE if praise else COMPLAINT
    return None
