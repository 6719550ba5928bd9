"""From two labellers' sheets to the labelled set: agreement, decisions, and the files that the suite reads.

    python -m eval.labelling.assembling [FOLDER]

takes A_opinions.csv, B_opinions.csv, A_fixes.csv and B_fixes.csv from FOLDER into eval/labelled/labels (without FOLDER,
those that are there stay), and writes the splits, the judgements and the manifest from them and from what was drawn
(opinions/drawn.jsonl, fixes/corpus.jsonl, fixes/queries.jsonl).

Where the two labels of an opinion differ, the company's truth decides; where they agree, they stand even against it.
Where the two grades of a recommendation differ, the mean rounded down stands, so that a doubt counts against it.
"""

from __future__ import annotations

import csv
import hashlib
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyst.core.errors import UndertoneError
from eval.agreement import Agreement, agreement
from eval.sets.fixes import GRADES, QRELS
from eval.sets.lines import LABELLED, read_lines, write_lines
from eval.sets.opinions import ASPECTS, unknown_labels

LABELLERS = ("A", "B")
DEV_SHARE = 0.4
SHEETS = {"opinions": (("id",), ASPECTS), "fixes": (("query_id", "doc_id"), ("grade", "reason"))}
Sheet = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Span:
    """A true opinion: [start, end) of its comment, with theme, sentiment and screen."""

    start: int
    end: int
    labels: Mapping[str, str]


