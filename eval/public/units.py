"""The three units that the themes of a public set may be made of: opinions, sentences, whole documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from analyst.core.settings import Settings
from analyst.core.tables import schema
from analyst.themes.clauses import sentences
from analyst.themes.cluster import Ints, canonical_order
from analyst.themes.corpus import Corpus
from analyst.themes.muting import directions, product_names
from analyst.themes.opinions import embedding_text, read_opinions
from analyst.themes.system import system_theme
from analyst.themes.words import base_language
from embeddings import embed_texts, open_encoder
from eval.public.sets import Documents

Unit = Literal["opinions", "sentences", "documents"]
UNITS: tuple[Unit, ...] = ("opinions", "sentences", "documents")


@dataclass(frozen=True)
class Units:
    """A set cut into units: `document` (m,) each unit's document, `row` (m,) its row in the corpus or -1, `system`
    its system theme or None, `said` its own words."""

    document: Ints
    row: Ints
    system: list[str | None]
    said: list[str]
    corpus: Corpus


def cut_into(documents: Documents, unit: Unit, settings: Settings) -> Units:
    """`documents` cut into units, embedded with the encoder of `settings`, whose cache keeps the vectors.

    The way from text to corpus is that of `analyst.themes.pipeline` for comments (no sessions).
    """
    pieces = list(_pieces(documents, unit))
    return assemble([p[0] for p in pieces], [p[1] for p in pieces], [p[2] for p in pieces], settings)


def _pieces(documents: Documents, unit: Unit) -> Iterable[tuple[int, str, str]]:
    """(document, words, language) of each unit."""
    if unit == "opinions":
        for one in read_opinions(_responses(documents), *(schema(n).empty_table() for n in _OTHERS)):
            yield int(one.record_id), one.text, one.language
        return
    for place, (text, declared) in enumerate(zip(documents.texts, documents.languages, strict=True)):
        language = base_language(declared, text)
        spans = sentences(text) if unit == "sentences" else [(0, len(text))]
        for start, end in spans:
            yield place, text[start:end], language


_OTHERS = ("sessions", "exposures", "tickets")


def _responses(documents: Documents) -> Any:
    import pyarrow as pa

    made: dict[str, list[Any]] = {
        "response_id": [f"{place:07d}" for place in range(len(documents.texts))],
        "text": documents.texts,
        "language": documents.languages,
    }
    none = [None] * len(documents.texts)
    wanted = schema("responses")
    return pa.table({f.name: pa.array(made.get(f.name, none), f.type) for f in wanted}, schema=wanted)


def whole(documents: Documents, settings: Settings) -> Units:
    """Whole documents, none of them taken out as a system theme: what k-means gets."""
    count = len(documents.texts)
    return assemble(list(range(count)), documents.texts, ["en"] * count, settings, gate=False)


def assemble(
    document: list[int], said: list[str], languages: list[str], settings: Settings, *, gate: bool = True
) -> Units:
    """Units and their corpus from each unit's document, words and language; without `gate` no system themes."""
    system = [system_theme(text) if gate else None for text in said]
    forms = ["" if theme else embedding_text(text) for text, theme in zip(said, system, strict=True)]
    distinct = sorted(set(forms) - {""})
    texts = [distinct[place] for place in canonical_order(distinct)]
    place_of = {text: place for place, text in enumerate(texts)}
    row = np.array([place_of.get(form, -1) for form in forms], dtype=np.int64)
    spoken = ["en"] * len(texts)
    for place, language in zip(reversed(row.tolist()), reversed(languages), strict=True):
        if place >= 0:
            spoken[place] = language
    vectors = embed_texts(texts, open_encoder(settings.encoder, settings.cache), settings.cache)
    statements = np.zeros(len(texts), dtype=bool)
    names = product_names(zip(said, languages, strict=True))
    corpus = Corpus(
        texts=texts,
        languages=spoken,
        vectors=vectors,
        counts=np.bincount(row[row >= 0], minlength=len(texts)).astype(np.int64),
        comments=~statements,
        statements=statements,
        muted=directions(vectors, texts, names, statements, spoken),
        spelling={},
    )
    return Units(np.array(document, dtype=np.int64), row, system, said, corpus)
