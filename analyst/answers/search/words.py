"""The search by words: an index in memory (SQLite FTS5, BM25) over the distinct texts of a run's opinions.

Words are folded (case, width, accents) and English endings are cut (Porter). Scripts that are written without spaces
go in letter by letter and are asked for as phrases. Nothing of a question is ever read as FTS5's own syntax.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_TERMS = 24  # of a question: more words than that are no question
MOST_READ = 2_000  # characters of a question that are looked at
_NEAR_SPELLING = 0.8  # difflib's ratio from which an unknown word is taken for a known one
_SHORTEST_MENDED = 5  # letters: shorter words have too many neighbours
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_PHRASE = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,300})[\"“”„«»]")
# Chinese, Japanese, Thai, Lao, Burmese and Khmer are written without spaces between words.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]"
)
# Words that ask rather than say what is looked for; the lists of the themes hold the other empty words.
_ASKING = frozenset([
    "show", "tell", "give", "find", "quote", "quotes", "comment", "comments", "people", "say", "says", "said", "saying",
    "think", "talk", "talking", "mention", "mentions", "mentioned", "about", "regarding", "complain", "complains",
    "complaining", "complaints", "feedback", "opinion", "opinions",
])  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """A question as words: `terms` are looked for one by one (any may be missing), `phrases` must stand as they are."""

    terms: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """m texts that hold something of a question: `texts` (m,) their numbers; `covered` (m,) 0..1, the share of the
    question's words they hold, rare words counting more; `rank` (m,) BM25, the lower the better."""

    texts: NDArray[np.int64]
    covered: NDArray[np.float64]
    rank: NDArray[np.float64]


def fold(text: str) -> str:
    """`text` without case, width and accents, unspaced scripts letter by letter."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFC", plain)
    return _UNSPACED.sub(lambda letter: f" {letter[0]} ", plain) if not plain.isascii() else plain


def several_words(text: str) -> bool:
    """Whether `text` holds more than one word; signs and emoji are none."""
    first = _TOKEN.search(text)
    return first is not None and _TOKEN.search(text, first.end()) is not None


def read_question(text: str) -> Wanted:
    """The words and phrases of `text`, folded, without words that carry no content where others remain."""
    from analyst.themes.words import is_stop_word

    text = text[:MOST_READ]
    phrases = tuple(folded for part in _PHRASE.findall(text) if (folded := _joined(part)))
    rest = _PHRASE.sub(" ", text)
    words = [word for word in dict.fromkeys(_terms(rest)) if len(word) > 1 or not word.isascii()]
    telling = [word for word in words if not is_stop_word(word) and word not in _ASKING]
    return Wanted(tuple((telling or ([] if phrases else words))[:MOST_TERMS]), phrases[:MOST_TERMS])


def _joined(text: str) -> str:
    return " ".join(_TOKEN.findall(fold(text)))


def _terms(text: str) -> list[str]:
    """The words of `text`; a run of an unspaced script is one term of its letters."""
    found: list[str] = []
    letters: list[str] = []
    for token in _TOKEN.findall(fold(text)):
        if len(token) == 1 and _UNSPACED.match(token):
            letters.append(token)
            continue
        if letters:
            found.append(" ".join(letters))
            letters = []
        found.append(token.replace("’", "'"))
    return [*found, " ".join(letters)] if letters else found


class WordIndex:
    """BM25 over `texts` (n), folded. Safe to ask from several threads."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.n = len(texts)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.execute(
            "CREATE VIRTUAL TABLE said USING fts5(text, content='', tokenize='porter unicode61 remove_diacritics 2')"
        )
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO said(rowid, text) VALUES (?, ?)", enumerate(texts))
        self._db.execute("COMMIT")
        self._db.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(said, 'row')")
        self._spelled = lru_cache(maxsize=512)(self._near_spellings)

    def search(self, wanted: Wanted) -> Found:
        """The texts that hold every phrase of `wanted`, and any of its terms where it has no phrase."""
        nothing = Found(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
        parts = [_quoted(phrase) for phrase in wanted.phrases]
        options = [self._with_spellings(term) for term in wanted.terms]
        if not parts and not options:
            return nothing
        any_term = " OR ".join(f"({one})" for one in options)
        match = " AND ".join(parts) if parts else any_term
        with self._lock:
            rows = self._db.execute("SELECT rowid, rank FROM said WHERE said MATCH ?", [match]).fetchall()
            if not rows:
                return nothing
            texts, rank = np.array([r for r, _ in rows], np.int64), np.array([s for _, s in rows])
            if parts or len(options) == 1:
                return Found(texts, np.ones(len(texts)), rank)
            held = [self._db.execute("SELECT rowid FROM said WHERE said MATCH ?", [one]).fetchall() for one in options]
        covered, total = np.zeros(self.n), 0.0
        for one in held:
            weight = float(np.log(1 + (self.n - len(one) + 0.5) / (len(one) + 0.5)))
            covered[[row for (row,) in one]] += weight
            total += weight
        return Found(texts, covered[texts] / max(total, 1e-9), rank)

    def _with_spellings(self, term: str) -> str:
        quoted = _quoted(term)
        if len(term) < _SHORTEST_MENDED or not term.isascii() or not term.isalpha():
            return quoted
        with self._lock:
            near = self._spelled(term)
        return " OR ".join([quoted, *near])

    def _near_spellings(self, term: str) -> tuple[str, ...]:
        """Known words that an unknown `term` may be a slip of, or that it begins, as FTS5 asks for them."""
        if self._db.execute("SELECT 1 FROM said WHERE said MATCH ? LIMIT 1", [_quoted(term)]).fetchone():
            return ()
        begun = f"{_quoted(term)} *"
        if self._db.execute("SELECT 1 FROM said WHERE said MATCH ? LIMIT 1", [begun]).fetchone():
            return (begun,)
        near = self._db.execute(
            "SELECT term FROM terms WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
            [term[0], chr(ord(term[0]) + 1), len(term) - 3, len(term) + 2],
        ).fetchall()
        close = difflib.get_close_matches(term, [one for (one,) in near], n=2, cutoff=_NEAR_SPELLING)
        return tuple(f"{_quoted(one)} *" for one in close)


def _quoted(text: str) -> str:
    """`text` as an FTS5 string: a phrase of its words, whatever signs are in it."""
    return '"' + text.replace("\0", " ").replace('"', '""') + '"'
