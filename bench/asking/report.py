"""results/asking.json as a page."""

from __future__ import annotations

from typing import Any

_TABLES = (
    ("first", "First-time questions: nothing kept from any question before"),
    ("day", "Questions as people write them, one after the other, after the process prepared itself"),
    ("again", "Those once more"),
)


def markdown(results: dict[str, Any]) -> str:
    """The measurements that `results` holds."""
    lines = [
        "# Asking: how long an answer takes, and how well the search finds",
        "",
        "Made by `python -m bench.asking.run`.",
    ]
    if "ask" in results:
        lines += _asking(results["ask"])
    if "search" in results:
        found = results["search"]
        lines += [
            "",
            "## Search",
            "",
            f"{found['opinions']:,} opinions, {found['distinct_texts']:,} different texts. {_about(found)}",
            "",
        ]
        lines += _table(found, "searched")
    if "found" in results:
        lines += _found(results["found"])
    return "\n".join(lines) + "\n"


def _about(part: dict[str, Any]) -> str:
    box = part["machine"]
    return f"{box['processor']}, {box['cores']} cores, Python {box['python']}, {part['date']}."


def _asking(found: dict[str, Any]) -> list[str]:
    lines = [
        "", "## Answers", "",
        f"{found['opinions']:,} opinions, {found['responses']:,} responses, {found['sessions']:,} sessions; "
        f"{found['questions']} questions over weeks, groups and subjects, {found['people']} as people write them. "
        f"{_about(found)}",
        "",
        f"Opening the run takes {found['opened_s']} s, preparing what is asked most {found['prepared_s']} s; "
        f"the process reaches {found['peak_mib']:,} MiB.",
    ]  # fmt: skip
    for name, title in _TABLES:
        lines += ["", f"### {title}", "", *_table(found[name], "intent")]
    return lines


def _table(part: dict[str, Any], what: str) -> list[str]:
    head = [
        f"| {what} | n | p50 ms | p95 ms | max ms | p50 CPU ms | p95 CPU ms |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    rows = [("**all**", part["all"]), *part["by"].items()]
    return head + [
        f"| {name} | {q['n']} | {q['p50_ms']:,.0f} | {q['p95_ms']:,.0f} | {q['max_ms']:,.0f} "
        f"| {q['p50_cpu_ms']:,.0f} | {q['p95_cpu_ms']:,.0f} |"
        for name, q in rows
    ]


def _found(found: dict[str, Any]) -> list[str]:
    lines = [
        "", "## What the search finds", "",
        "Questions of `search_queries.toml` against the sample company's truth; the floors were chosen on dev. An "
        "opinion is right where its makers wrote it for the theme asked for. “Rightly nothing”: questions about what "
        f"nobody spoke of, for which nothing was shown. {_about(found)}",
        "",
        "| search by | split | precision at 10 | recall at 10 | found nothing | rightly nothing |",
        "|---|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for way, splits in found["ways"].items():
        lines += [
            f"| {way} | {split} | {q['precision_at_10']:.2f} | {q['recall_at_10']:.2f} "
            f"| {q['nothing_found']} of {q['queries']} | {q['rightly_nothing']} of {q['nothing_asked']} |"
            for split, q in splits.items()
        ]
    return lines
