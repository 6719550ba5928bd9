"""Ours and k-means on the labelled sets: opinions, sentences and whole documents as units, every document scored.

    python -m bench.themes.run [--sets banking77 ...] [--arms opinions ...] [--seeds 5] [--out bench/themes/results]
    python -m bench.themes.run --show airline [--examples 3]     the themes of a set as a person reads them
    python -m bench.themes.report                                results/ours.json and peers.json as one table

The folder of the data comes from UNDERTONE_PUBLIC_DATA; vectors are kept in UNDERTONE_WORKSPACE. Rows that are there
already are kept, so a run can be broken off and taken up again; `--again` measures them anew. The number of themes is
what the product's defaults give: nothing here looks at a label before scoring. The search itself draws nothing, so
"seed" 0 is the product's fit on all texts, and each other one is a fit on another random 95 % of them, asked about all.
`--steady` adds what must not change: shuffled rows, one text at a time, another seed; and clinc150's out-of-scope.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from analyst.themes.assign import assign
from bench.main_job import machine
from bench.themes.measure import (
    agreement,
    ari,
    auroc,
    pairwise_ari,
)
from bench.themes.sets import SCORED, SOURCES, UNITS, Documents, Units, cut_into, data_folder, load
from eval.public.themes import document_themes, fitted, inside, kmeans_row, only, our_row, part_of

RESULTS = Path(__file__).resolve().parent / "results"
KMEANS = {"k-means at our K": False, "k-means at gold K": True}
ARMS = (*UNITS, *KMEANS)
_SYSTEM_WEIGHT = 0.1  # a system theme says less about a document than any subject it names beside it
_ALONE = 300  # units assigned one by one
_SAMPLE = 0.95


def out_of_scope(documents: Documents, units: Units, seed: int) -> float:
    """AUROC of the probability of a document's best opinion: fitted on what is in scope, asked about all."""
    known = np.zeros(len(documents.texts), dtype=bool)
    known[inside(documents)] = True
    rows = np.unique(units.row[known[units.document] & (units.row >= 0)])
    placed = assign(fitted(part_of(units.corpus, rows), seed), units.corpus.vectors)
    best = np.zeros(len(documents.texts))
    held = units.row >= 0  # a document of system themes only has no subject: 0
    np.maximum.at(best, units.document[held], placed.probability[units.row[held]].astype(np.float64))
    return auroc(best[known].tolist(), best[~known].tolist())


def robustness(documents: Documents, units: Units) -> dict[str, Any]:
    """What must not change: shuffled rows, one text at a time, another seed."""
    head = fitted(units.corpus, 0)
    placed = assign(head, units.corpus.vectors)
    order = np.random.default_rng(1).permutation(len(documents.texts))
    mixed = only(documents, order)
    again_units = cut_into(mixed, "opinions")
    again = assign(fitted(again_units.corpus, 0), again_units.corpus.vectors)
    first, _ = document_themes(units, placed, len(documents.texts))
    second, _ = document_themes(again_units, again, len(documents.texts))
    rows = np.random.default_rng(2).permutation(len(units.corpus.texts))
    lone = [int(assign(head, units.corpus.vectors[row : row + 1]).theme[0]) for row in rows[:_ALONE]]
    other = assign(fitted(units.corpus, 1), units.corpus.vectors)
    return {
        "set": documents.name,
        "order_agreement": agreement([first[row] for row in order], second),
        "single_agreement": agreement(placed.theme[rows[:_ALONE]].tolist(), lone),
        "seed_ari": round(ari(placed.theme.tolist(), other.theme.tolist()), 4),
    }


