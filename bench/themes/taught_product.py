"""The product's own path with a taxonomy: `build_themes` with the names of a set's labels and ten sayings of each.

The sayings are opinions of comments in the teaching half that have one label and one opinion. A comment of the scored
half is told to have the themes of its opinions. Seeded themes stand for their labels; any other theme stands for the
labels that at least 40 % of its comments in the teaching half have, or for none.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from analyst.core.settings import load_settings
from analyst.core.tables import schema
from analyst.themes import ThemeResult, build_themes
from analyst.themes.cluster import Ints
from analyst.themes.edits import Hands, SeedRow
from analyst.themes.opinions import verbatim_spans
from bench.themes.sets import WORKSPACE, Documents, load
from embeddings import open_encoder

HOLD = 0.4
SAYINGS = 10


def readable(label: str) -> str:
    """ "company-brand.general-satisfaction" as words."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in label).lower().split())


def halves(count: int, develop: bool) -> tuple[Ints, Ints]:
    """(rows to teach with, rows to score); with `develop`, both come from the half that is taught with otherwise."""
    order = np.random.default_rng(0).permutation(count)
    first, second = order[: count // 2], order[count // 2 :]
    return (first[: len(first) // 2], first[len(first) // 2 :]) if develop else (first, second)


@dataclass(frozen=True)
class Tables:
    """What `build_themes` reads; all but the responses are empty."""

    responses: pa.Table
    sessions: pa.Table
    exposures: pa.Table
    tickets: pa.Table


def tables(documents: Documents, rows: list[int]) -> Tables:
    """The comments `rows` as responses r<row>."""
    made: dict[str, list[Any]] = {
        "response_id": [f"r{row:06d}" for row in rows],
        "text": [documents.texts[row] for row in rows],
        "language": [documents.languages[row] for row in rows],
    }
    wanted = schema("responses")
    columns = {field.name: pa.array(made.get(field.name, [None] * len(rows)), field.type) for field in wanted}
    empty = {name: schema(name).empty_table() for name in ("sessions", "exposures", "tickets")}
    return Tables(pa.table(columns, schema=wanted), **empty)


def taxonomy(documents: Documents, names: list[str], teach: list[int], each: int, seed: int) -> dict[str, SeedRow]:
    """`names` as seeded themes with `each` sayings from comments of one label and one opinion; by theme id."""
    order = np.random.default_rng([seed, 1]).permutation(teach).tolist()
    said: dict[str, list[str]] = defaultdict(list)
    for row in order:
        text = documents.texts[row]
        spans = verbatim_spans(text, documents.languages[row] or "en")
        if len(documents.gold[row]) == 1 and len(spans) == 1:
            said[min(documents.gold[row])].append(text[slice(*spans[0])])
    rows = {
        name: SeedRow(f"t-{place:08x}", readable(name), "", tuple(said[name][:each]))
        for place, name in enumerate(names)
    }
    return {row.theme: row for row in rows.values()}


def themes_of(result: ThemeResult) -> dict[int, set[str]]:
    """The themes of each comment's opinions."""
    held: dict[int, set[str]] = defaultdict(set)
    columns = (result.opinions.column(name).to_pylist() for name in ("response_id", "theme_id"))
    for response_id, theme_id in zip(*columns, strict=True):
        if theme_id is not None:
            held[int(response_id[1:])].add(theme_id)
    return held


def meanings(
    held: dict[int, set[str]], documents: Documents, teach: list[int], seeded: dict[str, str]
) -> dict[str, set[str]]:
    """The labels that each theme stands for."""
    met: Counter[str] = Counter()
    with_label: dict[str, Counter[str]] = defaultdict(Counter)
    for row in teach:
        met.update(held[row])
        for theme in held[row]:
            with_label[theme].update(documents.gold[row])
    found = {theme: {n for n, c in with_label[theme].items() if c >= HOLD * met[theme]} for theme in met}
    return {**found, **{theme: {name} for theme, name in seeded.items()}}


def measure(name: str, folder: Path, each: int, seed: int, every: int, develop: bool) -> dict[str, Any]:
    """One build with every `every`-th label seeded; F1 over all labels of the comments of the scored half."""
    began = time.perf_counter()
    documents = load(name, folder)
    first, second = (rows.tolist() for rows in halves(len(documents.texts), develop))
    names = sorted({label for gold in documents.gold for label in gold})
    chosen = names[::every]
    seeds = taxonomy(documents, chosen, first, each, seed)
    settings = load_settings(workspace=WORKSPACE)
    encoder = open_encoder(settings.encoder, settings.cache)
    said = Hands(seeds=seeds, labels={row.theme: row.name for row in seeds.values()})
    result = build_themes(tables(documents, [*first, *second]), encoder, settings, said=said)
    held = themes_of(result)
    seeded = dict(zip(seeds, chosen, strict=True))
    means = meanings(held, documents, first, seeded)
    rows = result.themes.to_pylist()
    present = {row["theme_id"] for row in rows if row["n"] > 0}
    born = [row for row in rows if row["theme_id"] not in seeded and row["kind"] != "system" and row["n"] > 0]
    surfaced = {label for row in born for label in means.get(row["theme_id"], set())} - set(chosen)
    placed = [theme is not None for theme in result.opinions.column("theme_id").to_pylist()]
    of_seeds = [theme in seeded for theme in result.opinions.column("theme_id").to_pylist()]

    def f1(standing: dict[str, set[str]], asked: set[str]) -> float:
        right = told = wanted = 0
        for row in second:
            found = {label for theme in held[row] for label in standing.get(theme, set())} & asked
            gold = documents.gold[row] & asked
            right, told, wanted = right + len(found & gold), told + len(found), wanted + len(gold)
        return round(2 * right / max(told + wanted, 1), 4)

    return {
        "set": name,
        "each": each,
        "seed": seed,
        "seeded": len(chosen),
        "seeded_present": len(present & set(seeded)),
        "f1_seeded_alone": f1({theme: {label} for theme, label in seeded.items()}, set(chosen)),
        "f1_all": f1(means, set(names)),
        "discovered": len(born),
        "left_out": len(names) - len(chosen),
        "left_out_surfaced": len(surfaced),
        "placed": round(float(np.mean(placed)), 4),
        "placed_by_seeds": round(float(np.mean(of_seeds)), 4),
        "seconds": round(time.perf_counter() - began, 1),
    }
