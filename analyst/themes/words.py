"""Words: how text is cut into tokens, which of them carry content, and which language they hint at.

Lists are for English, German and Spanish; other languages pass through with no word left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from analyst.themes.lexicon import word_lists

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
_PLACEHOLDER = re.compile(r"\[[a-z][a-z_]*-\d+\]", re.IGNORECASE)

STOP_WORDS = word_lists("stop_words")
_TELLING = word_lists("telling_words")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)


def tokens(text: str) -> list[str]:
    """Lower-case words of `text`, apostrophes made plain, redaction placeholders left out."""
    plain = _PLACEHOLDER.sub(" ", text) if "[" in text else text
    return [token.lower().replace("’", "'") for token in _TOKEN.findall(plain)]


def spans(text: str) -> list[tuple[int, int]]:
    """Half-open code-point offsets of the words of `text`, placeholders included."""
    return [match.span() for match in _TOKEN.finditer(text)]


def is_stop_word(token: str, language: str = "") -> bool:
    """Whether `token` carries no content; with no language given, in any language we have a list for."""
    if language in STOP_WORDS:
        return token in STOP_WORDS[language]
    return any(token in words for words in STOP_WORDS.values())


def content_tokens(words: Iterable[str], language: str = "") -> list[str]:
    """The words that carry content: no stop words, no single letters, no bare numbers."""
    return [w for w in words if (len(w) > 1 or not w.isascii()) and not w.isdigit() and not is_stop_word(w, language)]


@lru_cache(maxsize=65536)
def guess_language(text: str) -> str:
    """A light guess of the language ("en", "de", ...) by script and common words; "en" where nothing tells.

    Meant for deciding which word lists apply, not as a language detector: short texts are often undecided.
    """
    head = text[:2000]
    for language, script in _SCRIPTS:
        if len(script.findall(head)) * 4 > len(head.replace(" ", "")):
            return language
    words = tokens(head)
    counts = {language: sum(w in telling for w in words) for language, telling in _TELLING.items()}
    best = max(counts, key=lambda language: (counts[language], language == "en"))
    # English wins ties and near-ties: two stray words ("la carte", "die") are no other language.
    if best != "en" and counts[best] < max(2, counts["en"] + 1) and len(words) > 2:
        return "en"
    return best if counts[best] else "en"


def base_language(declared: str | None, text: str) -> str:
    """The two-letter language of a text: the declared one (`de-AT` gives `de`), else the guess."""
    if declared and len(declared) >= 2 and declared[:2].isalpha():
        return declared[:2].lower()
    return guess_language(text)


def squeeze(text: str) -> str:
    """`text` in lower case, white space collapsed, outer punctuation gone: what makes two texts the same."""
    lowered = " ".join(text.lower().split())
    return lowered.strip(" \t.,;:!?…-–—*•·\"'“”‘’«»()") or lowered
