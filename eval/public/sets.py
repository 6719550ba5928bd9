"""The labelled public sets: which files they are, and how each is read. Nothing of them is part of the project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]


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


def data_folder() -> Path | None:
    """Where the public sets lie, or None: the folder that UNDERTONE_PUBLIC_DATA names."""
    named = os.environ.get("UNDERTONE_PUBLIC_DATA")
    return Path(named) if named and Path(named).is_dir() else None


def path_of(name: str, folder: Path) -> Path:
    """The file of the set called `name`, whether it is there or not."""
    return folder / f"{SOURCES[name].file}.parquet"


def read(file: str, folder: Path) -> list[Row]:
    """The rows of a Parquet file of `folder`, named without its ending."""
    import pyarrow.parquet as pq

    rows: list[Row] = pq.read_table(folder / f"{file}.parquet").to_pylist()
    return rows


def load(name: str, folder: Path) -> Documents:
    """The documents of the set called `name`: those with a text and a label."""
    source = SOURCES[name]
    rows = read(source.file, folder)
    if source.only:
        column, value = source.only
        rows = [row for row in rows if str(row[column]) == value]
    rows = [row for row in rows if row[source.field] and (row["text"] or "").strip()]
    gold = [frozenset(row[source.field] if source.field == "labels" else [row[source.field]]) for row in rows]
    return Documents(
        name, [row["text"] for row in rows], [row.get("lang") for row in rows], gold, source.several, source.outside
    )