def read_sheet(path: Path, key: Sequence[str], filled: Sequence[str]) -> dict[str, dict[str, str]]:
    """A filled sheet by the joined `key` columns, with the `filled` columns stripped.

    Raises UndertoneError for a missing file or column, or the same row twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
    except FileNotFoundError as error:
        raise UndertoneError(f"There is no {path}.", "Each labeller returns both sheets, filled.") from error
    missing = {*key, *filled} - set(rows[0] if rows else ())
    if missing:
        raise UndertoneError(f"{path} lacks {', '.join(sorted(missing))}.", "Keep the sheet's columns as they are.")
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        name = "\t".join(row[column] for column in key)
        if name in found:
            raise UndertoneError(f"{path} has {name!r} twice.", "Each row is labelled once.")
        found[name] = {column: (row[column] or "").strip() for column in filled}
    return found


def decided_opinions(
    drawn: Iterable[Mapping[str, Any]], sheets: Sequence[Sheet], spans: Mapping[str, Sequence[Span]]
) -> list[dict[str, Any]]:
    """The drawn opinions with both labellers' labels and the decided ones.

    Raises UndertoneError for a missing or unknown label.
    """
    rows = []
    for one in drawn:
        labels = [_labels(sheet, str(one["id"]), name) for sheet, name in zip(sheets, LABELLERS, strict=True)]
        true = _true(one, spans.get(str(one["response"]), ()))
        final, decided = {}, {}
        for aspect in ASPECTS:
            first, second = labels[0][aspect], labels[1][aspect]
            final[aspect] = first if first == second else true.get(aspect, first)
            decided[aspect] = "both" if first == second else "truth" if true else "A"
        rows.append(
            {
                **one,
                **final,
                "labels": dict(zip(LABELLERS, labels, strict=True)),
                "decided": decided,
                "truth": dict(true),
            }
        )
    return rows


def _labels(sheet: Sheet, opinion_id: str, labeller: str) -> Mapping[str, str]:
    if opinion_id not in sheet:
        raise UndertoneError(f"Labeller {labeller} left out opinion {opinion_id}.", "Every row needs labels.")
    bad = unknown_labels(dict(sheet[opinion_id]))
    if bad:
        raise UndertoneError(
            f"Labeller {labeller} gave opinion {opinion_id} {bad}.", "See eval/labelled/guidelines.md."
        )
    return dict(sheet[opinion_id])


def _true(one: Mapping[str, Any], spans: Sequence[Span]) -> Mapping[str, str]:
    """The labels of the true opinion that shares most characters with the drawn one; empty where none does."""
    shared = [(min(s.end, int(one["end"])) - max(s.start, int(one["start"])), s) for s in spans]
    best = max((pair for pair in shared if pair[0] > 0), key=lambda pair: pair[0], default=None)
    return best[1].labels if best else {}


def decided_grades(sheets: Sequence[Sheet]) -> dict[tuple[str, str], int]:
    """The decided grade of every (query, document). Raises UndertoneError for a missing row or no grade of 0 to 3."""
    names = list(sheets[0])
    if set(names) != set(sheets[1]):
        raise UndertoneError("The two fix sheets do not have the same rows.", "Keep the sheet's rows as they are.")
    found = {}
    for name in names:
        query, doc = name.split("\t")
        found[query, doc] = (_grade(sheets[0], name) + _grade(sheets[1], name)) // 2
    return found


def _grade(sheet: Sheet, name: str) -> int:
    text = sheet[name]["grade"]
    if text not in {str(grade) for grade in range(GRADES)}:
        raise UndertoneError(f"The grade of {name!r} is '{text}'.", "A grade is 0, 1, 2 or 3.")
    return int(text)


def dev_queries(names: Iterable[str]) -> set[str]:
    """The queries of dev: two fifths of them, the first by the hash of their names."""
    ranked = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return set(ranked[: round(DEV_SHARE * len(ranked))])


def in_dev(labelled_id: str) -> bool:
    """Whether an opinion belongs to dev: by the hash of its id, two in five."""
    return int(hashlib.sha256(labelled_id.encode()).hexdigest()[:8], 16) % 10 < 10 * DEV_SHARE


def agreements(opinions: Sequence[Sheet], fixes: Sequence[Sheet]) -> dict[str, Agreement]:
    """How far the labellers agree on theme, sentiment, screen and grade."""
    ids = sorted(opinions[0])
    found = {a: agreement([opinions[0][i][a] for i in ids], [opinions[1][i][a] for i in ids]) for a in ASPECTS}
    pairs = sorted(fixes[0])
    grades = [[_grade(sheet, name) for name in pairs] for sheet in fixes]
    return {**found, "fix_grade": agreement(grades[0], grades[1], grades=GRADES)}


def true_spans(folder: Path) -> dict[str, list[Span]]:
    """The true opinions of a company's truth folder, by response."""
    spans: dict[str, list[Span]] = defaultdict(list)
    with (folder / "opinions.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            labels = {aspect: row[aspect] for aspect in ASPECTS}
            spans[row["response_id"]].append(Span(int(row["start"]), int(row["end"]), labels))
    return spans


def assemble(folder: Path, truth: Path) -> dict[str, Agreement]:
    """Write the splits, qrels and judgements of `folder` anew from its labels; the agreement of the two labellers."""
    labels = folder / "labels"
    opinions, fixes = (
        [read_sheet(labels / f"{who}_{name}.csv", *SHEETS[name]) for who in LABELLERS] for name in ("opinions", "fixes")
    )
    drawn = list(
        read_lines(folder / "opinions" / "drawn.jsonl", ("id", "response", "start", "end", "opinion", "weight"))
    )
    rows = decided_opinions(drawn, opinions, true_spans(truth))
    for split in ("dev", "test"):
        write_lines(folder / "opinions" / f"{split}.jsonl", [r for r in rows if in_dev(r["id"]) == (split == "dev")])
    grades = decided_grades(fixes)
    dev = dev_queries({query for query, _ in grades})
    (folder / "fixes" / "qrels").mkdir(exist_ok=True)
    for split in ("dev", "test"):
        lines = ["\t".join(QRELS)]
        lines += [f"{q}\t{d}\t{g}" for (q, d), g in sorted(grades.items()) if (q in dev) == (split == "dev")]
        (folder / "fixes" / "qrels" / f"{split}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_lines(
        folder / "fixes" / "judgements.jsonl",
        (
            {
                "query": q,
                "doc": d,
                "labeller": who,
                "grade": _grade(sheet, f"{q}\t{d}"),
                "reason": sheet[f"{q}\t{d}"]["reason"],
            }
            for q, d in sorted(grades)
            for who, sheet in zip(LABELLERS, fixes, strict=True)
        ),
    )
    return agreements(opinions, fixes)


def take_sheets(source: Path, labels: Path) -> None:
    """Copy the four filled sheets of `source` into `labels`, ids and labels only; raises as read_sheet does."""
    labels.mkdir(parents=True, exist_ok=True)
    for who in LABELLERS:
        for name, (key, filled) in SHEETS.items():
            found = read_sheet(source / f"{who}_{name}.csv", key, filled)
            with (labels / f"{who}_{name}.csv").open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle, lineterminator="\n")
                writer.writerow([*key, *filled])
                writer.writerows([*row.split("\t"), *cells.values()] for row, cells in sorted(found.items()))


def main() -> None:
    """Assemble the set that ships, from the folder of sheets that is named, if any."""
    from analyst.sample import generate
    from eval.labelling.manifest import write_manifest

    for source in sys.argv[1:2]:
        take_sheets(Path(source), LABELLED / "labels")
    with tempfile.TemporaryDirectory(prefix="undertone-labelled-") as home:
        generate(Path(home) / "files", Path(home) / "truth", seed=7, scale=1.0)
        found = assemble(LABELLED, Path(home) / "truth")
    write_manifest(LABELLED, found)


if __name__ == "__main__":
    main()
