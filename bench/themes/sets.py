"""The labelled public sets, and the three units that themes may be made of: opinions, sentences, whole documents."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from analyst.core.settings import load_settings
from analyst.core.tables import schema
from analyst.themes.clauses import sentences
from analyst.themes.cluster import Ints, canonical_order
from analyst.themes.corpus import Corpus
from analyst.themes.muting import directions, product_names
from analyst.themes.opinions import embedding_text, read_opinions
from analyst.themes.system import system_theme
from analyst.themes.words import base_language
from embeddings import embed_texts, open_encoder

Unit = Literal["opinions", "sentences", "documents"]
UNITS: tuple[Unit, ...] = ("opinions", "sentences", "documents")
WORKSPACE = Path(os.environ.get("UNDERTONE_WORKSPACE", "/tmp/undertone-bench"))


@dataclass(frozen=True)
class Source:
    """A file of the public folder. `only` keeps rows where column = value, `outside` names the label of out-of-scope
    rows, `several` says that a document may carry several labels; `scored` sets are those of the table, the others
    are there to choose on."""

    file: str
    several: bool = False
    only: tuple[str, str] | None = None
    outside: str | None = None
    scored: bool = True
    field: str = "labels"


SOURCES = {
    "banking77": Source("banking77"),
    "nhs_phase1": Source("nhs_phase1"),
    "airline": Source("airline_tweets", only=("sentiment", "negative")),
    "fabsa_dev": Source("fabsa_dev", several=True),
    "steam": Source("steam_aspects", several=True),
    "clinc150": Source("clinc150", outside="oos"),
    "opinosis": Source("opinosis_topics", scored=False),
    "opinosis_aspects": Source("opinosis_topics", scored=False, field="aspect"),
    "clap": Source("clap_app_reviews", scored=False),
    "iso25010": Source("iso25010_app_reviews", several=True, scored=False),
    "mams": Source("mams_acsa", several=True, scored=False),
    "semeval14": Source("semeval14_restaurants_sent", several=True, scored=False),
    "semeval16": Source("semeval16_review", several=True, scored=False),
    "casa": Source("casa_id_cars", several=True, scored=False),
}
SCORED = tuple(name for name, source in SOURCES.items() if source.scored)


@dataclass(frozen=True)
class Documents:
    """The documents of a set: text, declared language and gold labels of each."""

    name: str
    texts: list[str]
    languages: list[str | None]
    gold: list[frozenset[str]]
    several: bool
    outside: str | None = None

    @property
    def labels(self) -> list[str]:
        """The first label of each document, in the order of the file."""
        return [min(one) if one else "?" for one in self.gold]

    @property
    def gold_count(self) -> int:
        """How many labels there are."""
        return len({name for one in self.gold for name in one})


@dataclass(frozen=True)
class Units:
    """A set cut into units: `document` (m,) each unit's document, `row` (m,) its row in the corpus or -1, `system`
    its system theme or None, `said` its own words."""

    document: Ints
    row: Ints
    system: list[str | None]
    said: list[str]
    corpus: Corpus


def data_folder() -> Path | None:
    """Where the public sets lie, or None: UNDERTONE_PUBLIC_DATA."""
    named = os.environ.get("UNDERTONE_PUBLIC_DATA")
    return Path(named) if named and Path(named).is_dir() else None


def load(name: str, folder: Path) -> Documents:
    """The documents of the set called `name`."""
    import pyarrow.parquet as pq

    source = SOURCES[name]
    rows: list[dict[str, Any]] = pq.read_table(folder / f"{source.file}.parquet").to_pylist()
    if source.only:
        column, value = source.only
        rows = [row for row in rows if str(row[column]) == value]
    rows = [row for row in rows if row[source.field] and (row["text"] or "").strip()]
    gold = [frozenset(row[source.field] if source.field == "labels" else [row[source.field]]) for row in rows]
    return Documents(
        name, [row["text"] for row in rows], [row.get("lang") for row in rows], gold, source.several, source.outside
    )


def cut_into(documents: Documents, unit: Unit) -> Units:
    """`documents` cut into units, embedded with the cached vectors of the bench's workspace.

    The way from text to corpus is that of `analyst.themes.pipeline` for comments (no sessions).
    """
    pieces = list(_pieces(documents, unit))
    return assemble([p[0] for p in pieces], [p[1] for p in pieces], [p[2] for p in pieces])


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


def assemble(document: list[int], said: list[str], languages: list[str], *, gate: bool = True) -> Units:
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
    settings = load_settings(workspace=WORKSPACE)
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
