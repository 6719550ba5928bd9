"""What people use instead, on the labelled sets: BERTopic as it comes, BERTopic tuned, and KeyNMF.

    python -m bench.themes.peers --make-env /tmp/peers     makes the environment of peers.txt, then runs
    python -m bench.themes.peers --env /tmp/peers [--sets banking77 ...] [--arms ...] [--seeds 5]

Whole documents, as these tools are used, with the very vectors of our own whole-document arm; every document is
scored, by measure.py. Rows that are there already are kept, so a run can be broken off and taken up again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.main_job import machine
from bench.themes.measure import ami, ari, bcubed, mapped_f1
from bench.themes.peer_models import ARMS, slug
from bench.themes.sets import WORKSPACE, Documents, data_folder, load

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "peers.json"
SETS = ("fabsa_dev", "nhs_phase1", "airline", "banking77", "steam")


def make_environment(folder: Path) -> Path:
    """A virtual environment with peers.txt in it; its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(HERE / "peers.txt")], check=True)
    return python


def lay_out(folder: Path, texts: Sequence[str], gold_count: int) -> None:
    """Texts, vectors and vocabulary for the peers: the encoder runs here, never there."""
    from sklearn.feature_extraction.text import CountVectorizer

    from analyst.core.settings import load_settings
    from analyst.themes.opinions import embedding_text
    from embeddings import embed_texts, open_encoder

    settings = load_settings(workspace=WORKSPACE)
    encoder = open_encoder(settings.encoder, settings.cache)
    words = CountVectorizer(min_df=10, stop_words="english").fit(texts).get_feature_names_out().tolist()
    forms = [embedding_text(text) or text for text in texts]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "texts.json").write_text(json.dumps(list(texts)), encoding="utf-8")
    (folder / "words.json").write_text(json.dumps(words), encoding="utf-8")
    (folder / "k.json").write_text(json.dumps(gold_count), encoding="utf-8")
    np.save(folder / "vectors.npy", embed_texts(forms, encoder, settings.cache))
    np.save(folder / "words.npy", embed_texts(words, encoder, settings.cache))


def run_jobs(python: Path, jobs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What peer_models.py says of each job, as it comes. Raises RuntimeError when its process ends badly."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as listed:
        json.dump(jobs, listed)
        listed.flush()
        command = [str(python), str(HERE / "peer_models.py"), listed.name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                yield json.loads(line)
        if process.returncode:
            raise RuntimeError(f"The peers' process ended with {process.returncode}.")


def scored(documents: Documents, labels: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, Any]:
    """Every measure that the set allows, all documents counted; an outlier has no theme."""
    one = ["none" if label < 0 else str(label) for label in labels.tolist()]
    sets = [frozenset({label}) - {"none"} for label in one]
    count = len(set(one) - {"none"})
    found: dict[str, Any] = {
        "k": count,
        "k_over_gold": round(count / documents.gold_count, 3),
        "unassigned": round(one.count("none") / len(one), 4),
        "ami": round(ami(documents.labels, one), 4),
        "ari": round(ari(documents.labels, one), 4),
    }
    if documents.several:
        precision, recall, f1 = bcubed(documents.gold, sets)
        found |= {"bcubed_p": round(precision, 4), "bcubed_r": round(recall, 4), "bcubed_f1": round(f1, 4)}
        found["mapped_f1"] = round(mapped_f1(documents.gold, sets), 4)
    return found


def measure(python: Path, names: Sequence[str], arms: Sequence[str], seeds: int, out: Path, data: Path) -> None:
    """Run what `out` does not hold yet, seed by seed, and write each row as it comes."""
    held: dict[str, Any] = json.loads(out.read_text()) if out.exists() else {"rows": []}
    there = {(row["set"], row["arm"], row["seed"]) for row in held["rows"]}
    documents = {name: load(name, data) for name in names}
    with tempfile.TemporaryDirectory(prefix="undertone-peers-") as scratch:
        for name, one in documents.items():
            lay_out(Path(scratch) / name, one.texts, one.gold_count)
        jobs = [
            {"set": name, "folder": str(Path(scratch) / name), "arm": arm, "seed": seed}
            for seed in range(seeds)
            for name in names
            for arm in arms
            if (name, arm, seed) not in there
        ]
        for done in run_jobs(python, jobs):
            folder = Path(done.pop("folder"))
            row = {key: done[key] for key in ("set", "arm", "seed")} | {"unit": "documents"}
            if "failed" not in done:
                row |= scored(documents[done["set"]], np.load(folder / slug(done["arm"], done["seed"])))
            held = {
                "date": datetime.now(UTC).date().isoformat(),
                "machine": machine(),
                "requirements": [r for r in (HERE / "peers.txt").read_text().splitlines() if r and r[0] != "#"],
                "rows": [*held["rows"], {**row, **{k: v for k, v in done.items() if k not in row}}],
            }
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
            print(json.dumps(held["rows"][-1]), file=sys.stderr, flush=True)


def markdown(held: dict[str, Any]) -> str:
    """The rows as a table: mean over the seeds, with the lowest and the highest."""
    about = held["machine"]
    lines = [
        "# Peers on the labelled sets",
        "",
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}, {held['date']}; "
        f"{', '.join(held['requirements'][:2])}. Made by `python -m bench.themes.peers`. Whole documents, the vectors "
        "of our whole-document arm, every document scored, outliers as one group more. Mean over the seeds "
        "(lowest to highest).",
        "",
        "| set | peer | seeds | K | K ÷ gold | unassigned | AMI | ARI | B-cubed F1 | mapped F1 | seconds |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    cells: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in held["rows"]:
        cells.setdefault((row["set"], row["arm"]), []).append(row)
    for (name, arm), rows in sorted(cells.items()):
        fine = [row for row in rows if "failed" not in row]
        if not fine:
            lines.append(f"| {name} | {arm} | 0 | failed: {rows[0]['failed']} |" + " |" * 7)
            continue
        told = [_spread(fine, key) for key in ("ami", "ari", "bcubed_f1", "mapped_f1")]
        lines.append(
            f"| {name} | {arm} | {len(fine)} | {_mean(fine, 'k'):.0f} | {_mean(fine, 'k_over_gold'):.1f} "
            f"| {_mean(fine, 'unassigned'):.2f} | {' | '.join(told)} | {_mean(fine, 'seconds'):.0f} |"
        )
    return "\n".join(lines) + "\n"


def _mean(rows: list[dict[str, Any]], key: str) -> float:
    return float(np.mean([row[key] for row in rows]))


def _spread(rows: list[dict[str, Any]], key: str) -> str:
    if key not in rows[0]:
        return "–"
    values = [row[key] for row in rows]
    return f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", type=Path, help="folder of the peers' environment")
    parser.add_argument("--make-env", type=Path, help="make it there first")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=list(ARMS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    data = data_folder()
    if data is None:
        print("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.", file=sys.stderr)
        return 0
    if arguments.make_env:
        python = make_environment(arguments.make_env)
    elif arguments.env:
        python = arguments.env / "bin" / "python"
    else:
        parser.error("say where the peers' environment is: --env DIR, or --make-env DIR to make it")
    measure(python, arguments.sets, arguments.arms, arguments.seeds, arguments.out, data)
    if arguments.out.exists():
        arguments.out.with_suffix(".md").write_text(markdown(json.loads(arguments.out.read_text())), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
