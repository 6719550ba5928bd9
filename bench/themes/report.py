"""results/ours.json and results/peers.json as results/themes.md: one table, ours beside the peers.

python -m bench.themes.report
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).resolve().parent / "results"
COLUMNS = ("k", "k_over_gold", "unassigned", "ami", "ari", "bcubed_f1", "mapped_f1", "seconds")
TITLES = ("K", "K ÷ gold", "unassigned", "AMI", "ARI", "B-cubed F1", "mapped F1", "seconds")


def cell(rows: list[dict[str, Any]], key: str) -> str:
    """The mean over the rows, with lowest and highest where they differ; a dash where there is none."""
    values = [float(row[key]) for row in rows if row.get(key) is not None]
    if not values:
        return "–"
    digits = 0 if key in ("k", "seconds") else 2 if key in ("k_over_gold", "unassigned") else 3
    mean, low, high = float(np.mean(values)), min(values), max(values)
    spread = "" if high - low < 0.5 * 10**-digits or key == "seconds" else f" ({low:.{digits}f}–{high:.{digits}f})"
    return f"{mean:.{digits}f}{spread}"


def table(rows: list[dict[str, Any]]) -> list[str]:
    """A Markdown table: one line a set and arm."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if "failed" not in row:
            groups.setdefault((row["set"], row["whose"], row["arm"]), []).append(row)
    lines = ["| set | arm | fits | " + " | ".join(TITLES) + " |", "|---|---|" + "---:|" * (len(TITLES) + 1)]
    for (name, whose, arm), held in sorted(
        groups.items(), key=lambda item: (item[0][0], item[0][1] != "ours", item[0])
    ):
        shown = f"**ours, {arm}**" if whose == "ours" and "k-means" not in arm else arm
        lines.append(f"| {name} | {shown} | {len(held)} | " + " | ".join(cell(held, key) for key in COLUMNS) + " |")
    return lines


def steadiness(held: dict[str, Any]) -> list[str]:
    """What must not change, and how far the themes of two overlapping samples agree."""
    lines = [
        "| set | row order shuffled | fit = single | two seeds (ARI) | clinc150 out of scope (AUROC) |",
        "|---|---:|---:|---:|---:|",
    ]
    for one in held.get("steady", []):
        outside = f"{one['out_of_scope_auroc']:.3f}" if "out_of_scope_auroc" in one else "–"
        lines.append(
            f"| {one['set']} | {one['order_agreement']:.3f} | {one['single_agreement']:.3f} | {one['seed_ari']:.3f} "
            f"| {outside} |"
        )
    lines += ["", "| set | pairs of samples | mean ARI | least |", "|---|---:|---:|---:|"]
    for one in held.get("samples", []):
        lines.append(f"| {one['set']} | {one['pairs']} | {one['mean']:.3f} | {one['least']:.3f} |")
    return lines


def page(ours: dict[str, Any], peers: dict[str, Any] | None, tried: list[dict[str, str]]) -> str:
    """The whole page."""
    about = ours["machine"]
    rows = [row | {"whose": "ours"} for row in ours["rows"]]
    if peers is not None:
        rows += [row | {"whose": "peer"} for row in peers["rows"]]
    lines = [
        "# Themes against labels, ours beside what others make of the same vectors",
        "",
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}, {ours['date']}. Made by "
        "`python -m bench.themes.run`, `python -m bench.themes.peers` and `python -m bench.themes.report`. Every "
        "document is scored; one without a theme is a group of its own in AMI and ARI. K counts system themes too. "
        "Fits of ours beyond the first have another seed and leave out a random 5 % of the texts. Seconds were taken "
        "on a machine that did other work as well: they compare nothing.",
        "",
        *table(rows),
        "",
        "## What must not change",
        "",
        "Two seeds: two fits of the same texts, every opinion compared. Samples: fits with other seeds on other random "
        "95 % of the texts.",
        "",
        *steadiness(ours),
    ]
    if tried:
        lines += ["", "## What was tried", "", *[f"- {one['what']}: {one['result']}" for one in tried]]
    return "\n".join(lines) + "\n"


def read(name: str) -> Any:
    """The results called `name`, or None."""
    file = RESULTS / name
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def main() -> None:
    """Write results/themes.md."""
    text = page(read("ours.json"), read("peers.json"), read("tried.json") or [])
    (RESULTS / "themes.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
