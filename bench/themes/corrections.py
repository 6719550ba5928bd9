"""What a correction changes: the texts that people moved, those that say nearly the same, and all the others.

    python -m bench.themes.corrections               writes results/corrections.json and corrections.md

Themes are found in a set. Then 1, 10 or 40 opinions drawn at random are put into the theme that the head holds for
the next likeliest, and the head is corrected. *Followers* have a cosine of at least .85 to a moved text, the *others*
less than .7 to every one. The folder of the data comes from UNDERTONE_PUBLIC_DATA.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from analyst.core.settings import load_settings
from analyst.themes import build_themes
from analyst.themes.assign import Head, assign
from analyst.themes.cluster import Floats
from analyst.themes.correct import Corrections, correct
from analyst.themes.muting import mute
from bench.themes.sets import WORKSPACE, data_folder, load
from bench.themes.taught_product import tables
from embeddings import open_encoder

RESULTS = Path(__file__).resolve().parent / "results"
COUNTS = (1, 10, 40)
FOLLOW, OTHER = 0.85, 0.7


def measure(head: Head, vectors: Floats, count: int, seed: int) -> dict[str, Any]:
    """One draw of `count` moves and what the corrected head does, as shares; None where there is nothing to share."""
    heard = mute(vectors, head.muted)
    before = assign(head, vectors).theme
    rows = np.random.default_rng([seed, count]).choice(np.flatnonzero(before >= 0), count, replace=False)
    scores = heard[rows] @ head.weights.T + head.bias
    scores[np.arange(count), before[rows]] = -np.inf
    wanted = scores.argmax(axis=1)
    began = time.perf_counter()
    changed = correct(head, heard, Corrections(heard[rows], wanted))
    seconds = time.perf_counter() - began
    after = assign(changed, vectors).theme
    likeness = heard @ heard[rows].T
    nearest = likeness.argmax(axis=1)
    near = (likeness.max(axis=1) >= FOLLOW) & ~np.isin(np.arange(len(heard)), rows)
    others = likeness.max(axis=1) < OTHER
    return {
        "moves": count,
        "seed": seed,
        "held": round(float((after[rows] == wanted).mean()), 4),
        "followers": int(near.sum()),
        "followed": round(float((after[near] == wanted[nearest[near]]).mean()), 4) if near.any() else None,
        "others": round(float((after[others] == before[others]).mean()), 4),
        "seconds": round(seconds, 1),
    }


def report(result: dict[str, Any]) -> str:
    """results/corrections.json as a page."""
    lines = [
        "# What a correction changes",
        "",
        "Written by `python -m bench.themes.corrections`. " + " ".join((__doc__ or "").split("\n\n")[2].split()),
        "",
        f"Set: {result['set']}, {result['themes']} themes, {result['texts']} texts. Machine: {result['machine']}.",
        "",
        "| moves | are where people put them | followers that follow | others that stay | seconds |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for count in dict.fromkeys(cell["moves"] for cell in result["cells"]):
        mine = [cell for cell in result["cells"] if cell["moves"] == count]
        told = [cell for cell in mine if cell["followers"]]
        total = sum(cell["followers"] for cell in told)
        share = sum(cell["followed"] * cell["followers"] for cell in told) / total if total else None
        lines.append(
            f"| {count} | {np.mean([cell['held'] for cell in mine]):.3f} "
            f"| {'–' if share is None else f'{share:.3f}'} of {total} "
            f"| {np.mean([cell['others'] for cell in mine]):.4f} (least {min(cell['others'] for cell in mine):.4f}) "
            f"| {np.mean([cell['seconds'] for cell in mine]):.1f} |"
        )
    return "\n".join([*lines, ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", default="fabsa_dev")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    folder = data_folder()
    if folder is None:
        print("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.", file=sys.stderr)
        return 0
    documents = load(arguments.set, folder)
    settings = load_settings(workspace=WORKSPACE)
    encoder = open_encoder(settings.encoder, settings.cache)
    built = build_themes(tables(documents, list(range(len(documents.texts)))), encoder, settings)
    head = built.model.head
    cells = [measure(head, built.vectors, count, seed) for count in COUNTS for seed in range(arguments.seeds)]
    result = {
        "set": arguments.set,
        "themes": head.count,
        "texts": len(built.vectors),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "cells": cells,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "corrections.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "corrections.md").write_text(report(result), encoding="utf-8")
    print(report(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
