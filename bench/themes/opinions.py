"""Are opinions cut where they should be, gated rightly, and is their sentiment right? On labelled public sets.

    python -m bench.themes.opinions

The folder of the data comes from UNDERTONE_PUBLIC_DATA. Four tables:

- **Cuts** (MAMS, training part): a logistic head, trained on the single-opinion sentences of SemEval-2014 that carry
  one label, says the aspects of each unit; a document has those of its units. Scored are aspects, and aspects with
  their sentiment (by words). Arms: whole documents, sentences, our opinions, and cuts at every marker, comma and
  "and" where praise flips to complaint or the vectors of the two sides lie farther apart than a threshold; beside
  the last, as many cuts drawn at random.
- **Gate** (FABSA; the judged list of the tests): what the system themes take, and how much of it is labelled otherwise.
- **Sentiment** (SemEval-2014 test part, MAMS test part, a half of FABSA): by words, by a head taught on the other
  part's documents with one opinion, whose labels stand in for a score, and by both. Documents of one opinion and one
  sentiment give the accuracy; documents of several sentiments give the F1 of the set of them.
- **Other languages** (ASAP, Chinese; CASA, Indonesian): how they are cut, and what is said of their sentiment.

Writes bench/themes/results/opinions.md and .json.
"""

from __future__ import annotations

import json
import operator
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.settings import load_settings
from analyst.themes.clauses import cut, sentences
from analyst.themes.opinions import embedding_text
from analyst.themes.sentiment import by_head, by_words, by_words_and_head, train_head
from analyst.themes.system import system_theme
from analyst.themes.words import guess_language
from bench.themes.candidates import Segments, segments, units
from bench.themes.sets import WORKSPACE, data_folder
from embeddings import embed_texts, open_encoder
from eval.public import Row, read

RESULTS = Path(__file__).with_name("results")
JUDGED = Path(__file__).parents[2] / "tests" / "themes" / "judged_texts.txt"
ASPECTS = {"food": "food", "staff": "service", "service": "service", "price": "price", "ambience": "ambience"}
FELT = ("positive", "negative", "neutral")
SHARE = 0.45  # chance from which a unit is given an aspect
THRESHOLDS = (0.15, 0.25, 0.35, 0.5)
SOME = 1500  # documents of MAMS that are cut in every way
Vectors = NDArray[np.float32]
_GATED = {"sys-praise": "positive", "sys-complaint": "negative", "sys-nonanswer": "neutral"}


def embedded(texts: list[str]) -> Vectors:
    """Vectors of opinions, as the product embeds them; kept in the bench's workspace."""
    settings = load_settings(workspace=WORKSPACE)
    encoder = open_encoder(settings.encoder, settings.cache)
    return embed_texts([embedding_text(text) for text in texts], encoder, settings.cache)


def parts(text: str) -> list[str]:
    """Our opinions."""
    return [text[start:end] for start, end in cut(text)]


def felt(text: str) -> str:
    """Sentiment by words, as the product says it without a head."""
    return _GATED.get(system_theme(text) or "", by_words(text))


def f1(right: float, told: float, asked: float) -> float:
    """F1 from counts."""
    return 2 * right / max(told + asked, 1)


# --- cuts ---------------------------------------------------------------------------------------------------------


