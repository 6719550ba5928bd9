"""results/planted.json and results/real.json as results/movement.md: what was measured, with the gates beside. The
gates also go into docs/why-it-moved.md.

python -m bench.movement.report
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.movement.scenarios import BY_NAME

RESULTS = Path(__file__).resolve().parent / "results"
METHOD = Path(__file__).resolve().parents[2] / "docs" / "why-it-moved.md"
BEGIN, END = "<!-- measured: written by python -m bench.movement.report -->", "<!-- end of measured -->"
SIZE = 20_000


def number(value: float | None, digits: int = 2) -> str:
    """A figure, or a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table whose first column is text."""
    ruler = ["---", *["---:"] * (len(header) - 1)]
    return ["| " + " | ".join(cells) + " |" for cells in (header, ruler, *rows)]


def gates(cells: list[dict[str, Any]], real: dict[str, Any] | None) -> list[str]:
    """Each gate, what was measured, and whether it holds."""
    at = {c["scenario"]: c for c in cells if c["n"] == SIZE}
    decided = [c for c in at.values() if c["decided"]]
    causes = [c for c in decided if c["causes"]]
    worst = min(decided, key=lambda c: c["verdict_right"])
    mean = sum(c["verdict_right"] for c in decided) / len(decided)
    named = sum(c["signs"] for c in causes)
    signs = sum(c["signs"] * (c["sign_right"] or 0) for c in causes) / named
    size = {c["scenario"]: c["size_error"] for c in causes}
    cover = {c["scenario"]: c["effect_cover"] for c in causes}
    largest, low, high = (
        max(size, key=size.__getitem__),
        min(cover, key=cover.__getitem__),
        max(cover, key=cover.__getitem__),
    )
    hits = sum((c["effect_cover"] or 0) * c["runs"] for c in causes) / sum(c["runs"] for c in causes)
    ledger = max(c["ledger_error"] for c in cells)
    rows: list[tuple[str, str, str, bool]] = [
        ("exact-segment F1, two-way", "≥ .95", number(at["two_way"]["f1"], 3), at["two_way"]["f1"] >= 0.95),
        ("exact-segment F1, three-way", "≥ .90", number(at["three_way"]["f1"], 3), at["three_way"]["f1"] >= 0.90),
    ]
    for name in (c["scenario"] for c in decided if c["runs"] >= 1000 and not c["causes"]):
        found = at[name]
        rows.append((
            f"a cause named, {name}", "upper 95 % bound ≤ .07",
            f"{number(found['wrong_name'], 3)} of {found['runs']:,} (bound {number(found['wrong_name_upper'], 3)})",
            found["wrong_name_upper"] <= 0.07,
        ))  # fmt: skip
    rows += [
        ("verdict right, mean of scenarios", "≥ .90", number(mean, 3), mean >= 0.90),
        (f"verdict right, worst scenario ({worst['scenario']})", "≥ .90", number(worst["verdict_right"], 3),
         worst["verdict_right"] >= 0.90),
        ("ledger adds up, largest error of any run", "< 1e-9 points", f"{ledger:.0e}", ledger < 1e-9),
        ("sign right among named, weeks with a cause", "≥ .97", f"{number(signs, 3)} of {named:,}", signs >= 0.97),
        ("size error, mean of scenarios", "≤ 3 points", number(sum(size.values()) / len(size)),
         sum(size.values()) / len(size) <= 3),
        (f"size error, worst scenario ({largest})", "≤ 3 points", number(size[largest]), size[largest] <= 3),
        ("interval of the effect covers it", ".92–.97", f"{number(hits, 3)} (from {number(cover[low], 3)}, {low}, to "
         f"{number(cover[high], 3)}, {high})", 0.92 <= hits <= 0.97),
    ]  # fmt: skip
    for name in ("new_release", "new_release_one"):
        share = at[name]["release_named"]
        rows.append((f"{name} named as the release", "≥ .9", number(share, 3), share >= 0.9))
    if real:
        for row, limit in zip(real["seconds"], (2, 5), strict=True):
            slowest = max(row["seconds"])
            rows.append((
                f"{row['n']:,} answers, nine independent dimensions, slowest of {len(row['seconds'])}", f"≤ {limit} s",
                f"{slowest:.1f} s", slowest <= limit,
            ))  # fmt: skip
    return table(
        ["measure, at 20,000 answers unless said", "gate", "measured", "holds"],
        [[what, gate, found, "yes" if holds else "**no**"] for what, gate, found, holds in rows],
    )


def scenarios(cells: list[dict[str, Any]], n: int) -> list[str]:
    """One row a scenario at one size."""
    rows = []
    for c in [c for c in cells if c["n"] == n]:
        rows.append([
            c["scenario"], c["true_verdict"], f"{c['runs']:,}", number(c["verdict_right"]), number(c["f1"]),
            number(c["alike_recall"]), number(c["wrong_name"], 3), number(c["size_error"], 1),
            number(c["size_bias"], 1), number(c["effect_cover"]), number(c["change_cover"]),
            f"{c['seconds_median']:.2f}",
        ])  # fmt: skip
    header = [
        "scenario", "true verdict", "runs", "verdict right", "exact F1", "Jaccard ≥ .8", "names a wrong one",
        "size error", "size bias", "effect covered", "change covered", "s",
    ]  # fmt: skip
    return table(header, rows)


def beside(results: dict[str, Any]) -> list[str]:
    """Undertone beside what else there is, on the same answers."""
    at = {c["scenario"]: c for c in results["cells"] if c["n"] == SIZE}
    peer: dict[tuple[str, str], dict[str, Any]] = {(r["scenario"], r["method"]): r for r in results["peers"]}
    methods = list(dict.fromkeys(r["method"] for r in results["peers"]))
    rows = []
    for row in results["beside"]:
        name, mine = row["scenario"], at[row["scenario"]]
        found = [name, number(mine["f1"]) if mine["causes"] else f"names one: {number(mine['wrong_name'])}"]
        found += [number(row["naive_f1"]), number(row["z_f1"]), f"{row['z_beyond_1.96']:.0f}"]
        for method in methods:
            theirs = peer[name, method]
            if not theirs["runs"]:
                found.append("failed")
            elif mine["causes"]:
                found.append(number(theirs["f1"]) + (f" ({theirs['failed']} failed)" if theirs["failed"] else ""))
            else:
                found.append(f"names one: {number(theirs['names_any'])}")
        rows.append(found)
    header = [
        "scenario",
        "undertone why",
        "naive contribution @k",
        "uncorrected z @k",
        "segments beyond z = 1.96",
        *methods,
    ]
    return table(header, rows)


def airlines(found: dict[str, Any]) -> list[str]:
    """The real Sunday."""
    low, high = found["interval"]
    how = f" {found['how'].replace('_', ' ')}" if found["how"] else ""
    return [
        f"Verdict: {found['verdict']}{how}. Score {found['now']:+.1f} against {found['before']:+.1f}: change "
        f"{found['change']:+.1f} ({low:+.1f} to {high:+.1f}), {found['answers_now']:,} tweets of {found['n']:,}; "
        f"{found['checked']} segments checked.",
        "",
        *table(
            ["ledger", "points", "95 % interval"],
            [[f"{t['kind']}: {t['label']}", f"{t['points']:+.1f}", f"{t['low']:+.1f} to {t['high']:+.1f}"]
             for t in found["ledger"]],
        ),
        "",
        *table(
            ["segment", "extra change", "95 % interval", "own change", "share"],
            [[s["where"], f"{s['effect']:+.1f}", f"{s['interval'][0]:+.1f} to {s['interval'][1]:+.1f}",
              f"{s['own_change']:+.1f}", f"{s['share']:.0%}"] for s in found["segments"]],
        ),
        "",
        *table(
            ["labelled reason", "share", "before", "talked about more", "hurts more"],
            [[t["label"], f"{t['share']:.1%}", f"{t['share_before']:.1%}", f"{t['more'][0]:+.1f}",
              f"{t['hurts'][0]:+.1f}"] for t in found["themes"]],
        ),
        "",
        "The reasons were labelled on negative tweets only, so they go with a low score by construction: the table "
        "shows which reasons grew, and nothing about how much they hurt.",
    ]  # fmt: skip


def page(results: dict[str, Any], real: dict[str, Any] | None) -> str:
    """The whole page."""
    about, cells = results["machine"], results["cells"]
    sizes = sorted({c["n"] for c in cells})
    runs = {n: sorted({c["runs"] for c in cells if c["n"] == n}) for n in sizes}
    lines = [
        "# Why the score moved: planted movements",
        "",
        f"{about['processor']}, {about['cores']} cores shared with other work, one process, Python {about['python']}, "
        f"{results['date']}; {results['minutes']:.0f} minutes. Made by `python -m bench.movement.run`, "
        "`python -m bench.movement.real` and `python -m bench.movement.report`. Seconds are processor seconds of "
        "`why`.",
        "",
        "Five dimensions, 1,152 cells, windows of equal size unless said; a base score additive in the levels (but in "
        "`interactions`). Runs a cell: "
        + "; ".join(f"{n:,}: {' or '.join(f'{r:,}' for r in runs[n])}" for n in sizes)
        + ".",
        "",
        "## Gates",
        "",
        *gates(cells, real),
        "",
        "A week in which nothing happened is read as *noise* only when neither the total (5 %) nor any segment (5 %) "
        "looks moved by chance: about .90 is the most that can be had there.",
        "",
        "## Beside other ways, 20,000 answers",
        "",
        "@k: the method is told how many causes there are. It answers even where there is none.",
        "",
        *beside(results),
    ]  # fmt: skip
    for n in sorted(sizes, key=lambda n: (n != SIZE, n)):
        lines += ["", f"## Every scenario, {n:,} answers", "", *scenarios(cells, n)]
        absent = len(BY_NAME) - sum(c["n"] == n for c in cells)
        if absent:
            lines += ["", f"{absent} scenarios were not run at this size."]
    lines += ["", "What was planted:", ""]
    lines += [
        f"- `{s.name}`: {s.about}" + ("" if s.decided else " (cannot be told from the answers; a limit)")
        for s in BY_NAME.values()
    ]
    if real and real["airlines"]:
        lines += ["", "## 22 February 2015, tweets to six airlines", "", *airlines(real["airlines"])]
    return "\n".join(lines) + "\n"


def summary(results: dict[str, Any], real: dict[str, Any] | None) -> str:
    """What the method's page shows of the results."""
    lines = [
        *gates(results["cells"], real),
        "",
        "Beside other ways, exact-segment F1 at 20,000 answers (@k: told how many",
    ]
    lines += [
        "causes there are; where there is none, the share of weeks in which a cause is named):",
        "",
        *beside(results),
    ]
    return "\n".join(lines)


def placed(text: str, measured: str) -> str:
    """The method's page with `measured` between its two marks."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{measured}\n\n{END}{after}"


def main() -> None:
    """Write the page, and the summary into the method's page."""
    results = json.loads((RESULTS / "planted.json").read_text(encoding="utf-8"))
    measured = RESULTS / "real.json"
    real = json.loads(measured.read_text(encoding="utf-8")) if measured.exists() else None
    (RESULTS / "movement.md").write_text(page(results, real), encoding="utf-8")
    METHOD.write_text(placed(METHOD.read_text(encoding="utf-8"), summary(results, real)), encoding="utf-8")
    sys.stderr.write(f"{RESULTS / 'movement.md'} written.\n")


if __name__ == "__main__":
    main()
