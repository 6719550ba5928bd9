"""Do the labels tell themes apart, and do they say what the themes hold?

    python -m bench.themes.labels [--sets banking77 nhs_phase1 ...] [--out bench/themes/results]

For each set the themes are learned once and named twice: by Undertone, and as BERTopic names topics by default (the
four words of highest c-TF-IDF joined). Counted are labels that two themes share, pairs of themes whose labels share
a word of content (siblings: themes of one area), the share of members that hold a word of the label, and the themes
whose label, among all the gold names, lies nearest to one that the theme mostly holds (its commonest gold label, or
one at least half as common). Gold names are used for nothing else.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from analyst.core.settings import load_settings
from analyst.themes.areas import group_themes
from analyst.themes.cluster import Floats, Ints, centroids
from analyst.themes.keywords import stem
from analyst.themes.learn import learn_themes
from analyst.themes.muting import mute
from analyst.themes.words import STOP_WORDS, tokens
from bench.themes.sets import SCORED, WORKSPACE, Documents, Units, cut_into, data_folder, load
from embeddings import embed_texts, open_encoder

RESULTS = Path(__file__).parent / "results"
WORDS = 4  # of a c-TF-IDF label


@dataclass(frozen=True)
class Quality:
    """What was counted of the labels of one set. Shares are 0..1."""

    themes: int
    duplicates: int
    sibling_pairs: int
    siblings_sharing: float
    pairs_sharing: float
    members_covered: float
    nearest_gold: float


def content(label: str) -> frozenset[str]:
    """Stems of the words of content in a label."""
    return frozenset(stem(word) for word in tokens(label) if word not in STOP_WORDS["en"])


def ctfidf_labels(texts: Sequence[str], groups: Ints) -> list[str]:
    """The four words of highest class-based TF-IDF of each group, joined (Grootendorst 2022, arXiv 2203.05794)."""
    from sklearn.feature_extraction.text import CountVectorizer

    count = int(groups.max(initial=-1)) + 1
    vectorizer = CountVectorizer(stop_words="english")
    joined = [" ".join(text for text, group in zip(texts, groups, strict=True) if group == g) for g in range(count)]
    table = vectorizer.fit_transform(joined).toarray().astype(float)
    words = vectorizer.get_feature_names_out()
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    weight = share * np.log(1 + table.sum() / count / np.maximum(table.sum(axis=0), 1))
    return [" ".join(words[j] for j in np.argsort(-row, kind="stable")[:WORDS]) for row in weight]


def quality(
    labels: Sequence[str], texts: Sequence[str], groups: Ints, area: Ints, gold: np.ndarray, likeness: np.ndarray
) -> Quality:
    """Count. `groups` (n,) places `texts`; `gold` (k, g) says how often each theme holds each gold label, `likeness`
    (k, g) how near its label lies to each gold name."""
    told = [content(label) for label in labels]
    pairs = list(itertools.combinations(range(len(labels)), 2))
    siblings = [(a, b) for a, b in pairs if area[a] == area[b]]
    shared = {(a, b) for a, b in pairs if told[a] & told[b]}
    stems = [content(text) for text in texts]
    covered = [np.mean([bool(told[g] & stems[row]) for row in np.flatnonzero(groups == g)]) for g in range(len(labels))]
    top = gold.max(axis=1)
    met = gold[np.arange(len(gold)), likeness.argmax(axis=1)]
    return Quality(
        themes=len(labels),
        duplicates=len(labels) - len({label.lower() for label in labels}),
        sibling_pairs=len(siblings),
        siblings_sharing=round(sum(pair in shared for pair in siblings) / max(len(siblings), 1), 4),
        pairs_sharing=round(len(shared) / max(len(pairs), 1), 4),
        members_covered=round(float(np.mean(covered)), 4),
        nearest_gold=round(float(np.mean((met >= top / 2) & (top > 0))), 4),
    )


def gold_table(documents: Documents, units: Units, groups: Ints, count: int) -> tuple[np.ndarray, list[str]]:
    """(how often each theme's units come from documents of each gold label, the gold names in plain words)."""
    names = sorted({name for one in documents.gold for name in one})
    table = np.zeros((count, len(names)))
    place = {name: at for at, name in enumerate(names)}
    for document, row in zip(units.document.tolist(), units.row.tolist(), strict=True):
        if row >= 0 and groups[row] >= 0:
            for name in documents.gold[document]:
                table[groups[row], place[name]] += 1
    return table, [" ".join(tokens(name.replace("_", " ").replace(".", " "))) for name in names]


def measure(name: str, folder: Path) -> dict[str, object]:
    """Learn and name the themes of one set; the two qualities and the labels."""
    documents = load(name, folder)
    units = cut_into(documents, "opinions")
    settings = load_settings(workspace=WORKSPACE)
    encoder = open_encoder(settings.encoder, settings.cache)

    def embed(phrases: list[str]) -> Floats:
        return embed_texts(phrases, encoder, settings.cache)

    learned = learn_themes(units.corpus, settings.themes, embed, encoder.name, None)
    model = learned.model
    groups = model.assign(units.corpus.vectors).theme
    heard = mute(units.corpus.vectors, model.head.muted)
    sizes = np.bincount(groups[groups >= 0], minlength=model.head.count)
    area = group_themes(centroids(heard, groups), sizes)
    gold, names = gold_table(documents, units, groups, model.head.count)
    named = mute(embed(names), model.head.muted)
    ours = [theme.label for theme in model.active]
    result: dict[str, object] = {"set": name, "labels": ours}
    for arm, labels in (("ours", ours), ("c-TF-IDF", ctfidf_labels(units.corpus.texts, groups))):
        likeness = mute(embed([label.lower() for label in labels]), model.head.muted) @ named.T
        result[arm] = asdict(quality(labels, units.corpus.texts, groups, area, gold, likeness))
    return result


def table(results: Sequence[dict[str, object]]) -> str:
    """The results as Markdown."""
    head = ["set", "labels", *Quality.__dataclass_fields__]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for result in results:
        for arm in ("ours", "c-TF-IDF"):
            values = result[arm]
            assert isinstance(values, dict)
            lines.append(f"| {result['set']} | {arm} | " + " | ".join(str(v) for v in values.values()) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=list(SCORED), choices=SCORED)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    folder = data_folder()
    if folder is None:
        print("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.", file=sys.stderr)
        return 0
    results = [measure(name, folder) for name in arguments.sets]
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "labels.json").write_text(json.dumps(results, indent=1) + "\n")
    sharing = Counter[str]()
    for result in results:
        ours = result["ours"]
        assert isinstance(ours, dict)
        sharing["pairs"] += ours["sibling_pairs"]
        sharing["shared"] += round(ours["sibling_pairs"] * ours["siblings_sharing"])
    share = sharing["shared"] / max(sharing["pairs"], 1)
    text = (
        "# Labels\n\nMade by `python -m bench.themes.labels`; what is counted is said at its head.\n\n"
        f"{table(results)}\n\nOver all sets, {sharing['shared']} of {sharing['pairs']} pairs of siblings "
        f"({share:.1%}) share a word.\n"
    )
    (arguments.out / "labels.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
