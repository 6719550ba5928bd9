"""Are suggestions told from other sentences? `is_suggestion` on labelled sentences of a software forum.

    python -m bench.themes.suggestions

The folder of the data comes from UNDERTONE_PUBLIC_DATA. The rules were developed on the training part, read by a
person, and watched on the development part; the test part is scored only. Some labels
are arguable: sentences such as "Add support for ..." stand on both sides. Beside the rules stands a logistic
head over the encoder's vectors, trained on all labels of the training part: more than anybody could ship, and worse.
Writes bench/themes/results/suggestions.md and .json.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.core.settings import load_settings
from analyst.themes.opinions import embedding_text
from analyst.themes.suggestions import is_suggestion
from bench.themes.sets import WORKSPACE, data_folder
from embeddings import embed_texts, open_encoder
from eval.public import read

RESULTS = Path(__file__).with_name("results")
FILE = "suggestion_mining_software"
PARTS = ("train", "dev", "test")
Flags = NDArray[np.bool_]


def precision_recall_f1(truth: Flags, told: Flags) -> dict[str, float]:
    """Precision, recall and F1 of the suggestions, each 0..1."""
    right = int((truth & told).sum())
    precision, recall = right / max(int(told.sum()), 1), right / max(int(truth.sum()), 1)
    return {"precision": precision, "recall": recall, "f1": 2 * right / max(int(truth.sum() + told.sum()), 1)}


def head_on_vectors(texts: dict[str, list[str]], truth: dict[str, Flags]) -> dict[str, Flags]:
    """What a logistic head says of the development and test sentences; its cut is the best one on its own training."""
    from sklearn.linear_model import LogisticRegression

    settings = load_settings(workspace=WORKSPACE)
    encoder = open_encoder(settings.encoder, settings.cache)
    vectors = {
        part: embed_texts([embedding_text(t) for t in said], encoder, settings.cache) for part, said in texts.items()
    }
    model = LogisticRegression(C=3.0, max_iter=500).fit(vectors["train"], truth["train"])
    chance = {part: model.predict_proba(vectors[part])[:, 1] for part in PARTS}
    cuts = [step / 20 for step in range(2, 19)]
    best = max(cuts, key=lambda cut: precision_recall_f1(truth["train"], chance["train"] >= cut)["f1"])
    return {part: values >= best for part, values in chance.items()}


def measure(folder: Path) -> dict[str, Any]:
    """Every row of the table, and milliseconds a sentence."""
    rows = read(FILE, folder)
    texts = {part: [row["text"] for row in rows if row["split"] == part] for part in PARTS}
    truth = {
        part: np.array([row["is_suggestion"] for row in rows if row["split"] == part], dtype=bool) for part in PARTS
    }
    began = time.process_time()
    told = {part: np.array([is_suggestion(text) for text in said], dtype=bool) for part, said in texts.items()}
    cost = (time.process_time() - began) / len(rows) * 1000
    table = [{"who": "rules", "part": part, **_row(truth[part], told[part])} for part in PARTS]
    heads = head_on_vectors(texts, truth)
    table += [{"who": "head on all training labels", "part": p, **_row(truth[p], heads[p])} for p in ("dev", "test")]
    everything = np.ones(len(truth["test"]), dtype=bool)
    table.append({"who": "everything is one", "part": "test", **_row(truth["test"], everything)})
    return {"rows": table, "ms_a_sentence": round(cost, 3)}


def _row(truth: Flags, told: Flags) -> dict[str, float]:
    scores = {name: round(value, 3) for name, value in precision_recall_f1(truth, told).items()}
    return {"n": len(truth), "suggestions": int(truth.sum()), **scores}


def as_markdown(found: dict[str, Any]) -> str:
    """The page of the results."""
    lines = [
        "# Suggestions",
        "",
        "`python -m bench.themes.suggestions`: sentences of a software forum, labelled as suggestion or not.",
        "The rules were read off the training part; the test part holds far fewer suggestions, and is scored only.",
        "",
        "| who | part | sentences | suggestions | precision | recall | F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['who']} | {r['part']} | {r['n']} | {r['suggestions']} | {r['precision']:.3f} | {r['recall']:.3f} | "
        f"{r['f1']:.3f} |"
        for r in found["rows"]
    ]
    lines += ["", f"The rules take {found['ms_a_sentence']:.2f} ms a sentence.", ""]
    return "\n".join(lines)


def main() -> int:
    folder = data_folder()
    if folder is None:
        print("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.", file=sys.stderr)
        return 0
    found = measure(folder)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "suggestions.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    page = as_markdown(found)
    (RESULTS / "suggestions.md").write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