def cuts(folder: Path) -> dict[str, Any]:
    """The table of the arms, and how many texts the vectors of candidate sides add."""
    from sklearn.linear_model import LogisticRegression

    taught = [
        (row["text"], row["labels"][0])
        for row in read("semeval14_restaurants_sent", folder)
        if row["split"] == "train" and len(row["labels"]) == 1 and len(cut(row["text"])) == 1
    ]
    head = LogisticRegression(C=10, max_iter=500)
    head.fit(embedded([text for text, _ in taught]), [label for _, label in taught])
    rows = [row for row in read("mams_acsa", folder) if row["split"] == "train"][:SOME]
    texts = [row["text"] for row in rows]
    gold = [_pairs(row) for row in rows]

    def score(name: str, made: list[list[str]]) -> Row:
        return {"arm": name, **_aspect_scores(head, made, gold)}

    pieces = [segments(text) for text in texts]
    flat = [text for one in pieces for sentence in one for text in sentence.texts]
    vectors = embedded(flat)
    near = _neighbours(pieces, vectors)
    table = [
        score("whole documents", [[text] for text in texts]),
        score("sentences", [[text[a:b] for a, b in sentences(text)] for text in texts]),
        score("opinions (ours)", [parts(text) for text in texts]),
    ]
    for bound in THRESHOLDS:
        table.append(
            score(f"every candidate, cosine under {bound}", _joined(pieces, near, partial(operator.gt, bound)))
        )
    for share in (0.2, 0.4, 0.6):
        table.append(score(f"every candidate, {share:.0%} at random", _joined(pieces, near, _drawn(share))))
    table.append(score("every candidate", _joined(pieces, near, lambda _: True)))
    ours = {text for row in texts for text in parts(row)}
    return {"rows": table, "more_texts_a_document": round(len(set(flat) - ours) / len(texts), 2)}


def _joined(
    pieces: list[list[Segments]], near: list[list[list[float]]], apart: Callable[[float], bool]
) -> list[list[str]]:
    return [units(one, close, apart) for one, close in zip(pieces, near, strict=True)]


def _drawn(share: float) -> Callable[[float], bool]:
    random = np.random.default_rng(0)
    return lambda _: bool(random.random() < share)


def _pairs(row: Row) -> set[tuple[str, str]]:
    said = (label.rsplit(":", 1) for label in row["label_sentiments"])
    return {(ASPECTS[aspect], feeling) for aspect, feeling in said if aspect in ASPECTS}


def _neighbours(pieces: list[list[Segments]], vectors: Vectors) -> list[list[list[float]]]:
    """The cosine of each segment with the one before it, by document and sentence (the first has none)."""
    found: list[list[list[float]]] = []
    at = 0
    for document in pieces:
        found.append([])
        for sentence in document:
            rows = vectors[at : at + len(sentence.texts)]
            at += len(sentence.texts)
            found[-1].append([float(a @ b) for a, b in pairwise(rows)])
    return found


def _aspect_scores(head: Any, made: list[list[str]], gold: list[set[tuple[str, str]]]) -> Row:
    flat = [unit for document in made for unit in document]
    chances = head.predict_proba(embedded(flat))
    count: Counter[str] = Counter()
    at = 0
    for document, truth in zip(made, gold, strict=True):
        told = set()
        for unit, row in zip(document, chances[at : at + len(document)], strict=True):
            told |= {
                (str(aspect), felt(unit))
                for aspect, chance in zip(head.classes_, row, strict=True)
                if aspect in ASPECTS.values() and chance >= SHARE
            }
        at += len(document)
        mine, asked = {aspect for aspect, _ in told}, {aspect for aspect, _ in truth}
        count.update(pr=len(told & truth), pt=len(told), pa=len(truth))
        count.update(ar=len(mine & asked), at=len(mine), aa=len(asked))
    return {
        "units": round(len(flat) / len(made), 2),
        "words": round(sum(len(unit.split()) for unit in flat) / len(flat), 1),
        "precision": round(count["ar"] / max(count["at"], 1), 3),
        "recall": round(count["ar"] / max(count["aa"], 1), 3),
        "aspects_f1": round(f1(count["ar"], count["at"], count["aa"]), 3),
        "with_sentiment_f1": round(f1(count["pr"], count["pt"], count["pa"]), 3),
    }


# --- gate ---------------------------------------------------------------------------------------------------------


def gate(folder: Path) -> dict[str, Any]:
    """What the gate takes of FABSA and of the judged list."""
    rows = read("fabsa_dev", folder)
    taken = [row for row in rows if len(cut(row["text"])) == 1 and system_theme(row["text"])]
    general = "company-brand.general-satisfaction"
    said = [{label for label in row["labels"] if label != general} for row in taken]
    # "Great app" is app-website to these annotators and "the best" competitor: ways of labelling, not subjects.
    manners = {"online-experience.app-website", "company-brand.competitor"}
    judged = _judged()
    mine = [(expected, system_theme(text)) for expected, text in judged]
    right = sum(expected == found for expected, found in mine if found)
    return {
        "fabsa_comments": len(rows),
        "fabsa_taken": len(taken),
        "fabsa_with_another_label": sum(bool(one) for one in said),
        "fabsa_with_another_subject": sum(bool(one - manners) for one in said),
        "judged": len(judged),
        "judged_precision": round(right / max(sum(found is not None for _, found in mine), 1), 4),
        "judged_recall": round(right / sum(expected != "subject" for expected, _ in mine), 4),
    }


