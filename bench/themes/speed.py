"""How long do themes take on 100,000 verbatims, and what do they need? BERTopic beside them on the same vectors.

    python -m bench.themes.speed [--env PEERS] [--sizes 10000 30000 100000] [--peer-sizes 10000 30000]

The verbatims are those of fifteen public sets, taken by content hash: people's own words, about 1.5 different
opinions each. They are embedded beforehand (the cache of the bench's workspace), since the encoder's speed is
another question. Each size runs in a process of its own; memory is that process's highest resident size. CPU
seconds stand beside seconds: on a machine that does other work as well, only they compare.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.main_job import machine
from bench.themes.peers import lay_out, run_jobs
from bench.themes.sets import WORKSPACE, data_folder

RESULTS = Path(__file__).resolve().parent / "results" / "speed.json"
FILES = (
    "teams_reviews.csv.gz", "fabsa_dev", "nhs_phase1", "airline_tweets", "clap_app_reviews", "banking77", "clinc150",
    "opinosis_topics", "suggestion_mining_software", "austin_survey_comments", "mams_acsa",
    "semeval14_restaurants_sent", "steam_aspects", "iso25010_app_reviews", "semeval16_review",
)  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """The tables that `build_themes` reads; all but the responses are empty here."""

    responses: Any
    sessions: Any
    exposures: Any
    tickets: Any


def verbatims(folder: Path, count: int) -> list[str]:
    """`count` verbatims of the public sets, those of the lowest content hashes, in that order."""
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    from analyst.themes.cluster import content_hash

    texts: list[str] = []
    for name in FILES:
        if name.endswith(".gz"):
            table = pa_csv.read_csv(folder / name, parse_options=pa_csv.ParseOptions(newlines_in_values=True))
        else:
            table = pq.read_table(folder / f"{name}.parquet")
        texts += [text for text in table.column("text").to_pylist() if text and text.strip()]
    return sorted(texts, key=content_hash)[:count]


def ours(count: int, folder: Path) -> dict[str, Any]:
    """`build_themes` in this process: seconds of each stage, CPU seconds without embedding, peak memory."""
    import pyarrow as pa

    from analyst.core.settings import load_settings
    from analyst.core.tables import schema
    from analyst.themes import build_themes
    from embeddings import open_encoder

    texts = verbatims(folder, count)
    made: dict[str, list[Any]] = {"response_id": [f"r{n:06d}" for n in range(len(texts))], "text": list(texts)}
    made["language"] = ["en"] * len(texts)
    nothing = [None] * len(texts)
    responses = pa.table({f.name: pa.array(made.get(f.name, nothing), f.type) for f in schema("responses")})
    empty = (schema(name).empty_table() for name in ("sessions", "exposures", "tickets"))
    settings = load_settings(workspace=WORKSPACE)
    begun, cpu = time.perf_counter(), time.process_time()
    result = build_themes(Tables(responses, *empty), open_encoder(settings.encoder, settings.cache), settings)
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu
    stages = dict(result.stats["seconds"])
    return {
        "what": "ours",
        "verbatims": len(texts),
        "opinions": result.stats["opinions"],
        "unique_texts": result.stats["unique_texts"],
        "themes": result.stats["themes"],
        "seconds": round(seconds - stages["embedding"], 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "stages": stages,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def peers(python: Path, sizes: Sequence[int], folder: Path) -> list[dict[str, Any]]:
    """BERTopic as it comes on whole verbatims, with the same encoder's vectors; a process for each size."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="undertone-speed-") as scratch:
        for size in sizes:
            laid = Path(scratch) / str(size)
            lay_out(laid, verbatims(folder, size), 1)
            for done in run_jobs(python, [{"folder": str(laid), "arm": "BERTopic default", "seed": 0}]):
                kept = {k: v for k, v in done.items() if k in ("seconds", "cpu_seconds", "peak_mib", "failed")}
                rows.append({"what": "BERTopic default", "verbatims": size, **kept})
    return rows


def markdown(held: dict[str, Any]) -> str:
    """The rows as a page, with the ratio to BERTopic at the same size."""
    about = held["machine"]
    lines = [
        "# Themes at scale",
        "",
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}, {held['date']}; mean load while "
        f"measuring {held['load']:.1f}. Made by `python -m bench.themes.speed`. Embedding apart for both; BERTopic "
        "takes whole verbatims, we their opinions.",
        "",
        "| | verbatims | unique texts | seconds | CPU seconds | peak MiB | BERTopic's CPU seconds ÷ ours |",
        "|---|---|---|---|---|---|---|",
    ]
    mine = {row["verbatims"]: row for row in held["rows"] if row["what"] == "ours"}
    for row in held["rows"]:
        if "failed" in row:
            lines.append(f"| {row['what']} | {row['verbatims']:,} | | {row['failed']} | | | |")
            continue
        beside = mine.get(row["verbatims"])
        ratio = f"{row['cpu_seconds'] / beside['cpu_seconds']:.2f}" if beside and beside is not row else "–"
        unique = f"{row['unique_texts']:,}" if "unique_texts" in row else "–"
        lines.append(
            f"| {row['what']} | {row['verbatims']:,} | {unique} | {row['seconds']:,.0f} | {row['cpu_seconds']:,.0f} "
            f"| {row['peak_mib']:,} | {ratio} |"
        )
    lines += ["", "Seconds of each stage of ours:", ""]
    lines += [
        f"- {row['verbatims']:,} verbatims: " + ", ".join(f"{stage} {s:,.0f}" for stage, s in row["stages"].items())
        for row in mine.values()
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", type=Path, help="folder of the peers' environment; without it BERTopic is left out")
    parser.add_argument("--sizes", nargs="*", type=int, default=[10_000, 30_000, 100_000])
    parser.add_argument("--peer-sizes", nargs="*", type=int, default=[10_000, 30_000])
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)  # a size in this very process
    arguments = parser.parse_args()
    folder = data_folder()
    if folder is None:
        print("The public data sets are not here: set UNDERTONE_PUBLIC_DATA to their folder.", file=sys.stderr)
        return 0
    if arguments.one:
        print(json.dumps(ours(arguments.one, folder)))
        return 0
    held: dict[str, Any] = json.loads(arguments.out.read_text()) if arguments.out.exists() else {"rows": []}
    loads = [os.getloadavg()[0]]
    for size in arguments.sizes:
        command = [sys.executable, "-m", "bench.themes.speed", "--one", str(size)]
        _keep(held, [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)])
        loads.append(os.getloadavg()[0])
        _write(held, loads, arguments.out)
    if arguments.env:
        for size in arguments.peer_sizes:
            _keep(held, peers(arguments.env / "bin" / "python", [size], folder))
            loads.append(os.getloadavg()[0])
            _write(held, loads, arguments.out)
    return 0


def _keep(held: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Put `rows` into `held` in place of what was measured of the same before."""
    new = {(row["what"], row["verbatims"]) for row in rows}
    held["rows"] = [row for row in held["rows"] if (row["what"], row["verbatims"]) not in new] + rows


def _write(held: dict[str, Any], loads: list[float], out: Path) -> None:
    held |= {"date": datetime.now(UTC).date().isoformat(), "machine": machine(), "load": sum(loads) / len(loads)}
    held["rows"].sort(key=lambda row: (row["verbatims"], row["what"] != "ours"))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    out.with_suffix(".md").write_text(markdown(held), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
