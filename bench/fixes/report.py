"""results/planted.json as results/fixes.md: what was measured, with the gates beside. The gates also go into
docs/what-to-fix.md.

python -m bench.fixes.report
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.movement.report import number, table

RESULTS = Path(__file__).resolve().parent / "results"
METHOD = Path(__file__).resolve().parents[2] / "docs" / "what-to-fix.md"
BEGIN, END = "<!-- measured: written by python -m bench.fixes.report -->", "<!-- end of measured -->"
TALK = ("quiet users", "medium users", "talkative users")
BLIND = ("harm fades in a week", "harm lasts four weeks")  # what the method cannot see: reported, not gated


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _at(results: dict[str, Any], n: int) -> dict[str, dict[str, Any]]:
    return {cell["scenario"]: cell for cell in results["lifts"] if cell["n"] == n}


def gates(results: dict[str, Any]) -> list[str]:
    """Each gate, what was measured, and whether it holds."""
    rows: list[tuple[str, str, str, bool]] = []
    for n in sorted({cell["n"] for cell in results["lifts"]}):
        cells = _at(results, n)
        label = f"{n:,} answers"
        for name in (name for name in TALK if name in cells):
            fitted = cells[name]["troubles"][0]["fitted"]
            rows.append((
                f"bias of lift, truth +5.0, {name}, {label}", "within ±.5", _signed(fitted["bias"]),
                abs(fitted["bias"]) <= 0.5,
            ))  # fmt: skip
        seen = [c for name, c in cells.items() if name not in BLIND]
        for part, what in (("fitted", "before any is picked"), ("told", "of those listed")):
            covers = [
                (t[part]["cover"], t[part]["seeds"], f"{c['scenario']}: {t['screen']}")
                for c in seen for t in c["troubles"] if t["truth"] > 0 and t[part]
            ]  # fmt: skip
            mean = sum(cover * k for cover, k, _ in covers) / sum(k for _, k, _ in covers)
            worst = min(covers)
            rows.append((
                f"95 % interval covers, {what}, {label}", "≥ .90",
                f"{number(mean, 3)} (worst {number(worst[0], 3)}, {worst[2]})", mean >= 0.90,
            ))  # fmt: skip
        decoys = list(cells["decoys only"]["troubles"]) if "decoys only" in cells else []
        if decoys:
            worst_decoy = max(decoys, key=lambda t: t["given_a_lift"])
            rows.append((
                f"decoy given a lift whose interval excludes 0, {label}", "≤ .06",
                f"{number(worst_decoy['given_a_lift'], 3)} (the worst of {len(decoys)}, "
                f"{cells['decoys only']['seeds']:,} seeds)", worst_decoy["given_a_lift"] <= 0.06,
            ))  # fmt: skip
        for cell in (c for c in results["rankings"] if c["n"] == n):
            what = f"{cell['scenario']}, {label}"
            rows += [
                (f"Spearman with true lift ÷ effort, {what}", "≥ .8", number(cell["spearman"], 3),
                 cell["spearman"] >= 0.8),
                (f"top-3 recall, {what}", "≥ .9", number(cell["top3"], 3), cell["top3"] >= 0.9),
            ]  # fmt: skip
    return table(
        ["measure", "gate", "measured", "holds"],
        [[what, gate, found, "yes" if holds else "**no**"] for what, gate, found, holds in rows],
    )


def ways(results: dict[str, Any], n: int) -> list[str]:
    """Ours beside other ways to the lift of the first trouble: bias, RMSE (cover)."""
    cells = [c for c in _at(results, n).values() if c.get("ways")]
    names = list(dict.fromkeys(way["way"] for cell in cells for way in cell["ways"]))
    rows = []
    for cell in cells:
        first = cell["troubles"][0]
        by_name = {way["way"]: way for way in cell["ways"]}
        shown = [first["fitted"], *(by_name.get(name) for name in names)]
        rows.append([
            f"{cell['scenario']} ({number(first['truth'], 1)})",
            *(f"{_signed(m['bias'])}, {number(m['rmse'])} ({number(m['cover'])})" if m else "–" for m in shown),
        ])  # fmt: skip
    return table(["scenario (true lift)", "Undertone", *names], rows)


def troubles(results: dict[str, Any], n: int) -> list[str]:
    """Every trouble of every scenario."""
    rows = []
    for cell in _at(results, n).values():
        for t in cell["troubles"]:
            fitted, told = t["fitted"], t["told"]
            rows.append([
                f"{cell['scenario']}: {t['screen']}", number(t["truth"]), _signed(fitted["bias"] if fitted else None),
                number(fitted["rmse"] if fitted else None), number(fitted["cover"] if fitted else None),
                number(t["told_share"]), _signed(told["bias"] if told else None),
                number(told["cover"] if told else None), number(t["given_a_lift"], 3), number(t["complaint_share"]),
            ])  # fmt: skip
    header = [
        "scenario: screen", "true lift", "bias", "RMSE", "cover", "listed", "bias of those", "cover of those",
        "excludes 0", "listed from mentions",
    ]  # fmt: skip
    return table(header, rows)


def pairs(results: dict[str, Any]) -> list[str]:
    """Joint lifts of overlapping troubles."""
    rows = [
        [f"{c['scenario']}, {c['n']:,}", number(p["truth"]), number(p["mean"]), number(p["sum"]), number(p["cover"])]
        for c in results["lifts"] for p in c["pairs"]
    ]  # fmt: skip
    return table(["scenario, answers", "true joint lift", "told", "their sum", "cover"], rows)


def rankings(results: dict[str, Any]) -> list[str]:
    """The order, beside the order by mentions."""
    rows = [
        [f"{c['scenario']}, {c['n']:,}", f"{c['seeds']}", number(c["spearman"]), number(c["spearman_worst_tenth"]),
         number(c["top3"]), number(c["rank_cover"]), number(c["mentions_spearman"]), number(c["mentions_top3"])]
        for c in results["rankings"]
    ]  # fmt: skip
    header = [
        "scenario, answers", "seeds", "Spearman", "worst tenth", "top-3 recall", "true place within bounds",
        "by mentions: Spearman", "by mentions: top-3 recall",
    ]  # fmt: skip
    return table(header, rows)


def page(results: dict[str, Any]) -> str:
    """The whole report."""
    machine, runs = results["machine"], results.get("runs")
    parts = [
        "# Lifts and their order: measured",
        "Written by `python -m bench.fixes.report` from planted.json (`python -m bench.fixes.run`), "
        f"{results['date']}, {machine['processor']}, {machine['cores']} cores, Python {machine['python']}. Lifts are "
        "before realisation; one week against the four before.",
        "## Gates", "\n".join(gates(results)),
    ]  # fmt: skip
    for n in sorted({cell["n"] for cell in results["lifts"]}):
        parts += [f"## Other ways to the same lift, {n:,} answers: bias, RMSE (cover)", "\n".join(ways(results, n))]
    parts += ["## Several together", "\n".join(pairs(results)), "## The order", "\n".join(rankings(results))]
    for n in sorted({cell["n"] for cell in results["lifts"]}):
        parts += [f"## Every trouble, {n:,} answers", "\n".join(troubles(results, n))]
    if runs:
        parts += [
            "## Through whole runs",
            f"{runs['seeds']} run folders of 4,000 answers, read and ranked as the command line does: bias "
            f"{_signed(runs['bias'])} on a lift of 10.5, RMSE {number(runs['rmse'])}, cover {number(runs['cover'])}; "
            f"the planted trouble was the first fix in {100 * runs['first']:.0f} % of them.",
        ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the report, and the gates into the method's page."""
    results = json.loads((RESULTS / "planted.json").read_text(encoding="utf-8"))
    (RESULTS / "fixes.md").write_text(page(results), encoding="utf-8")
    text = METHOD.read_text(encoding="utf-8")
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    METHOD.write_text(text[:begin] + "\n" + "\n".join(gates(results)) + "\n" + text[end:], encoding="utf-8")
    sys.stdout.write(f"{RESULTS / 'fixes.md'}\n")


if __name__ == "__main__":
    main()
