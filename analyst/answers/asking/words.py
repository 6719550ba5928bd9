"""How a question is read as words: cleaned, lower case, shorthand written out, typing mistakes mended.

Everything later works on one plain string in which single blanks part the words. What has been recognised is replaced
by a mark in capitals (DATE0, VALUE1), so that no word is understood twice and rules can name what stands where.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

LEXICON = Path(__file__).with_name("lexicon")
MARK = re.compile(r"\b[A-Z]{3,}\d+\b")
_TOKEN = re.compile(
    r"fix-[0-9a-f]{8}"  # a fix's id
    r"|\d{4}-w\d{1,2}|\d{4}-\d{1,2}(?:-\d{1,2})?"  # weeks, months, days
    r"|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}/\d{1,2}(?!\d)"  # 5/10, 05.10.2026
    r"|v?\d+(?:\.\d+)+"  # versions
    r"|<\s?\d+|\d+\+"  # <3 months, 2+ years
    r"|[+−-]?\d+(?:st|nd|rd|th|pp|%)?(?![^\W_])"
    r"|[^\W_]+(?:'[^\W_]+)*"
    r"|[=?]",
    re.UNICODE,
)
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,120})[\"“”„«»]|(?<![^\W_])'([^']{2,120})'(?![^\W_])")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_SHORTEST_MENDED, _LONG = 4, 7


@lru_cache(maxsize=16)
def word_list(name: str) -> frozenset[str]:
    """The words of lexicon/`name`.txt."""
    lines = (LEXICON / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(" ".join(line for line in lines if not line.startswith("#")).split())


@lru_cache(maxsize=16)
def tables(name: str) -> Mapping[str, Any]:
    """lexicon/`name`.toml as it stands."""
    return tomllib.loads((LEXICON / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def rule_words() -> frozenset[str]:
    """Every word that a rule of the lexicon looks for: never a typing mistake, never what one is mended to."""
    names = ("intents", "declining", "names", "groups")
    texts = [(LEXICON / f"{name}.toml").read_text(encoding="utf-8") for name in names]
    return frozenset(re.findall(r"[a-z]{3,}", re.sub(r"\\[a-zA-Z]", " ", " ".join(texts))))


@lru_cache(maxsize=32)
def word_set(name: str) -> frozenset[str]:
    """The words of `name` in lexicon/sets.toml."""
    return frozenset(str(tables("sets")[name]).split())


def cleaned(question: str) -> str:
    """`question` in one line: NFKC, plain quotes and dashes, nothing invisible, white space collapsed."""
    text = unicodedata.normalize("NFKC", question)
    text = text.translate(str.maketrans("’‘‚`´‐‑‒–—", "'''''-----"))
    text = "".join(c if c.isprintable() or c.isspace() else "" for c in text if unicodedata.category(c) != "Cf")
    return " ".join(text.split())


def folded(text: str) -> str:
    """Lower case without diacritics."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


def quoted(text: str) -> str:
    """The first phrase in quotation marks in `text`, or nothing."""
    match = _QUOTED.search(text)
    return (match[1] or match[2] or "").strip() if match else ""


def plain(text: str) -> str:
    """Cleaned `text` as words parted by single blanks: lower case, shorthand written out, hyphens opened."""
    lowered = folded(text).replace("#", " number ") if re.search(r"#\s?1\b", text) else folded(text)
    opened = re.sub(r"\b(w/o|w/|b/c|w/w|m/m|q/q|y/y|re:|c-sat)(?!\w)", lambda m: f" {_shorthand()[m[1]]} ", lowered)
    opened = re.sub(r"(?<=\d)\s?[-](?=\s?\d)(?!\d{1,2}-\d)(?<!\d{4}-)", " to ", _iso_kept(opened))
    tokens = [_whole(token) for token in _TOKEN.findall(opened.replace("\x00", "-"))]
    return _written_out(" ".join(token for token in tokens if token not in ("",)))


def _iso_kept(text: str) -> str:
    """ISO dates and weeks with their hyphens hidden, so that only a span's hyphen is read as `to`."""
    return re.sub(
        r"\b\d{4}-(?:w\d{1,2}|\d{1,2}(?:-\d{1,2})?)\b|fix-[0-9a-f]{8}", lambda m: m[0].replace("-", "\x00"), text
    )


def _whole(token: str) -> str:
    return "" if token == "?" else _DRAWN_OUT.sub(r"\1", token) if token.isalpha() else token


@lru_cache(maxsize=1)
def _shorthand() -> dict[str, str]:
    phrases: dict[str, str] = tables("shorthand")["phrases"]
    return phrases


@lru_cache(maxsize=1)
def _shorthand_pattern() -> re.Pattern[str]:
    longest_first = sorted(_shorthand(), key=len, reverse=True)
    return re.compile(r"(?<!\S)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\S)")


def _written_out(text: str) -> str:
    once = _shorthand_pattern().sub(lambda m: _shorthand()[m[0]], text)
    twice = _shorthand_pattern().sub(lambda m: _shorthand()[m[0]], " ".join(once.split()))
    return " ".join(twice.split())


def mended(text: str, vocabulary: Collection[str]) -> tuple[str, dict[str, str]]:
    """`text` with words that are no English corrected to the nearest word of `vocabulary`, and what was corrected.

    One slip (a letter more, less, other, or two swapped) is forgiven from four letters on, two from seven on; a word
    that two candidates fit equally well stays as it is.
    """
    fixed: dict[str, str] = {}
    english, carriers, ruled = word_list("english"), word_list("carriers"), rule_words()
    words = []
    for word in text.split():
        known = not word.isalpha() or word in vocabulary or word in english or word in carriers or word in ruled
        near = "" if known or len(word) < _SHORTEST_MENDED else _nearest(word, vocabulary)
        if near:
            fixed[word] = near
        words.append(near or word)
    return _written_out(" ".join(words)), fixed


def _nearest(word: str, vocabulary: Collection[str]) -> str:
    most = 2 if len(word) >= _LONG else 1
    found: dict[int, list[str]] = {}
    for candidate in vocabulary:
        if abs(len(candidate) - len(word)) <= most and len(candidate) >= _SHORTEST_MENDED - 1:
            slips = distance(word, candidate, most)
            if slips <= most and (slips == 1 or candidate[0] == word[0]):
                found.setdefault(slips, []).append(candidate)
    for slips in sorted(found):
        best = {stem(candidate): candidate for candidate in sorted(found[slips], reverse=True)}
        kept = [c for c in best.values() if c[0] == word[0]] or list(best.values())
        return min(kept) if len(kept) == 1 else min(kept, key=lambda c: (sorted(c) != sorted(word), c))
    return ""


def distance(one: str, other: str, most: int) -> int:
    """Optimal string alignment distance (Damerau 1964, restricted) of two words, or `most` + 1 where it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i] + [0] * len(other)
        for j, b in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without its common English ending: enough to match refund, refunds, refunded and refunding."""
    for ending, least in (
        ("ies", 3),
        ("ing", 4),
        ("ers", 4),
        ("er", 4),
        ("ed", 4),
        ("es", 4),
        ("s", 3),
        ("y", 4),
        ("e", 4),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            base = word[: -len(ending)]
            return base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls" else base
    return word


def taken(text: str, span: tuple[int, int], mark: str) -> str:
    """`text` with the words of `span` replaced by `mark`."""
    return " ".join(f"{text[: span[0]]} {mark} {text[span[1] :]}".split())