def _judged() -> list[tuple[str, str]]:
    found, expected = [], ""
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        if line.startswith("<") and line.endswith(">"):
            expected = line[1:-1]
        elif line and not line.startswith("# "):
            found.append((expected, line))
    return found


# --- sentiment ----------------------------------------------------------------------------------------------------

SENTIMENT_SETS: dict[str, Callable[[Row], bool]] = {
    "semeval14_restaurants_sent": lambda row: row["split"] == "train",
    "mams_acsa": lambda row: row["split"] == "train",
    "fabsa_dev": lambda row: zlib.crc32(row["text"].encode()) % 2 == 0,
}


def sentiment(name: str, folder: Path) -> list[Row]:
    """One row for each way of telling sentiment, on the part of the set that taught nothing."""
    rows = read(name, folder)
    teaches = SENTIMENT_SETS[name]
    taught = [
        (alone[0], _score(row))
        for row in rows
        if teaches(row) and len(alone := parts(row["text"])) == 1 and not system_theme(alone[0])
    ]
    head = train_head(embedded([text for text, _ in taught]), np.array([y for _, y in taught]))
    scored = [row for row in rows if not teaches(row)]
    made = [parts(row["text"]) for row in scored]
    flat = [text for document in made for text in document]
    vectors = embedded(flat)
    ways: dict[str, list[str]] = {
        "words": [by_words(text) for text in flat],
        "head": list(by_head(head, vectors)),
        "words and head": list(by_words_and_head(flat, head, vectors)),
    }
    gates = [_GATED.get(system_theme(text) or "") for text in flat]
    table = []
    for way, told in ways.items():
        heard = [gated or said for gated, said in zip(gates, told, strict=True)]
        table.append({"set": name, "by": way, **_feeling_scores(scored, made, heard)})
    return table


def _score(row: Row) -> float:
    """+100, 0 or -100 by what most labels say."""
    worth = {"positive": 1, "negative": -1}
    values = [worth.get(label.rsplit(":", 1)[1], 0) for label in row["label_sentiments"]]
    mean = sum(values) / len(values)
    return 100.0 if mean > 1 / 3 else -100.0 if mean < -1 / 3 else 0.0


def _feeling_scores(rows: list[Row], made: list[list[str]], told: list[str]) -> Row:
    pairs: Counter[tuple[str, str]] = Counter()
    several: Counter[str] = Counter()
    at = 0
    for row, one in zip(rows, made, strict=True):
        mine, at = told[at : at + len(one)], at + len(one)
        truth = {label.rsplit(":", 1)[1] for label in row["label_sentiments"]} & set(FELT)
        if len(truth) == 1 and len(one) == 1:
            pairs[next(iter(truth)), mine[0]] += 1
        elif len(truth) > 1:
            several.update(right=len(truth & set(mine)), told=len(set(mine)), asked=len(truth))
    total = sum(pairs.values())
    by_class = [
        f1(
            pairs[c, c],
            sum(n for (_, said), n in pairs.items() if said == c),
            sum(n for (true, _), n in pairs.items() if true == c),
        )
        for c in FELT
    ]
    return {
        "n": total,
        "accuracy": round(sum(pairs[c, c] for c in FELT) / total, 3) if total else None,
        **{c: round(value, 3) if total else None for c, value in zip(FELT, by_class, strict=True)},
        "macro_f1": round(sum(by_class) / 3, 3) if total else None,
        "unknown": round(sum(n for (_, said), n in pairs.items() if said == "unknown") / total, 3) if total else None,
        "several_f1": round(f1(several["right"], several["told"], several["asked"]), 3),
    }


# --- other languages ----------------------------------------------------------------------------------------------


