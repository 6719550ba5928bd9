"""How much do a few labelled comments a theme teach? Micro-F1 of the comments' themes on a half never looked at.

    python -m bench.themes.taught                        the table: results/taught.json and taught.md
    python -m bench.themes.taught --sets mams            another set beside it
    python -m bench.themes.taught --develop --sets mams  choices are made here: the training half is split again
    python -m bench.themes.taught --product              the product's own path with a seeded taxonomy

The folder of the data comes from UNDERTONE_PUBLIC_DATA. A set is split once into halves (seed 0). For each seed, the
first 10 or 50 comments of each label in a shuffled training half are labelled, with all their labels; the others of
that half are there without labels. The cut that decides what is told is chosen by five-fold cross-validation on the
labelled comments alone.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.settings import load_settings
from analyst.themes.bags import Bools, Comments, Doubles, cut_for_labels, learn, learn_from_all
from analyst.themes.cluster import Floats, Ints
from analyst.themes.opinions import embedding_text, verbatim_spans
from bench.themes import taught_product
from bench.themes.sets import WORKSPACE, data_folder, load
from bench.themes.taught_product import halves, readable
from embeddings import embed_texts, open_encoder

RESULTS = Path(__file__).resolve().parent / "results"
SEEDS = 5
FOLDS = 5
LEAST_LABEL = 40  # comments a label needs to be asked for
TARGETS = {10: 0.69, 50: 0.74}


@dataclass(frozen=True)
class LabelledSet:
    """The comments of a set as unit vectors: of their opinions and as wholes; `labels` (n, k), `names` (k, d)."""

    name: str
    labels: Bools
    opinions: list[Floats]
    whole: Floats
    names: Floats
    label_names: list[str]

    def comments(self, rows: Ints) -> Comments:
        """The comments `rows`, in that order."""
        parts = [self.opinions[row] for row in rows]
        owner = np.repeat(np.arange(len(rows), dtype=np.int64), [len(part) for part in parts])
        return Comments(np.vstack(parts), owner, self.whole[rows])


def labelled_set(name: str, folder: Path) -> LabelledSet:
    """The set called `name`, embedded with the cached vectors of the bench's workspace."""
    documents = load(name, folder)
    settings = load_settings(workspace=WORKSPACE)
    encoder = open_encoder(settings.encoder, settings.cache)
    count: dict[str, int] = {}
    for one in documents.gold:
        for label in one:
            count[label] = count.get(label, 0) + 1
    asked = sorted(label for label, n in count.items() if n >= LEAST_LABEL)
    rows = [row for row, gold in enumerate(documents.gold) if gold & set(asked)]
    cut = [
        [text[a:b] for a, b in verbatim_spans(text, documents.languages[row] or "en")]
        for row in rows
        if (text := documents.texts[row])
    ]
    flat = embed_texts([embedding_text(part) for parts in cut for part in parts], encoder, settings.cache)
    ends = np.cumsum([len(parts) for parts in cut])
    return LabelledSet(
        name,
        np.array([[label in documents.gold[row] for label in asked] for row in rows], dtype=bool),
        np.split(flat, ends[:-1]),
        embed_texts([embedding_text(documents.texts[row]) for row in rows], encoder, settings.cache),
        embed_texts([readable(label) for label in asked], encoder, settings.cache),
        asked,
    )


def draw(labels: Bools, rows: Ints, each: int, seed: int) -> tuple[Ints, Ints]:
    """(labelled, unlabelled) rows: the first `each` of every label in the shuffled `rows`, and the others."""
    shuffled = np.random.default_rng([seed, 1]).permutation(rows)
    chosen = sorted({int(row) for label in labels.T for row in shuffled[label[shuffled]][:each]})
    return np.array(chosen, dtype=np.int64), np.setdiff1d(shuffled, chosen)


Fit = Callable[[LabelledSet, Ints, Ints], Callable[[Ints], Doubles]]  # (set, labelled, unlabelled) -> chances of rows


def whole_documents(data: LabelledSet, labelled: Ints, unlabelled: Ints) -> Callable[[Ints], Doubles]:
    """A logistic head on whole comments: what most tools do."""
    heads = _logistic_heads(data.whole[labelled], data.labels[labelled])
    return lambda rows: _chances(heads, data.whole[rows])


def crude_clauses(data: LabelledSet, labelled: Ints, unlabelled: Ints) -> Callable[[Ints], Doubles]:
    """A logistic head on opinions, each of which carries all labels of its comment; the likeliest opinion counts."""
    taught = data.comments(labelled)
    heads = _logistic_heads(taught.vectors, data.labels[labelled][taught.owner])

    def chances(rows: Ints) -> Doubles:
        asked = data.comments(rows)
        first = np.searchsorted(asked.owner, np.arange(asked.count))
        return np.asarray(np.maximum.reduceat(_chances(heads, asked.vectors), first, axis=0), dtype=np.float64)

    return chances


