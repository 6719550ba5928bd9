"""The themes of a public set against its labels: ours with the product's defaults, and k-means beside them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analyst.core.settings import ThemeSettings
from analyst.themes.assign import Assignment, Head, assign
from analyst.themes.cluster import Ints
from analyst.themes.corpus import Corpus
from analyst.themes.fit import fit_themes
from eval.measures.themes import adjusted_mutual_information, adjusted_rand_index
from eval.public.measures import NONE, bcubed, mapped_f1, single
from eval.public.sets import Documents
from eval.public.units import Units

_SYSTEM_WEIGHT = 0.1  # a system theme says less about a document than any subject it names beside it
_SAMPLE = 0.95


def document_themes(units: Units, placed: Assignment, count: int) -> tuple[list[str], list[frozenset[str]]]:
    """(the one theme of each of `count` documents, all themes of each): system themes included."""
    weight: list[dict[str, float]] = [defaultdict(float) for _ in range(count)]
    themes, chances = placed.theme.tolist(), placed.probability.tolist()
    for document, row, system in zip(units.document.tolist(), units.row.tolist(), units.system, strict=True):
        if system:
            weight[document][system] += _SYSTEM_WEIGHT
        elif row >= 0 and themes[row] >= 0:
            weight[document][str(themes[row])] += chances[row]
    return single(weight), [frozenset(one) for one in weight]


def scores(documents: Documents, one: Sequence[str], sets: Sequence[frozenset[str]]) -> dict[str, Any]:
    """Every measure that the set allows; a document without a theme is a group of its own in AMI and ARI."""
    count = len({theme for themes in sets for theme in themes})
    found: dict[str, Any] = {
        "k": count,
        "k_over_gold": round(count / documents.gold_count, 3),
        "unassigned": round(list(one).count(NONE) / len(one), 4),
        "ami": round(adjusted_mutual_information(documents.labels, one), 4),
        "ari": round(adjusted_rand_index(documents.labels, one), 4),
    }
    if documents.several:
        precision, recall, f1 = bcubed(documents.gold, sets)
        found |= {"bcubed_p": round(precision, 4), "bcubed_r": round(recall, 4), "bcubed_f1": round(f1, 4)}
        found["mapped_f1"] = round(mapped_f1(documents.gold, sets), 4)
    return found


def part_of(corpus: Corpus, rows: Ints) -> Corpus:
    """The corpus with only `rows`."""
    return replace(
        corpus,
        texts=[corpus.texts[row] for row in rows],
        languages=[corpus.languages[row] for row in rows],
        vectors=corpus.vectors[rows],
        counts=corpus.counts[rows],
        comments=corpus.comments[rows],
        statements=corpus.statements[rows],
    )


def inside(documents: Documents) -> Ints:
    """The documents that are in scope."""
    return np.flatnonzero([documents.outside not in one for one in documents.gold])


def only(documents: Documents, rows: Ints) -> Documents:
    """The documents `rows`, in that order."""
    return replace(
        documents,
        texts=[documents.texts[row] for row in rows],
        languages=[documents.languages[row] for row in rows],
        gold=[documents.gold[row] for row in rows],
    )


def fitted(corpus: Corpus, seed: int) -> Head:
    """The head that the product's defaults give on `corpus`."""
    return fit_themes(corpus, ThemeSettings(seed=seed), None).head


def sample(count: int, seed: int) -> Ints:
    """All rows for seed 0, else a random 95 % of them, in order."""
    if seed == 0:
        return np.arange(count, dtype=np.int64)
    return np.sort(np.random.default_rng(seed).permutation(count)[: round(_SAMPLE * count)])


def our_row(documents: Documents, units: Units, seed: int) -> tuple[dict[str, Any], list[int]]:
    """(the measures of one fit, the theme of each row of the corpus)."""
    begun, worked = time.perf_counter(), time.process_time()
    head = fitted(part_of(units.corpus, sample(len(units.corpus.texts), seed)), seed)
    placed = assign(head, units.corpus.vectors)
    spent = {"seconds": round(time.perf_counter() - begun, 2), "cpu_seconds": round(time.process_time() - worked, 2)}
    one, sets = document_themes(units, placed, len(documents.texts))
    asked = units.row[units.row >= 0]
    row = scores(documents, one, sets) | {
        "unassigned_units": round(float((placed.theme[asked] < 0).mean()), 4),
        "units": len(units.row),
        "texts": len(units.corpus.texts),
    }
    return row | spent, placed.theme.tolist()


def kmeans_row(documents: Documents, units: Units, count: int, seed: int) -> dict[str, Any]:
    """k-means with `count` groups on the vectors of the whole documents."""
    from sklearn.cluster import KMeans

    begun = time.perf_counter()
    vectors = np.zeros((len(documents.texts), units.corpus.vectors.shape[1]), dtype=np.float32)
    vectors[units.document] = units.corpus.vectors[units.row]
    labels = KMeans(count, random_state=seed, n_init=1).fit_predict(vectors)
    one = [str(label) for label in labels.tolist()]
    return scores(documents, one, [frozenset({label}) for label in one]) | {
        "seconds": round(time.perf_counter() - begun, 2)
    }
