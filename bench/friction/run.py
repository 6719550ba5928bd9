"""What friction, links and funnels make of planted truth, and how they bear a million exposures.

python -m bench.friction.run [--seeds 200]      writes bench/friction/results/friction.json and .md
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.friction.large import write_large
from bench.friction.planted import KINDS, LeakRun, LinkRun, called_false, leak_run, link_run
from bench.main_job import machine

RESULTS = Path(__file__).resolve().parent / "results"
SIZES = (200, 800, 3200)
CONFOUNDERS = ("platform", "tenure", "activity")
ODDS = 4.0


def taps(seeds: int) -> list[dict[str, Any]]:
    """Share of seeds in which rage taps are called likely false, by kind and number of sessions on the screen."""
    return [
        {"kind": kind.name, "meant": kind.meant, "sessions": size,
         "called_false": sum(called_false(kind, size, seed) for seed in range(seeds)) / seeds}
        for kind in KINDS for size in SIZES
    ]  # fmt: skip


def links(seeds: int, n: int = 3000) -> list[dict[str, Any]]:
    """False links a window, by ours and by comparing everybody; power and cover for a true odds ratio."""
    rows = []
    for confounder in CONFOUNDERS:
        runs: list[LinkRun] = [link_run(seed, n, confounder, ODDS) for seed in range(seeds)]
        rows.append(
            {"confounder": confounder, "answers": n, "odds": ODDS, "found": _mean([r.found for r in runs]),
             "covers": _mean([r.covers for r in runs if r.found]),
             "windows_with_false": _mean([r.false_ours > 0 for r in runs]),
             "false_each": _mean([r.false_ours for r in runs]),
             "false_each_unadjusted": _mean([r.false_crude for r in runs])}
        )  # fmt: skip
    return rows


def leaks(seeds: int) -> list[dict[str, Any]]:
    """Leaks of a funnel found at their step, and frictions blamed for nothing."""
    rows = []
    for size in SIZES:
        for leak in (0.0, 0.2, 0.4):
            runs: list[LeakRun] = [leak_run(seed, size, leak) for seed in range(seeds)]
            rows.append(
                {"sessions": size, "leak": leak, "found": _mean([r.found for r in runs]),
                 "funnels_with_false": _mean([r.false > 0 for r in runs]),
                 "covers": _mean([r.covers for r in runs if r.covers is not None])}
            )  # fmt: skip
    return rows


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _or_none(share: float | None) -> str:
    return "too few to say" if share is None else f"{share:.2f}"


def report(found: dict[str, Any]) -> str:
    """The results as Markdown."""
    on = found["machine"]
    lines = [
        "# Friction, links and funnels, measured", "",
        f"`python -m bench.friction.run --seeds {found['seeds']}` on {on['processor']}, {found['seeds']} seeds a row.",
        "",
        "## Rage taps called likely false", "",
        "| kind | sessions on the screen | called likely false |", "|---|---|---|",
        *(f"| {r['kind']} | {r['sessions']:,} | {r['called_false']:.3f} |" for r in found["taps"]), "",
        "## Links under confounding", "",
        f"12 themes and 8 frictions; only one pair is truly tied (odds ratio {ODDS:g}), all go with the confounder.",
        "",
        "| confounder | answers | true link found | its interval covers | windows with a false link | false links a "
        "window | the same, everybody compared with everybody |", "|---|---|---|---|---|---|---|",
        *(f"| {r['confounder']} | {r['answers']:,} | {r['found']:.2f} | {r['covers']:.2f} | "
          f"{r['windows_with_false']:.2f} | {r['false_each']:.2f} | {r['false_each_unadjusted']:.1f} |"
          for r in found["links"]), "",
        "## Leaks of a funnel", "",
        "| sessions | leak | found at its step | funnels with a false blame | interval covers |",
        "|---|---|---|---|---|",
        *(f"| {r['sessions']:,} | {r['leak']:.1f} | {r['found']:.2f} | {r['funnels_with_false']:.2f} | "
          f"{_or_none(r['covers'])} |" for r in found["leaks"]), "",
        "## A million exposures", "",
        "200,000 sessions, 10,000 of them one user's, 5,000 answers; peak memory of the reading process so far.", "",
        "| question | seconds | peak MB |", "|---|---|---|",
        *(f"| {r['question']} | {r['seconds']:.2f} | {r['peak_mb']:.0f} |" for r in found["large"]), "",
    ]  # fmt: skip
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    seeds = parser.parse_args(arguments).seeds
    with tempfile.TemporaryDirectory() as folder:
        write_large(Path(folder))
        reading = [sys.executable, "-m", "bench.friction.large", folder]
        large = json.loads(subprocess.run(reading, check=True, capture_output=True).stdout)
    found = {
        "seeds": seeds, "machine": machine(), "taps": taps(seeds), "links": links(seeds), "leaks": leaks(seeds),
        "large": large,
    }  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "friction.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    (RESULTS / "friction.md").write_text(report(found), encoding="utf-8")
    sys.stdout.write(report(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
