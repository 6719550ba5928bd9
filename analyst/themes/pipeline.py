"""From records to themes: only the wiring. Every stage is a module of its own.

records -> opinions -> gate (system themes) -> unique texts -> vectors -> clusters -> head -> every opinion
placed -> catalogue (lasting ids) -> labels and areas -> tables.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from analyst.core.progress import Progress, Silent
from analyst.core.settings import Settings
from analyst.themes.assign import Assignment
from analyst.themes.cluster import Floats, Ints, canonical_order, content_hash
from analyst.themes.edits import Hands
from analyst.themes.fit import Corpus
from analyst.themes.labels import spelling_of
from analyst.themes.learn import Learned, learn_themes
from analyst.themes.model import ThemeModel
from analyst.themes.muting import directions, product_names
from analyst.themes.opinions import Opinion, embedding_text, read_opinions, with_summaries
from analyst.themes.polarity import WORDED, polarity
from analyst.themes.sentiment import SentimentHead, by_head, by_words, by_words_and_head, train_head
from analyst.themes.suggestions import is_suggestion
from analyst.themes.system import system_theme
from analyst.themes.theme_tables import opinion_table, text_days, theme_table
from embeddings import Encoder, embed_texts, language_note

if TYPE_CHECKING:
    import pyarrow as pa


_MAIN_LANGUAGE = 0.2  # share of the comments from which a language is part of the picture


class Records(Protocol):
    """The tables that themes are built from, in the schemas of core.tables."""

    @property
    def responses(self) -> pa.Table: ...
    @property
    def sessions(self) -> pa.Table: ...
    @property
    def exposures(self) -> pa.Table: ...
    @property
    def tickets(self) -> pa.Table: ...


@dataclass(frozen=True)
class ThemeResult:
    """What `build_themes` made. `vectors` (unique texts, d) are unit rows; opinions.vector_row counts in them."""

    opinions: pa.Table
    themes: pa.Table
    sessions: pa.Table  # with written summaries
    vectors: Floats
    contents: NDArray[np.uint64]  # (unique texts,) hash of what each says, rising
    model: ThemeModel
    events: list[dict[str, Any]]
    stats: dict[str, Any]


def build_themes(
    records: Records,
    encoder: Encoder,
    settings: Settings,
    previous: ThemeModel | None = None,
    progress: Progress | None = None,
    said: Hands | None = None,
) -> ThemeResult:
    """Read every opinion of `records` and find the themes they speak of.

    The result does not depend on the order of the rows. `previous` is the model of the run before: its themes
    keep their ids where they are met again, after a change of the encoder by the texts that both runs hold. `said`
    is what people's edits say: what they ask of the fit is done here, the rest is laid over the tables by their
    reader. Needs no network.
    """
    told = progress or Silent()
    seconds: dict[str, float] = {}
    with _timed("opinions", seconds, told):
        sessions = with_summaries(records.sessions, records.exposures)
        opinions = read_opinions(records.responses, sessions, records.exposures, records.tickets)
        gates = [system_theme(one.text) if one.field != "summary" else None for one in opinions]
        texts, row_of, counts = _unique_texts(opinions, gates)
    with _timed("embedding", seconds, told):
        vectors = embed_texts(texts, encoder, settings.cache, told)
    with _timed("themes", seconds, told):
        spoken = _languages(opinions, row_of, len(texts))
        statements = _statements(opinions, row_of, len(texts))
        comments = ~statements & _understood(spoken, statements, encoder)
        corpus = Corpus(
            texts,
            spoken,
            vectors,
            counts,
            comments,
            statements,
            _muted(opinions, texts, spoken, statements, vectors),
            spelling_of([one.text for one in opinions]),
            *text_days(opinions, row_of, len(texts), records),
        )
        learned = learn_themes(
            corpus,
            settings.themes,
            lambda phrases: embed_texts(phrases, encoder, settings.cache),
            f"{encoder.name}-{encoder.revision}",
            previous,
            said,
        )
        placed = learned.model.assign(vectors)
    with _timed("sentiment", seconds, told):
        scores = _scores(records.responses)
        head = _sentiment_head(opinions, row_of, vectors, scores)
        feelings = _sentiments(opinions, row_of, vectors, head)
    suggested = _suggestions(opinions, gates)
    made = opinion_table(opinions, gates, row_of, feelings, suggested, placed, learned.model)
    themes = theme_table(opinions, gates, row_of, placed, learned.model, records)
    stats = _statistics(opinions, gates, row_of, placed, learned, vectors, seconds, language_note(encoder), head)
    contents = np.array([content_hash(text) for text in texts], dtype=np.uint64)
    return ThemeResult(made, themes, sessions, vectors, contents, learned.model, learned.events, stats)


@contextmanager
def _timed(stage: str, seconds: dict[str, float], told: Progress) -> Iterator[None]:
    told.start(stage)
    began = time.perf_counter()
    yield
    seconds[stage] = round(time.perf_counter() - began, 3)


def _unique_texts(opinions: list[Opinion], gates: list[str | None]) -> tuple[list[str], Ints, Ints]:
    """(distinct embedding texts in canonical order, each opinion's row or -1, how often each occurs)."""
    forms = ["" if gate else embedding_text(one.text, one.field) for one, gate in zip(opinions, gates, strict=True)]
    distinct = sorted(set(forms) - {""})
    texts = [distinct[place] for place in canonical_order(distinct)]
    place_of = {text: place for place, text in enumerate(texts)}
    row_of = np.array([place_of.get(form, -1) for form in forms], dtype=np.int64)
    counts = np.bincount(row_of[row_of >= 0], minlength=len(texts)).astype(np.int64)
    return texts, row_of, counts


def _languages(opinions: list[Opinion], row_of: Ints, count: int) -> list[str]:
    """The language of each distinct text: that of its first opinion."""
    spoken = ["en"] * count
    for one, row in zip(reversed(opinions), row_of[::-1].tolist(), strict=True):
        if row >= 0:
            spoken[row] = one.language
    return spoken


def _statements(opinions: list[Opinion], row_of: Ints, count: int) -> NDArray[np.bool_]:
    """Which texts come from session summaries only."""
    said, told = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    for one, row in zip(opinions, row_of.tolist(), strict=True):
        if row >= 0:
            (told if one.record == "session" else said)[row] = True
    return told & ~said


def _understood(spoken: list[str], statements: NDArray[np.bool_], encoder: Encoder) -> NDArray[np.bool_]:
    """Which texts the encoder can read well enough to shape themes: all of them, unless it knows English only.

    A language that makes up a good part of the comments shapes themes all the same: coarse ones beat none.
    """
    words = np.array(spoken, dtype=object)
    if language_note(encoder) is None or not len(words):
        return np.ones(len(words), dtype=bool)
    result = words == "en"
    comments = ~statements
    for language in set(spoken) - {"en"}:
        here = words == language
        if (here & comments).sum() >= _MAIN_LANGUAGE * max(int(comments.sum()), 1):
            result |= here
    return np.asarray(result, dtype=bool)


def _muted(
    opinions: list[Opinion], texts: list[str], spoken: list[str], statements: NDArray[np.bool_], vectors: Floats
) -> Floats:
    """The directions to mute: product names, the way sessions are told, other languages."""
    names = product_names((one.text, one.language) for one in opinions if one.field != "summary")
    return directions(vectors, texts, names, statements, spoken)


def _scores(responses: pa.Table) -> dict[str, float]:
    """y of every scored response."""
    rows = zip(responses.column("response_id").to_pylist(), responses.column("y").to_pylist(), strict=True)
    return {row_id: y for row_id, y in rows if y is not None}


def _sentiment_head(
    opinions: list[Opinion], row_of: Ints, vectors: Floats, scores: dict[str, float]
) -> SentimentHead | None:
    """A head taught by the responses that hold one opinion only: their score can mean nothing else."""
    held: dict[str, int] = {}
    for one in opinions:
        if one.record == "response":
            held[one.record_id] = held.get(one.record_id, 0) + 1
    taught = [
        (int(row), scores[one.record_id], one.language)
        for one, row in zip(opinions, row_of.tolist(), strict=True)
        if row >= 0 and one.record == "response" and held[one.record_id] == 1 and one.record_id in scores
    ]
    if not taught:
        return None
    rows, y, languages = (list(column) for column in zip(*taught, strict=True))
    return train_head(vectors[np.array(rows)], np.array(y, dtype=np.float64), languages)


def _sentiments(opinions: list[Opinion], row_of: Ints, vectors: Floats, head: SentimentHead | None) -> list[str]:
    """The sentiment of every opinion."""
    feelings: list[str] = ["unknown"] * len(opinions)
    worded: list[int] = []
    foreign: list[int] = []
    for place, one in enumerate(opinions):
        if one.field == "summary":
            # A friction statement tells of trouble; only plainly good words make it anything else.
            feelings[place] = "negative" if polarity(one.text) < 0.5 else "neutral"
        elif row_of[place] >= 0:
            (worded if one.language in WORDED else foreign).append(place)
        else:
            feelings[place] = by_words(one.text, one.language)
    said, spoken = [opinions[place].text for place in worded], [opinions[place].language for place in worded]
    judged = by_words_and_head(said, head, vectors[row_of[worded]], spoken)
    judged += by_head(head, vectors[row_of[foreign]], [opinions[place].language for place in foreign])
    for place, feeling in zip([*worded, *foreign], judged, strict=True):
        feelings[place] = feeling
    return feelings


def _suggestions(opinions: list[Opinion], gates: list[str | None]) -> list[bool]:
    """Which opinions wish for something."""
    return [
        gate is None and one.field != "summary" and is_suggestion(one.text)
        for one, gate in zip(opinions, gates, strict=True)
    ]


def _statistics(
    opinions: list[Opinion],
    gates: list[str | None],
    row_of: Ints,
    placed: Assignment,
    learned: Learned,
    vectors: Floats,
    seconds: dict[str, float],
    note: str | None,
    head: SentimentHead | None,
) -> dict[str, Any]:
    asked = row_of[row_of >= 0]
    languages: dict[str, int] = {}
    for one in opinions:
        languages[one.language] = languages.get(one.language, 0) + 1
    return {
        "opinions": len(opinions),
        "system": sum(gate is not None for gate in gates),
        "unique_texts": len(vectors),
        "themes": learned.model.head.count,
        "coverage": round(float((placed.theme[asked] >= 0).mean()), 4) if len(asked) else None,
        "core": round(float((placed.state[asked] == "core").mean()), 4) if len(asked) else None,
        "threshold": round(learned.model.head.threshold, 4),
        "refit": learned.refit,
        "lessons": learned.lessons,
        "moved": learned.moved,
        "languages": dict(sorted(languages.items(), key=lambda item: (-item[1], item[0]))),
        "note": note,
        "sentiment_head": None if head is None else round(head.accuracy, 4),
        "seconds": seconds,
    }