def measure_set(
    name: str, data: Path, arms: Sequence[str], seeds: int, steadily: bool, held: dict[str, Any], save: Any
) -> None:
    """Add to `held` what it lacks of the set `name`, saving after every row."""
    there = {(row["set"], row["arm"], row["seed"]) for row in held["rows"]}
    everything = load(name, data)
    documents = only(everything, inside(everything)) if everything.outside else everything

    def add(arm: str, seed: int, row: dict[str, Any]) -> None:
        unit = arm if arm in UNITS else "documents"
        held["rows"].append({"set": name, "arm": arm, "seed": seed, "unit": unit} | row)
        save()

    for arm in (unit for unit in UNITS if unit in arms):
        wanted = [seed for seed in range(seeds) if (name, arm, seed) not in there]
        if not wanted and not steadily:
            continue
        units = cut_into(documents, arm)
        found = []
        for seed in wanted:
            row, themes = our_row(documents, units, seed)
            found.append(themes)
            add(arm, seed, row)
        if arm == "opinions":
            pairs = pairwise_ari(found)
            held["samples"] = [one for one in held.get("samples", []) if one["set"] != name]
            if pairs:
                told = {"pairs": len(pairs), "mean": round(float(np.mean(pairs)), 4), "least": round(min(pairs), 4)}
                held["samples"].append({"set": name} | told)
            save()
        if arm == "opinions" and steadily:
            steady = robustness(documents, units)
            if everything.outside:
                steady["out_of_scope_auroc"] = round(out_of_scope(everything, cut_into(everything, arm), 0), 4)
            held["steady"] = [one for one in held["steady"] if one["set"] != name] + [steady]
            save()
    ours = [row["k"] for row in held["rows"] if (row["set"], row["arm"]) == (name, "opinions")]
    for rival, at_gold in KMEANS.items():
        if rival not in arms:
            continue
        if not at_gold and not ours:
            continue
        count = documents.gold_count if at_gold else round(float(np.median(ours)))
        whole = _whole(documents)
        for seed in (seed for seed in range(seeds) if (name, rival, seed) not in there):
            add(rival, seed, kmeans_row(documents, whole, count, seed))


def _whole(documents: Documents) -> Units:
    """Whole documents, none of them taken out as a system theme: what k-means and the peers get."""
    from bench.themes.sets import assemble

    return assemble(list(range(len(documents.texts))), documents.texts, ["en"] * len(documents.texts), gate=False)


def show(name: str, data: Path, examples: int) -> None:
    """Print the themes of a set by their closest opinions."""
    units = cut_into(load(name, data), "opinions")
    head = fitted(units.corpus, 7)
    placed = assign(head, units.corpus.vectors)
    for theme in range(head.count):
        rows = np.flatnonzero(placed.theme == theme)
        near = rows[np.argsort(-(units.corpus.vectors[rows] @ head.centroids[theme]), kind="stable")]
        mentions = int(units.corpus.counts[rows].sum())
        sys.stdout.write(f"\n{mentions:6d} mentions, {len(rows)} texts\n")
        for row in near[:: max(1, len(near) // max(examples, 1))][:examples]:
            sys.stdout.write(f"       {units.corpus.texts[row][:150]}\n")


def main() -> int:
    """Run what is asked for, writing after every fit so that nothing is lost."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sets", nargs="+", default=list(SCORED), choices=list(SOURCES))
    asked.add_argument("--arms", nargs="+", default=list(ARMS), choices=list(ARMS))
    asked.add_argument("--seeds", type=int, default=5)
    asked.add_argument("--out", type=Path, default=RESULTS)
    asked.add_argument("--again", action="store_true", help="measure anew what is there already")
    asked.add_argument("--steady", action="store_true", help="what must not change, and the out-of-scope of clinc150")
    asked.add_argument("--show", choices=list(SOURCES), help="print the themes of one set instead")
    asked.add_argument("--examples", type=int, default=3)
    given = asked.parse_args()
    data = data_folder()
    if data is None:
        sys.stderr.write("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.\n")
        return 0
    if given.show:
        show(given.show, data, given.examples)
        return 0
    file = given.out / "ours.json"
    given.out.mkdir(parents=True, exist_ok=True)
    held: dict[str, Any] = {"rows": [], "steady": []}
    if file.exists():
        held = json.loads(file.read_text(encoding="utf-8"))
    if given.again:
        gone = {(name, arm) for name in given.sets for arm in given.arms}
        held["rows"] = [row for row in held["rows"] if (row["set"], row["arm"]) not in gone]

    def save() -> None:
        about = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine()}
        file.write_text(json.dumps(about | held, indent=1) + "\n", encoding="utf-8")

    for name in given.sets:
        measure_set(name, data, given.arms, given.seeds, given.steady, held, save)
        sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {name} done\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