def opinions_only(data: LabelledSet, labelled: Ints, unlabelled: Ints) -> Callable[[Ints], Doubles]:
    """Which opinion carries which label is found out; no names, nothing unlabelled."""
    scorer = learn(data.comments(labelled), data.labels[labelled])
    return lambda rows: scorer.of_comments(data.comments(rows))


def with_names(data: LabelledSet, labelled: Ints, unlabelled: Ints) -> Callable[[Ints], Doubles]:
    """The same, and the names of the labels say something too."""
    scorer = learn(data.comments(labelled), data.labels[labelled], data.names)
    return lambda rows: scorer.of_comments(data.comments(rows))


def ours(data: LabelledSet, labelled: Ints, unlabelled: Ints) -> Callable[[Ints], Doubles]:
    """The same, with the comment as a whole beside, and once more with the unlabelled comments."""
    rest = data.comments(unlabelled) if len(unlabelled) else None
    scorer = learn_from_all(data.comments(labelled), data.labels[labelled], rest, data.names)
    return lambda rows: scorer.of_comments(data.comments(rows))


ARMS: dict[str, Fit] = {
    "whole documents": whole_documents,
    "crude clauses": crude_clauses,
    "opinions": opinions_only,
    "opinions, names": with_names,
    "ours": ours,
}


def _logistic_heads(vectors: Floats, labels: Bools) -> list[Any]:
    from sklearn.linear_model import LogisticRegression

    return [
        LogisticRegression(C=5.0, max_iter=500).fit(vectors, column) if 0 < column.sum() < len(column) else None
        for column in labels.T
    ]


def _chances(heads: list[Any], vectors: Floats) -> Doubles:
    columns = [np.zeros(len(vectors)) if head is None else head.predict_proba(vectors)[:, 1] for head in heads]
    return np.asarray(np.array(columns, dtype=np.float64).T)


def micro_f1(labels: Bools, told: Bools) -> float:
    """2 · right / (told + asked), over all comments and labels."""
    return float(2 * (labels & told).sum() / max(int(labels.sum() + told.sum()), 1))


def measure(data: LabelledSet, arm: str, each: int, seed: int, develop: bool) -> dict[str, Any]:
    """One fit of one arm: its F1 on the scored half, with the cut of the labelled part and with the best cut."""
    began = time.perf_counter()
    teach, score = halves(len(data.labels), develop)
    labelled, unlabelled = draw(data.labels, teach, each, seed)
    fit = ARMS[arm]
    fold = np.random.default_rng([seed, 2]).permutation(len(labelled)) % FOLDS
    left_out = np.zeros((len(labelled), data.labels.shape[1]))
    for one in range(FOLDS):
        left_out[fold == one] = fit(data, labelled[fold != one], unlabelled)(labelled[fold == one])
    cut = cut_for_labels(left_out, data.labels[labelled])
    chances = fit(data, labelled, unlabelled)(score)
    truth = data.labels[score]
    told = chances >= cut
    return {
        "set": data.name,
        "arm": arm,
        "each": each,
        "seed": seed,
        "labelled": len(labelled),
        "f1": round(micro_f1(truth, told), 4),
        "precision": round(float((truth & told).sum() / max(int(told.sum()), 1)), 4),
        "recall": round(float((truth & told).sum() / max(int(truth.sum()), 1)), 4),
        "f1_best_cut": round(micro_f1(truth, chances >= cut_for_labels(chances, truth)), 4),
        "seconds": round(time.perf_counter() - began, 1),
    }


def spread(values: Iterable[float]) -> str:
    """Mean ± standard deviation over the seeds."""
    found: NDArray[np.float64] = np.array(list(values))
    return f"{found.mean():.3f} ± {found.std(ddof=1) if len(found) > 1 else 0.0:.3f}"


