"""A run of the evaluation for people: the same sections as Markdown and as one HTML page that needs nothing else."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.charts import interval_chart, rival_chart
from eval.compare import LEVEL, Rival, rivals
from eval.results import Summary
from eval.runs import FILE, EvalRun, save

RANKING = "fix_ndcg_5"
KINDS = {"pool": "the same candidates in another order", "native": "each tool's own list"}


@dataclass(frozen=True)
class Table:
    """A header and rows of plain text; all columns but the first `left` are numbers."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    left: int = 1


@dataclass(frozen=True)
class Section:
    """A heading, sentences, tables and a chart's specification."""

    title: str
    text: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    chart: dict[str, Any] | None = None


def write_folder(run: EvalRun, folder: Path) -> None:
    """results.json with every row, README.md, and index.html with charts, into `folder`; made when absent."""
    folder.mkdir(parents=True, exist_ok=True)
    save(run, folder / FILE)
    (folder / "README.md").write_text(markdown(run), encoding="utf-8")
    (folder / "index.html").write_text(page(run), encoding="utf-8")


def sections(run: EvalRun) -> list[Section]:
    """What a run has to say, the most important first."""
    found = []
    for suite in run.measures:
        told = run.summaries(suite)
        if told:
            found.append(_suite(run, suite, told))
            for split in _splits(told):
                found += _rival_sections(run, suite, split)
    return [*found, _examples(run), _made(run)]


def _suite(run: EvalRun, suite: str, told: Sequence[Summary]) -> Section:
    splits = _splits(told)
    mine = [one for one in told if not one.measure.reference]
    by_name = {(one.measure.name, one.split): one for one in mine}
    measures = [m for m in run.measures[suite] if any((m.name, split) in by_name for split in splits)]
    rows = [
        (
            f"{measure.meaning}{' (lower is better)' if measure.better == 'lower' else ''}",
            *(_cell(by_name.get((measure.name, split))) for split in splits),
        )
        for measure in measures
        if not measure.reference
    ]
    counts = [f"{split}: {_count(run, suite, split)}" for split in splits]
    text = [f"Rows: {'; '.join(counts)}. Intervals are 95 %, from a bootstrap over what shares its data."]
    chart = interval_chart([one for one in mine if not math.isnan(one.interval.mean)])
    return Section(run.about.get("titles", {}).get(suite, suite), text, [Table(("measure", *splits), rows)], chart)


def _count(run: EvalRun, suite: str, split: str) -> str:
    rows = run.rows_of(suite, split)
    return f"{len(rows)} in {len({row.cluster for row in rows})} clusters"


def _cell(one: Summary | None) -> str:
    if one is None or math.isnan(one.interval.mean):
        return ""
    interval = one.interval
    told = f"{interval.mean:.3f}"
    if not math.isnan(interval.low):
        told += f" ({interval.low:.3f} to {interval.high:.3f})"
    told += f", n {interval.rows}"
    return told + (f", {one.untold} without a value" if one.untold else "")


def _rival_sections(run: EvalRun, suite: str, split: str) -> list[Section]:
    listed = rivals(run, suite, RANKING, split)
    if not listed:
        return []
    ours = next(s for s in run.summaries(suite) if s.measure.name == RANKING and s.split == split)
    found = []
    for kind, meaning in KINDS.items():
        mine = [rival for rival in listed if rival.measure.name.startswith(f"{kind}: ")]
        if mine:
            rows = [("Undertone", f"{ours.interval.mean:.3f}", "", "", "")] + [_rival(rival, kind) for rival in mine]
            head = ("order by", "nDCG@5", "Undertone minus it", "p", "wins / ties / losses")
            text = [rival_sentence(mine[0], kind, split)]
            chart = rival_chart(ours.interval.mean, mine, f"{kind}: ")
            found.append(Section(f"Rival rankers on {split}: {meaning}", text, [Table(head, rows)], chart))
    return found


def _rival(rival: Rival, kind: str) -> tuple[str, ...]:
    d = rival.difference
    name = rival.measure.name.removeprefix(f"{kind}: ")
    span = f"{d.difference:+.3f} ({d.low:+.3f} to {d.high:+.3f})" if not math.isnan(d.low) else f"{d.difference:+.3f}"
    return name, f"{rival.mean:.3f}", span, f"{d.p:.3f}", f"{d.wins} / {d.ties} / {d.losses}"


