"""The judged recommendations, in BEIR's layout: corpus, queries, and qrels with a split each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.core.errors import UndertoneError
from eval.sets.lines import LABELLED, read_lines, read_table

if TYPE_CHECKING:
    from analyst.fixes.types import Fix
    from eval.sets.truth import Truth

QRELS = ("query-id", "corpus-id", "score")
GRADES = 4  # 0..3


@dataclass(frozen=True)
class Judgement:
    """One labeller's grade (0..3) of a recommendation for a question, and why."""

    query_id: str
    doc_id: str
    labeller: str
    grade: int
    reason: str


@dataclass(frozen=True)
class FixSet:
    """`queries` are the questions of the split, by id; `corpus` the recommendations by id and `matters` what each is
    truly about; `qrels` the decided grade 0..3 of every judged pair of the split; `judgements` what each labeller said
    of them."""

    corpus: Mapping[str, str]
    matters: Mapping[str, str]
    queries: Mapping[str, Mapping[str, Any]]
    qrels: Mapping[str, Mapping[str, int]]
    judgements: tuple[Judgement, ...]


def read_fixes(split: str, folder: Path | None = None) -> FixSet:
    """The judged recommendations of `split` (dev or test).

    Raises UndertoneError for a missing file, a grade other than 0..3, or an id that the corpus or queries lack.
    """
    folder = folder or LABELLED / "fixes"
    documents = list(read_lines(folder / "corpus.jsonl", ("_id", "title", "text", "metadata")))
    corpus = {row["_id"]: f"{row['title']}. {row['text']}" for row in documents}
    matters = {row["_id"]: row["metadata"]["matter"] for row in documents}
    queries = {row["_id"]: row for row in read_lines(folder / "queries.jsonl", ("_id", "text", "metadata"))}
    path = folder / "qrels" / f"{split}.tsv"
    qrels: dict[str, dict[str, int]] = {}
    for query, doc, score in read_table(path, QRELS):
        if query not in queries or doc not in corpus or score not in ("0", "1", "2", "3"):
            raise UndertoneError(f"{path} says {query} {doc} {score}.", "Known ids and a grade of 0 to 3 are needed.")
        qrels.setdefault(query, {})[doc] = int(score)
    judgements = tuple(
        Judgement(row["query"], row["doc"], row["labeller"], int(row["grade"]), row["reason"])
        for row in read_lines(folder / "judgements.jsonl", ("query", "doc", "labeller", "grade", "reason"))
        if row["query"] in qrels
    )
    return FixSet(corpus, matters, {q: queries[q] for q in qrels}, qrels, judgements)


def gains(ranking: Sequence[str], grades: Mapping[str, int], matters: Mapping[str, str]) -> list[float]:
    """The grade of each place of a ranking of corpus ids. A matter gains once: what comes after its first naming gains
    nothing, whether it is the same recommendation or its theme beside its screen. Nobody's judgement gains 0."""
    named: set[str] = set()
    found = []
    for doc in ranking:
        matter = matters.get(doc, doc)
        found.append(0.0 if matter in named else float(grades.get(doc, 0)))
        named.add(matter)
    return found


def ideal_gains(grades: Mapping[str, int], matters: Mapping[str, str]) -> list[float]:
    """The highest grade of every matter that was judged: what the best ranking could gain."""
    best: dict[str, float] = {}
    for doc, grade in grades.items():
        matter = matters.get(doc, doc)
        best[matter] = max(best.get(matter, 0.0), float(grade))
    return sorted(best.values(), reverse=True)


def doc_of(fix: Fix, truth: Truth) -> str:
    """The corpus id that a recommendation goes by: its screen and gravest signal, else the true theme that its first
    theme mostly holds. Two recommendations of the same matter share it, so that neither is counted twice."""
    if fix.screen is not None:
        return f"screen:{fix.screen}:{fix.signal}"
    theme = fix.themes[0] if fix.themes else ""
    return f"theme:{truth.true_of.get(theme, theme)}"


def listed_doc(item: str, truth: Truth) -> str:
    """The corpus id of an entry in a rival's own list, `theme:ID` or `screen:NAME` (by its rage taps)."""
    kind, _, name = item.partition(":")
    return f"screen:{name}:rage_tap" if kind == "screen" else f"theme:{truth.true_of.get(name, name)}"
