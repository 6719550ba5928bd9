"""How well the search finds: words, meaning and both, against the sample company's truth.

A question (search_queries.toml) is right where the opinion found has the theme that the makers wrote it for. Opinions
are found one a person and no words twice, so precision is over what is shown, and recall at 10 is of the 10 (or of all
there are, where there are fewer) that could be.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.answers.search import Searcher, open_search, quick_encoder
from analyst.answers.search.searcher import Floors

if TYPE_CHECKING:
    from analyst.answers.search import Hit
    from analyst.runs.view import View

QUERIES = Path(__file__).with_name("search_queries.toml")
SHOWN = 10
Spans = Mapping[str, Sequence[tuple[int, int, str]]]


def spans_of(truth: Path) -> Spans:
    """What each response of the company says where: (start, end, theme) by its source id."""
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    with (truth / "opinions.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["response_id"]].append((int(row["start"]), int(row["end"]), row["theme"]))
    return found


def themes_of(hit: Hit, source_id: str, spans: Spans) -> set[str]:
    """The true themes of an opinion: those whose words it shares by half."""
    return {
        theme
        for start, end, theme in spans.get(source_id, ())
        if min(end, hit.end) - max(start, hit.start) >= 0.5 * min(end - start, hit.end - hit.start)
    }


def measure(view: View, truth: Path) -> dict[str, Any]:
    """Precision and recall at 10, and how often nothing is said where there is nothing, by way and split."""
    spans = spans_of(truth)
    source = dict(view.connection.execute("SELECT response_id, source_id FROM responses").fetchall())
    queries = tomllib.loads(QUERIES.read_text(encoding="utf-8"))
    encoder = quick_encoder(view.settings, view.run.manifest)
    if encoder is None:
        raise SystemExit("The search by meaning needs the exported encoder: analyse the workspace first.")
    ways = {
        "words": Searcher(view),
        "meaning": Searcher(view, encoder[0], english_only=encoder[1], floors=Floors(covered=2.0)),
        "both": open_search(view)[0],
    }
    there: dict[str, set[str]] = defaultdict(set)  # distinct true wordings bound how many can be shown
    for response_id, text in view.connection.execute(
        "SELECT response_id, text FROM responses WHERE text IS NOT NULL"
    ).fetchall():
        for start, end, theme in spans.get(source[response_id], ()):
            there[theme].add(text[start:end].casefold())
    return {
        way: {
            split: _split(searcher, queries[split], queries["nothing"][split], spans, source, there)
            for split in ("dev", "test")
        }
        for way, searcher in ways.items()
    }


def _split(
    searcher: Searcher,
    asked: Mapping[str, Sequence[str]],
    nothing: Sequence[str],
    spans: Spans,
    source: Mapping[str, str],
    there: Mapping[str, set[str]],
) -> dict[str, float]:
    shares, recalls, empty = [], [], 0
    for theme, texts in asked.items():
        for text in texts:
            hits = searcher.search(text, limit=SHOWN)
            right = sum(theme in themes_of(hit, source[hit.evidence_id], spans) for hit in hits)
            recalls.append(right / max(1, min(SHOWN, len(there[theme]))))
            empty += not hits
            if hits:
                shares.append(right / len(hits))
    quiet = sum(not searcher.search(text, limit=SHOWN) for text in nothing)
    return {
        "queries": len(recalls),
        "precision_at_10": round(sum(shares) / max(1, len(shares)), 3),
        "recall_at_10": round(sum(recalls) / len(recalls), 3),
        "nothing_found": empty,
        "nothing_asked": len(nothing),
        "rightly_nothing": quiet,
    }