def report(result: dict[str, Any], product: dict[str, Any] | None) -> str:
    """results/taught.json and taught_product.json as a page."""
    cells = result["cells"]
    lines = [
        "# A few labelled comments a theme",
        "",
        "Written by `python -m bench.themes.taught`. " + " ".join((__doc__ or "").split("\n\n")[2].split()),
        "",
        f"Machine: {result['machine']}. Mean ± standard deviation of document micro-F1 over {SEEDS} seeds; in brackets",
        "what the best cut on the scored half would have given, which nobody can know. Choices were made on mams,",
        "semeval16 and the training half of fabsa_dev, split again (`--develop`).",
        "",
    ]
    for name in dict.fromkeys(cell["set"] for cell in cells):
        here = [cell for cell in cells if cell["set"] == name]
        counts = sorted({cell["each"] for cell in here})
        lines += [f"## {name}", "", "| arm | " + " | ".join(f"{n} a theme" for n in counts) + " |"]
        lines += ["| --- |" + " ---: |" * len(counts)]
        for arm in dict.fromkeys(cell["arm"] for cell in here):
            row = []
            for n in counts:
                mine = [cell for cell in here if cell["arm"] == arm and cell["each"] == n]
                best = spread(cell["f1_best_cut"] for cell in mine)
                row.append(f"{spread(cell['f1'] for cell in mine)} ({best.split()[0]})")
            lines.append(f"| {arm} | " + " | ".join(row) + " |")
        if name == "fabsa_dev":
            lines.append("| target | " + " | ".join(f"{TARGETS.get(n, float('nan')):.2f}" for n in counts) + " |")
        lines.append("")
    if product is not None:
        lines += product_lines(product)
    return "\n".join(lines)


def product_lines(product: dict[str, Any]) -> list[str]:
    """The section on the product's own path."""
    lines = [
        "## The product's own path",
        "",
        "Written by `python -m bench.themes.taught --product`. " + " ".join((taught_product.__doc__ or "").split()),
        "",
        f"Machine: {product['machine']}. Mean ± standard deviation of document micro-F1 over the seeds.",
        "",
        "| seeded | sayings each | F1 of the seeded labels, by the seeds alone | F1 of all labels "
        "| themes found beside | labels left out | of these found | opinions placed | seconds |",
        "| ---: |" + " ---: |" * 8,
    ]
    shapes = dict.fromkeys((cell["seeded"], cell["each"]) for cell in product["cells"])
    for seeded, each in shapes:
        mine = [cell for cell in product["cells"] if (cell["seeded"], cell["each"]) == (seeded, each)]

        def mean(name: str, cells: list[dict[str, Any]] = mine) -> float:
            return float(np.mean([cell[name] for cell in cells]))

        lines.append(
            f"| {seeded} | {each} | {spread(c['f1_seeded_alone'] for c in mine)} | {spread(c['f1_all'] for c in mine)} "
            f"| {mean('discovered'):.0f} | {mean('left_out'):.0f} | {mean('left_out_surfaced'):.1f} "
            f"| {mean('placed'):.2f} | {mean('seconds'):.0f} |"
        )
    return [*lines, ""]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["fabsa_dev"])
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=list(ARMS))
    parser.add_argument("--each", nargs="+", type=int, default=[10, 50])
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--product", action="store_true", help="measure the product's own path instead")
    parser.add_argument("--develop", action="store_true", help="score within the training half; nothing is written")
    arguments = parser.parse_args()
    folder = data_folder()
    if folder is None:
        print("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.", file=sys.stderr)
        return 0
    measured = _product(arguments, folder) if arguments.product else _arms(arguments, folder)
    if arguments.develop:
        return 0
    RESULTS.mkdir(exist_ok=True)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    kept = RESULTS / ("taught_product.json" if arguments.product else "taught.json")
    before = [cell for cell in (_read(kept) or {"cells": []})["cells"] if cell["set"] not in arguments.sets]
    kept.write_text(json.dumps({"machine": machine, "cells": before + measured}, indent=1) + "\n", encoding="utf-8")
    result, product = (_read(RESULTS / name) for name in ("taught.json", "taught_product.json"))
    if result is not None:
        (RESULTS / "taught.md").write_text(report(result, product), encoding="utf-8")
    return 0


def _arms(arguments: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    cells = []
    for name in arguments.sets:
        data = labelled_set(name, folder)
        for each in arguments.each:
            for arm in arguments.arms:
                mine = [measure(data, arm, each, seed, arguments.develop) for seed in range(arguments.seeds)]
                cells += mine
                told, best = spread(c["f1"] for c in mine), spread(c["f1_best_cut"] for c in mine)
                print(f"{name} {each} {arm}: {told}, best cut {best}, {mine[0]['seconds']} s", flush=True)
    return cells


def _product(arguments: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    cells = []
    for name in arguments.sets:
        for every in (1, 2):
            for each in (taught_product.SAYINGS, 0):  # without sayings the draw, and so the seed, changes nothing
                for seed in range(arguments.seeds if each else 1):
                    cells.append(taught_product.measure(name, folder, each, seed, every, arguments.develop))
                    print(cells[-1], flush=True)
    return cells


def _read(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
