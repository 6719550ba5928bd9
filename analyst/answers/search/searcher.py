"""`Searcher`: opinions of a run by words and by meaning together.

A weakness to know: meaning is only as good as the encoder, and the default one reads English. In other languages it is
the words that find.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analyst.answers.search.fusing import fuse, ranks, varied
from analyst.answers.search.hits import Hit
from analyst.answers.search.meaning import MeaningIndex
from analyst.answers.search.shelf import UNDATED, Kind, Only, Shelf, allowed, load_shelf, screen_sources, segment_names
from analyst.answers.search.words import WordIndex, fold, read_question, several_words
from analyst.core.tables import SYSTEM_THEMES
from analyst.themes.words import guess_language

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.answers.asking.plan import Band
    from analyst.core.query import Query
    from analyst.runs.view import View

Encode = Callable[[list[str]], "NDArray[np.float32]"]
MOST_HITS = 50
_WHOLLY = 0.999
_POOL = 300  # opinions of each ranking that are fused


@dataclass(frozen=True)
class Floors:
    """Below these nothing is found: "cannot find" is an answer. Chosen on the development queries of bench/asking.

    Nearness is a cosine in spreads above what two opinions have by chance. `known` is the least nearness of the best
    opinion, or nothing is found by meaning; `meaning` the least of the others. `covered` is the least share of the
    question's words; `meant` the least nearness of what only the words found, where they did not find all of them.
    """

    known: float = 3.1
    meaning: float = 2.75
    covered: float = 0.6
    meant: float = 1.5


class Searcher:
    """Finds opinions of the run in `view`.

    `encode` turns texts into unit vectors like the run's. Without it, and for a question in another language where it
    is `english_only`, the words alone are searched. What it needs is loaded at the first search; safe to ask from
    several threads.
    """

    def __init__(
        self, view: View, encode: Encode | None = None, *, english_only: bool = False, floors: Floors | None = None
    ) -> None:
        self._view, self._encode, self._english_only = view, encode, english_only
        self._floors = floors or Floors()
        self._lock = threading.RLock()
        self._screens: dict[str, NDArray[np.bool_]] = {}

    def search(
        self,
        text: str,
        *,
        query: Query | None = None,
        themes: Sequence[str] = (),
        screen: str | None = None,
        band: Band | None = None,
        sentiment: str | None = None,
        kind: Kind = "response",
        limit: int = 10,
        one_each: bool = True,
    ) -> list[Hit]:
        """Up to `limit` (at most 50) opinions about `text`, the best first; none where nothing is near enough.

        `query` keeps answers of its metric and survey in its current window and of its people (of sessions: window and
        people); `themes` any of these; `screen` what names the screen, or whose writer met friction there in the days
        before; `band` and `sentiment` one of theirs. Words in double quotes must stand as they are. `one_each` gives
        one hit a person, and never the same words twice.
        """
        only = Only(query, tuple(themes), screen, band, sentiment, kind)
        limit = max(0, min(limit, MOST_HITS))
        with self._lock:
            shelf, index = self.shelf, self._words
            _ = self._meaning
            at_screen = self._at_screen(screen) if screen else None
        may = allowed(shelf, only, self._view.until, at_screen)
        wanted = read_question(text)
        if limit == 0 or not (wanted.terms or wanted.phrases) or not may.any():
            return []
        cosine = self._cosines(text, may)
        found = index.search(wanted)
        covered, rank = np.zeros(index.n), np.full(index.n, np.inf)
        covered[found.texts], rank[found.texts] = found.covered, found.rank
        by_words, by_meaning = self._near(covered[shelf.said], cosine, may)
        if wanted.phrases:
            by_words = may & (covered[shelf.said] > 0)
            by_meaning &= by_words
        worded = self._ranked(by_words, -rank[shelf.said])
        meant = self._ranked(by_meaning, np.nan_to_num(cosine, nan=-1.0))
        relevance = fuse([worded, meant], shelf.n)
        places = dict(zip(worded[0].tolist(), worded[1].tolist(), strict=True))
        chosen = self._choose(relevance, limit, one_each)
        return self._hits(chosen, relevance, places, cosine)

    @cached_property
    def shelf(self) -> Shelf:
        """The opinions in columns."""
        return load_shelf(self._view.connection)

    @cached_property
    def _telling(self) -> NDArray[np.bool_]:
        """Which opinions mean something, (n,): the vectors of bare words, and of what has no subject, lie near
        anything."""
        shelf = self.shelf
        words = np.array([several_words(text) for text in shelf.folded], dtype=bool)
        system = [code for code, theme in enumerate(shelf.theme.levels) if theme in SYSTEM_THEMES]
        return np.asarray(words[shelf.said] & ~np.isin(shelf.theme.codes, system))

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex(self.shelf.folded)

    @cached_property
    def _meaning(self) -> MeaningIndex:
        return MeaningIndex(self._view.run.vectors())

    def _cosines(self, text: str, may: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Cosine of every allowed opinion to `text`, (n,); nan where it has no vector or is not allowed."""
        shelf = self.shelf
        cosine = np.full(shelf.n, np.nan, dtype=np.float32)
        if self._encode is None or (self._english_only and guess_language(text) != "en"):
            return cosine
        places = np.flatnonzero(may & (shelf.row >= 0) & self._telling)
        rows, back = np.unique(shelf.row[places], return_inverse=True)
        question = self._encode([text[:2_000].replace('"', "")])[0]
        cosine[places] = self._meaning.cosines(question, rows)[back]
        return cosine

    def _near(
        self, covered: NDArray[np.float64], cosine: NDArray[np.float32], may: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which of the allowed opinions are near enough by their words, and which by their meaning, each (n,) bool."""
        floors, by_chance = self._floors, self._meaning.background
        by_words = may & (covered >= floors.covered)
        stray = (cosine < by_chance.floor(floors.meant)) & (covered < _WHOLLY)  # not what has no vector
        best = float(np.nanmax(cosine, initial=-1.0))
        known = best >= by_chance.floor(floors.known)
        by_meaning = may & (cosine >= by_chance.floor(floors.meaning)) if known else np.zeros_like(may)
        return by_words & ~stray, by_meaning

    def _ranked(
        self, kept: NDArray[np.bool_], value: NDArray[np.floating]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The best `_POOL` texts of the `kept` opinions by `value`: (the opinions that say them, their places).

        Equal texts share a place, so that what many say is not taken for many things.
        """
        places = np.flatnonzero(kept)
        if len(places) == 0:
            return places, places
        _, first, back = np.unique(self.shelf.said[places], return_index=True, return_inverse=True)
        place = ranks(value[places[first]])
        near = place[back] <= _POOL
        return places[near], place[back][near]

    def _choose(self, relevance: NDArray[np.float64], limit: int, one_each: bool) -> list[int]:
        """The opinions to show: of each text and each person one, varied, ties by the opinion's id."""
        shelf = self.shelf
        places = np.flatnonzero(relevance > 0)
        order = places[np.argsort(-relevance[places], kind="stable")]
        if one_each:
            order = _firsts(order, shelf.said[order])
            order = _firsts(order, shelf.sources.person[shelf.source[order]])
        order = order[: max(limit * 5, 50)]
        vectors = np.zeros((len(order), 1), dtype=np.float32)
        rows = shelf.row[order]
        if (rows >= 0).any():
            of = self._meaning.of(np.maximum(rows, 0))
            vectors = np.where(rows[:, None] >= 0, of, np.float32(0))
        return [int(order[place]) for place in varied(relevance[order], vectors, limit)]

    def _at_screen(self, screen: str) -> NDArray[np.bool_]:
        name = fold(screen).strip()
        if name not in self._screens:
            shelf = self.shelf
            met = screen_sources(self._view, screen)
            of_source = np.fromiter((one in met for one in shelf.sources.ids.to_pylist()), bool, len(shelf.sources.at))
            said = np.zeros(len(shelf.texts), dtype=bool)
            said[self._words.search(read_question(f'"{screen}"')).texts] = True
            self._screens[name] = of_source[shelf.source] | said[shelf.text]
        return self._screens[name]

    def _hits(
        self,
        chosen: Sequence[int],
        relevance: NDArray[np.float64],
        places: dict[int, int],
        cosine: NDArray[np.float32],
    ) -> list[Hit]:
        whole = self._whole_texts(chosen)
        return [
            self._hit(place, float(relevance[place]), places.get(place), float(cosine[place]), whole[place])
            for place in chosen
        ]

    def _hit(self, place: int, relevance: float, words_rank: int | None, cosine: float, whole: str) -> Hit:
        shelf, sources = self.shelf, self.shelf.sources
        source = int(shelf.source[place])
        start, end = int(shelf.start[place]), int(shelf.end[place])
        score = float(sources.score[source])
        meaning = None if np.isnan(cosine) else round(cosine, 4)
        return Hit(
            opinion_id=shelf.ids[place].as_py(),
            evidence_id=sources.ids[source].as_py(),
            kind="session" if sources.is_session[source] else "response",
            field=shelf.field.levels[shelf.field.codes[place]],
            text=shelf.texts[shelf.text[place]],
            start=start,
            end=end,
            sentence=sentence_around(whole, start, end),
            score=None if np.isnan(score) else score,
            at=_day(int(sources.at[source])),
            theme_id=shelf.theme.levels[shelf.theme.codes[place]] if shelf.theme.codes[place] >= 0 else None,
            sentiment=shelf.sentiment.levels[shelf.sentiment.codes[place]],
            segments=segment_names(sources, source),
            relevance=round(relevance, 6),
            words_rank=words_rank,
            meaning=meaning,
            why=_why(words_rank, meaning, self._meaning.background.floor(self._floors.meaning)),
        )

    def _whole_texts(self, chosen: Sequence[int]) -> dict[int, str]:
        """The redacted text of the field that each chosen opinion stands in."""
        shelf = self.shelf
        ids = {place: shelf.sources.ids[int(shelf.source[place])].as_py() for place in chosen}
        with self._lock:
            rows = self._view.connection.execute(
                """
                SELECT response_id, 'text', text FROM responses WHERE response_id IN (SELECT unnest(?))
                UNION ALL SELECT response_id, 'title', title FROM responses WHERE response_id IN (SELECT unnest(?))
                UNION ALL SELECT session_id, 'summary', summary FROM sessions WHERE session_id IN (SELECT unnest(?))
                """,
                [list(ids.values())] * 3,
            ).fetchall()
        known = {(source, name): text for source, name, text in rows}
        fields = {place: shelf.field.levels[shelf.field.codes[place]] for place in chosen}
        return {place: known.get((ids[place], fields[place])) or "" for place in chosen}


def sentence_around(whole: str, start: int, end: int) -> str:
    """The sentence (or sentences) of `whole` that [start, end) lies in."""
    from analyst.themes.clauses import sentences

    touched = [span for span in sentences(whole, semicolons=False) if span[0] < end and span[1] > start]
    if not touched:
        return whole[start:end]
    return whole[min(start, touched[0][0]) : max(end, touched[-1][1])]


def _day(micros: int) -> str | None:
    return None if micros == UNDATED else str(np.datetime64(micros, "us"))[:10]


def _firsts(order: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """`order` with only the first item of each key."""
    _, first = np.unique(keys, return_index=True)
    return order[np.sort(first)]


def _why(words_rank: int | None, meaning: float | None, floor: float) -> str:
    near = meaning is not None and meaning >= floor
    if words_rank is not None and near:
        return "by its words and its meaning"
    return "by its words" if words_rank is not None else "by its meaning"