def languages(folder: Path) -> list[Row]:
    """How comments of a language without a list of markers are cut."""
    table = []
    for name in ("asap_zh_sample", "casa_id_cars"):
        rows = read(name, folder)
        spoken = [guess_language(row["text"]) for row in rows]
        made = [
            [row["text"][a:b] for a, b in cut(row["text"], tongue)] for row, tongue in zip(rows, spoken, strict=True)
        ]
        flat = [text for one in made for text in one]
        known = Counter(spoken).most_common(1)[0]
        table.append(
            {
                "set": name,
                "comments": len(rows),
                "guessed": f"{known[0]} {known[1] / len(rows):.0%}",
                "opinions": round(len(flat) / len(rows), 2),
                "characters": round(sum(map(len, flat)) / len(flat), 1),
                "longest": max(map(len, flat)),
            }
        )
    return table


# --- the page -----------------------------------------------------------------------------------------------------


def _table(rows: Iterable[Row], heads: dict[str, str]) -> list[str]:
    lines = ["| " + " | ".join(heads.values()) + " |", "|" + "---|" * len(heads)]
    return lines + ["| " + " | ".join("" if r[k] is None else str(r[k]) for k in heads) + " |" for r in rows]


def as_markdown(found: dict[str, Any]) -> str:
    """The page of the results."""
    judged = found["gate"]
    plain = {"positive": "F1 +", "negative": "F1 −", "neutral": "F1 0", "macro_f1": "macro F1", "unknown": "unknown"}
    lines = ["# Opinions", "", "`python -m bench.themes.opinions`", "", f"## Cuts (MAMS, {SOME} documents)", ""]
    heads = {"arm": "arm", "units": "units a document", "words": "words a unit", "precision": "aspect precision"}
    heads |= {"recall": "recall", "aspects_f1": "F1", "with_sentiment_f1": "F1 of aspect with sentiment"}
    lines += _table(found["cuts"]["rows"], heads)
    lines += [
        "",
        "Compare arms with about as many units: cutting where the two sides' vectors lie apart is hardly better than",
        "cutting at random, and to embed the sides takes",
        f"{found['cuts']['more_texts_a_document']} more texts a document. So the product cuts by rules.",
        "Cutting everywhere scores best here and reads worst: units of nine words are fragments to a person.",
        "",
        "## Gate",
        "",
        f"- FABSA: {judged['fabsa_taken']} of {judged['fabsa_comments']} comments taken;",
        f"  {judged['fabsa_with_another_label']} carry a label beside general satisfaction, because these",
        "  annotators call 'great app' app-website and 'the best' competitor;",
        f"  {judged['fabsa_with_another_subject']} carry any other label. One that did ('Good in time') was seen here",
        "  when the gate was last mended, so punctuality no longer counts as bare praise.",
        f"- The judged list (tests/themes/judged_texts.txt, {judged['judged']} comments in a dozen languages):",
        f"  precision {judged['judged_precision']:.3f}, recall {judged['judged_recall']:.3f}. The rules were mended",
        "  on this list, so these two say that it is kept, not how well a new list would do.",
        "",
        "## Sentiment",
        "",
    ]
    heads = {"set": "set", "by": "by", "n": "single opinions", "accuracy": "accuracy", **plain}
    lines += _table(found["sentiment"], heads | {"several_f1": "F1, several sentiments"})
    lines += [
        "",
        "MAMS has no document of one sentiment. A head is taught good and bad, never neutral: words must know that.",
        "",
        "## Other languages",
        "",
    ]
    heads = {"set": "set", "comments": "comments", "guessed": "language guessed", "opinions": "opinions a comment"}
    lines += _table(found["languages"], heads | {"characters": "characters an opinion", "longest": "longest"})
    lines += [
        "",
        "Sentences only, by punctuation. Their sentiment is `unknown` unless a run's own scores teach it.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    folder = data_folder()
    if folder is None:
        print("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.", file=sys.stderr)
        return 0
    found = {
        "cuts": cuts(folder),
        "gate": gate(folder),
        "sentiment": [row for name in SENTIMENT_SETS for row in sentiment(name, folder)],
        "languages": languages(folder),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "opinions.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    page = as_markdown(found)
    (RESULTS / "opinions.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
