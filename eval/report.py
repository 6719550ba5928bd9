"""The results of a suite as a page."""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eval.sample_suite import SuiteResult

MEANING = {
    "theme_ami": "themes against true themes, every true opinion scored: adjusted mutual information",
    "theme_ari": "the same as adjusted Rand index",
    "theme_mapped_f1": "themes of a comment, mapped on half of the comments and scored on the other: micro-F1",
    "theme_count_ratio": "themes found for one true theme",
    "coverage": "share of opinions that are in a theme",
    "sentiment_right": "sentiment right, where the truth and Undertone both see one",
    "verdict_moved": "the last week's verdict is `moved`",
    "main_segment_found": "the segment of the planted main cause is among those found",
    "main_segment_first": "it is the first of them",
    "main_effect_error": "points by which its contribution is off",
    "fix_ndcg_at_5": "ranking of fixes against true lift: nDCG at 5, linear gain",
    "main_fix_first": "the fix for the planted main cause is the first",
}


def markdown(results: list[SuiteResult], scale: float) -> str:
    """A table of all measures by company, and what was found in each."""
    seeds = " ".join(f"--seed {result.seed}" for result in results)
    size = "" if scale == 1 else f" --scale {scale:g}"
    lines = [
        "# Against companies whose truth is known",
        "",
        "Each company is made by a seeded generator that knows every opinion's theme, the planted causes and the lift",
        "of each fix. The analysis sees only what a customer would import. Company 7 is the one that `undertone demo`",
        "shows.",
        "",
        f"Made by `undertone eval run {seeds}{size} --out eval/README.md`.",
        "",
        "| measure | mean | " + " | ".join(f"company {result.seed}" for result in results) + " |",
        "|---|---:|" + "---:|" * len(results),
    ]
    for name in results[0].measures:
        values = [result.measures[name] for result in results]
        real = [value for value in values if not math.isnan(value)]
        told = " | ".join("" if math.isnan(value) else f"{value:.3f}" for value in values)
        lines.append(f"| {MEANING.get(name, name)} | {f'{fmean(real):.3f}' if real else ''} | {told} |")
    for result in results:
        lines += ["", f"## Company {result.seed}", "", f"Verdict: {result.details['verdict']}."]
        where = [", ".join(f"{d} = {v}" for d, v in segment.items()) for segment in result.details["segments"]]
        lines += [
            f"Segments found: {'; '.join(where) or 'none'}.",
            "",
            "| fix | grade | lift | true lift |",
            "|---|---|---:|---:|",
        ]
        lines += [
            f"| {fix['title'].replace('|', '/')} | {fix['grade']} | {fix['lift']:+.1f} | {fix['true_lift']:.1f} |"
            for fix in result.details["fixes"][:5]
        ]
    return "\n".join(lines) + "\n"
