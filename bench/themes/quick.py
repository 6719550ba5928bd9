"""How good are the themes on a labelled public set? Prints AMI, ARI, number of themes, coverage and the labels.

    python bench/themes/quick.py fabsa_dev
    python bench/themes/quick.py airline_tweets --only sentiment=negative
    python bench/themes/quick.py teams_reviews.csv.gz --labels-only --examples 3

The folder of the data comes from UNDERTONE_PUBLIC_DATA. One
theme a document is compared with the document's first label: the theme with most of its opinions, by the sum of
their probabilities; a document without any placed opinion counts as one more group, so every point is scored.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from analyst.core.settings import ThemeSettings, load_settings
from analyst.core.tables import schema
from analyst.themes import ThemeResult, build_themes
from embeddings import open_encoder


@dataclass(frozen=True)
class Tables:
    """The tables that `build_themes` reads; all but the responses are empty here."""

    responses: pa.Table
    sessions: pa.Table
    exposures: pa.Table
    tickets: pa.Table


def data_folder() -> Path | None:
    """Where the public sets lie, or None."""
    named = os.environ.get("UNDERTONE_PUBLIC_DATA")
    return Path(named) if named and Path(named).is_dir() else None


def read_rows(path: Path, only: str | None) -> list[dict[str, Any]]:
    """The rows of a Parquet or CSV file, filtered by `column=value` when given."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
    else:
        table = pa_csv.read_csv(path, parse_options=pa_csv.ParseOptions(newlines_in_values=True))
    rows: list[dict[str, Any]] = table.to_pylist()
    if only:
        column, _, value = only.partition("=")
        rows = [row for row in rows if str(row[column]) == value]
    return rows


def as_tables(rows: list[dict[str, Any]]) -> Tables:
    """Responses with only what these sets have: text, title, date, language and a five-star score."""
    scores = [row.get("score") for row in rows]
    made = {
        "response_id": [f"r{place:06d}" for place in range(len(rows))],
        "text": [row["text"] for row in rows],
        "title": [row.get("title") for row in rows],
        "submitted_at": [row.get("date") for row in rows],
        "language": [row.get("lang") for row in rows],
        "y": [None if s is None else 100.0 if s >= 4 else 0.0 for s in scores],
    }
    wanted = schema("responses")
    columns = {field.name: pa.array(made.get(field.name, [None] * len(rows)), field.type) for field in wanted}
    empty = {name: schema(name).empty_table() for name in ("sessions", "exposures", "tickets")}
    return Tables(pa.table(columns, schema=wanted), **empty)


def document_themes(result: ThemeResult, count: int) -> list[str]:
    """One theme for each document: that of most of its opinions; "none" without any."""
    weight: list[dict[str, float]] = [defaultdict(float) for _ in range(count)]
    columns = (result.opinions.column(name).to_pylist() for name in ("response_id", "theme_id", "probability"))
    for response_id, theme_id, probability in zip(*columns, strict=True):
        if theme_id is not None:
            # A system theme says less about a document than any subject it names beside it.
            weight[int(response_id[1:])][theme_id] += 0.1 if theme_id.startswith("sys-") else probability
    return [max(sorted(one), key=lambda theme: one[theme]) if one else "none" for one in weight]