def rival_sentence(best: Rival, kind: str, split: str) -> str:
    """Whether Undertone's order is better than the best rival's, in a sentence."""
    d = best.difference
    name = best.measure.name.removeprefix(f"{kind}: ")
    span = f"{d.difference:+.3f} in nDCG@5, 95 % interval {d.low:+.3f} to {d.high:+.3f}, p = {d.p:.3f}"
    if d.low > 0 and d.p < LEVEL:
        return f"Better than the best of them on {split}, the order by {name}: {span}."
    if d.high < 0 and d.p < LEVEL:
        return f"Worse than the best of them on {split}, the order by {name}: {span}."
    return f"Whether it beats the best of them on {split}, the order by {name}, cannot be told: {span}."


def _examples(run: EvalRun) -> Section:
    """The first company's ranking of the last week, so that a reader sees what is judged."""
    row = next((row for row in run.rows if row.kind == "ranking" and row.details.get("fixes")), None)
    if row is None:
        return Section("", [])
    rows = [
        (
            str(fix["title"]),
            str(fix["grade"]),
            f"{fix['lift']:+.1f}",
            str(fix["means"] or "nothing known"),
            f"{fix['true_lift']:.1f}",
            f"{fix['relevance']:.0f}",
        )
        for fix in row.details["fixes"]
    ]
    head = ("fix", "grade", "lift", "what it means in truth", "true lift", "relevance")
    return Section(f"An example: {row.row}", ["What was recommended, and what is true of it."], [Table(head, rows)])


def _made(run: EvalRun) -> Section:
    about = run.about
    machine = about.get("machine", {})
    seconds = ", ".join(f"{name} {number:.0f} s" for name, number in about.get("seconds", {}).items())
    packages = ", ".join(f"{name} {number}" for name, number in about.get("packages", {}).items() if number)
    data = ", ".join(f"{name} {number}" for name, number in about.get("data", {}).items())
    text = [
        f"Made by `{about.get('command', '')}` with version {about.get('version', '')}, answers by the "
        f"{about.get('writer', '')} writer.",
        f"Python {machine.get('python')} on {machine.get('system')}, {machine.get('cpus')} CPUs; {packages}.",
        f"Time: {seconds}. Data: {data}.",
    ]
    return Section("How this was made", text)


def _splits(told: Iterable[Summary]) -> list[str]:
    order = ("quick", "dev", "test")
    return sorted({one.split for one in told}, key=lambda s: (order.index(s) if s in order else len(order), s))


def markdown(run: EvalRun) -> str:
    """The run as a Markdown page."""
    lines = ["# How good it is", "", INTRODUCTION]
    for section in sections(run):
        if not section.text and not section.tables:
            continue
        lines += ["", f"## {section.title}"]
        for sentence in section.text:
            lines += ["", sentence]
        for table in section.tables:
            lines += ["", _line(table.head), "|" + "---|" * table.left + "---:|" * (len(table.head) - table.left)]
            lines += [_line(row) for row in table.rows]
    return "\n".join(lines) + "\n"


INTRODUCTION = (
    "Measured on data whose truth is known and which the analysis never sees. A generated company is made by a seeded "
    "generator that knows every opinion's theme, the planted causes and the true lift of each fix, in any week and for "
    "any group. Relevance of a fix: 3 from half of the largest true lift of the query on, 2 from a quarter, 1 from a "
    "tenth, 0 below half a point. Companies are split into dev, to learn from, and test, to judge by; "
    "`companies.toml` holds the split. The generator is friendly: people name what harmed them, and no group hides."
)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def page(run: EvalRun) -> str:
    """The run as one HTML page: inline styles, charts as inline SVG, no script, no network."""
    from analyst.answers.charts import to_svg

    parts = [f"<h1>How good it is</h1><p>{_text(INTRODUCTION)}</p>"]
    for section in sections(run):
        if not section.text and not section.tables:
            continue
        parts.append(f"<h2>{_text(section.title)}</h2>")
        parts += [f"<p>{_text(sentence)}</p>" for sentence in section.text]
        if section.chart is not None:
            parts.append(f"<figure>{to_svg(section.chart)}</figure>")
        for table in section.tables:
            head = "".join(f"<th>{_text(cell)}</th>" for cell in table.head)
            rows = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    head = f'<meta charset="utf-8"><title>How good it is</title>{_STYLE}'
    return f'<!doctype html>\n<html lang="en">{head}{"".join(parts)}</html>\n'


def _text(text: str) -> str:
    return html.escape(text)


_STYLE = """<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid #e4e7eb; vertical-align: top }
th:first-child, td:first-child { text-align: left }
figure { margin: 1rem 0; overflow-x: auto }
</style>"""