def several_labels_f1(result: ThemeResult, rows: list[dict[str, Any]], single: list[str] | None = None) -> float:
    """Micro-F1 of the documents' labels, told from their themes: learned on the even rows, scored on the odd ones.

    A document's chance of a label is the best share of that label among documents with one of its themes; the
    cut is the best one on the even rows. With `single`, each document has that one theme only.
    """
    themes: list[set[str]] = [set() for _ in rows]
    if single is None:
        columns = (result.opinions.column(name).to_pylist() for name in ("response_id", "theme_id"))
        for response_id, theme_id in zip(*columns, strict=True):
            themes[int(response_id[1:])].add(theme_id or "none")
    else:
        themes = [{theme} for theme in single]
    gold = [set(row["labels"] or []) for row in rows]
    held: dict[str, Counter[str]] = defaultdict(Counter)
    met: Counter[str] = Counter()
    for place in range(0, len(rows), 2):
        met.update(themes[place])
        for theme in themes[place]:
            held[theme].update(gold[place])
    names = sorted({name for one in gold for name in one})
    chance = [{n: max((held[t][n] / met[t] for t in one if met[t]), default=0.0) for n in names} for one in themes]

    def f1(first: int, cut: float) -> float:
        right = told = asked = 0
        for place in range(first, len(rows), 2):
            found = {name for name in names if chance[place][name] >= cut}
            right, told, asked = right + len(found & gold[place]), told + len(found), asked + len(gold[place])
        return 2 * right / max(told + asked, 1)

    return f1(1, max((step / 50 for step in range(5, 40)), key=lambda cut: f1(0, cut)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--only", help="keep rows where column=value")
    parser.add_argument("--labels-only", action="store_true", help="the set carries no labels to compare with")
    parser.add_argument("--examples", type=int, default=0, help="opinions shown for each theme")
    parser.add_argument("--workspace", type=Path, default=Path("/tmp/undertone-bench"), help="keeps the vectors")
    parser.add_argument("--min-share", type=float)
    arguments = parser.parse_args()
    folder = data_folder()
    if folder is None:
        print("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.", file=sys.stderr)
        return 0
    name = arguments.dataset if "." in arguments.dataset else f"{arguments.dataset}.parquet"
    rows = read_rows(folder / name, arguments.only)
    themes = ThemeSettings() if arguments.min_share is None else ThemeSettings(min_share=arguments.min_share)
    settings = load_settings(workspace=arguments.workspace, themes=themes)
    began = time.perf_counter()
    result = build_themes(as_tables(rows), open_encoder(settings.encoder, settings.cache), settings)
    print(f"{name}: {len(rows)} documents, {time.perf_counter() - began:.1f} s, {result.stats}")
    if not arguments.labels_only:
        from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

        gold = [str((row["labels"] or ["?"])[0]) for row in rows]
        found = document_themes(result, len(rows))
        print(
            f"gold K {len(set(gold))}  K {result.stats['themes']}  AMI {adjusted_mutual_info_score(gold, found):.3f}  "
            f"ARI {adjusted_rand_score(gold, found):.3f}"
        )
        if any(len(row["labels"] or []) > 1 for row in rows):
            opinions, one = several_labels_f1(result, rows), several_labels_f1(result, rows, found)
            print(f"micro-F1 of several labels: {opinions:.3f} by opinions, {one:.3f} by one theme a document")
    show_themes(result, arguments.examples)
    return 0


def show_themes(result: ThemeResult, examples: int) -> None:
    """The list of themes, by area, as a person would read it."""
    said = defaultdict(list)
    columns = (result.opinions.column(name).to_pylist() for name in ("theme_id", "text", "probability", "state"))
    for theme_id, text, probability, state in zip(*columns, strict=True):
        said[theme_id].append((state != "core", -probability, text))
    rows = result.themes.to_pylist()
    for area, label in [*result.model.areas.items(), (None, "System")]:
        print(f"\n{label}")
        for row in sorted((r for r in rows if r["area_id"] == area), key=lambda r: -r["n"]):
            stable = "" if row["stability"] is None else f"{row['stability']:.2f}"
            print(f"  {row['n']:6d} {stable:>4}  {row['label']}   [{', '.join(row['keywords'][:6])}]")
            step = max(1, len(said[row["theme_id"]]) // max(examples, 1))
            for _, chance, text in sorted(said[row["theme_id"]])[::step][:examples]:
                print(f"              {-chance:.2f} {text[:150]!r}")


if __name__ == "__main__":
    sys.exit(main())
