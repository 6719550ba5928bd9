"""Fixes as issues for the place where work is kept: Markdown, and CSV that Jira's and Linear's importers take.

Titles and quotes come from customers. A spreadsheet runs a cell that begins like a formula, so such cells get an
apostrophe in front (OWASP, CSV injection); Linear's importer takes it away again.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence

from analyst.core.query import where_text
from analyst.core.values import Estimate, Quote, inside_quotes
from analyst.fixes.types import Fix

FORMATS = ("markdown", "jira", "linear")
# Jira: the header needs Summary; labels hold no spaces and repeat their column (Atlassian, "Importing data from CSV").
JIRA = ("Summary", "Issue Type", "Description", "Priority", "Labels", "Labels", "Assignee", "Due date", "External ID")
# Linear: the columns that its own importer reads (@linear/import, LinearCsvImporter).
LINEAR = ("Title", "Description", "Priority", "Status", "Assignee", "Estimate", "Labels")
_JIRA_PRIORITY = ("Highest", "High", "Medium", "Low")
_LINEAR_PRIORITY = ("Urgent", "High", "Medium", "Low")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def safe_cell(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def csv_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A CSV document (RFC 4180) of safe cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def jira_csv(fixes: Sequence[Fix], metric_name: str, labels: Mapping[str, str]) -> str:
    """`fixes` for Jira's CSV import. The assignee is a name: Jira asks whom it means."""
    return csv_text(JIRA, [_jira_row(fix, metric_name, labels) for fix in fixes])


def _jira_row(fix: Fix, metric_name: str, labels: Mapping[str, str]) -> list[str]:
    title = " ".join(fix.title.split())[:255]
    about = jira_description(fix, metric_name, labels)
    marks = ["undertone", f"grade-{fix.grade}"]
    return [title, "Task", about, _priority(fix, _JIRA_PRIORITY), *marks, fix.owner or "", fix.due or "", fix.fix_id]


def linear_csv(fixes: Sequence[Fix], metric_name: str, labels: Mapping[str, str]) -> str:
    """`fixes` for Linear's CSV import. Estimates are whole numbers there: person-weeks rounded up, where entered."""
    return csv_text(LINEAR, [_linear_row(fix, metric_name, labels) for fix in fixes])


def _linear_row(fix: Fix, metric_name: str, labels: Mapping[str, str]) -> list[str]:
    title, about = " ".join(fix.title.split()), markdown_body(fix, metric_name, labels)
    estimate = "" if fix.effort_assumed else str(max(1, math.ceil(fix.effort)))
    marks = f"undertone, grade {fix.grade}"
    return [title, about, _priority(fix, _LINEAR_PRIORITY), "Backlog", fix.owner or "", estimate, marks]


def markdown_issue(fix: Fix, metric_name: str, labels: Mapping[str, str]) -> str:
    """One fix as a Markdown issue with its title."""
    return f"# {_escape(fix.title)}\n\n{markdown_body(fix, metric_name, labels)}"


def markdown_body(fix: Fix, metric_name: str, labels: Mapping[str, str]) -> str:
    """What to do, for whom, what it should bring, what it rests on, and how it will be proved."""
    parts = [
        f"{_escape(fix.action)}",
        "\n".join(f"- {name}: {_escape(value)}" for name, value in _particulars(fix, metric_name, labels)),
        "## What it rests on\n\n" + "\n".join(f"- {_escape(fact)}" for fact in fix.facts) if fix.facts else "",
        "## In customers' words\n\n" + "\n>\n".join(f"> {_escape(q)}" for q in map(_quote, fix.quotes))
        if fix.quotes
        else "",
        "## Sessions to watch\n\n" + "\n".join(f"- {_escape(s)}" for s in fix.replays or fix.sessions)
        if fix.replays or fix.sessions
        else "",
        f"## Done when\n\n{_escape(fix.verify)} Register it with `undertone fixes ship {fix.fix_id}` on the day it "
        "ships.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def jira_description(fix: Fix, metric_name: str, labels: Mapping[str, str]) -> str:
    """The same in plain lines: Jira reads no Markdown, and its own markup would interpret customers' text."""
    lines = [_plain(fix.action), ""]
    lines += [f"{name}: {_plain(value)}" for name, value in _particulars(fix, metric_name, labels)]
    lines += ["", "What it rests on", *(_plain(fact) for fact in fix.facts)] if fix.facts else []
    lines += ["", "In customers' words", *(_plain(_quote(quote)) for quote in fix.quotes)] if fix.quotes else []
    seen = fix.replays or fix.sessions
    lines += ["", "Sessions to watch", *seen] if seen else []
    lines += ["", "Done when", _plain(fix.verify)]
    lines += [f"Register it with: undertone fixes ship {fix.fix_id}"]
    return "\n".join(lines)


def _particulars(fix: Fix, metric_name: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    effort = f"{fix.effort:g} person-weeks" + " (assumed)" * fix.effort_assumed
    themes = ", ".join(labels.get(theme, theme) for theme in fix.themes)
    found = [
        ("Fix", fix.fix_id),
        ("For", where_text(fix.where)),
        ("Screen", fix.screen or ""),
        ("Themes", themes),
        (f"Expected {metric_name} lift", _lift(fix.lift, fix.grade)),
        ("Evidence grade", fix.grade),
        ("Confidence", f"{100 * fix.confidence:.0f}%"),
        ("Reach", f"about {fix.reach:,} active users a quarter" if fix.reach else ""),
        ("Effort", effort),
        ("Owner", fix.owner or ""),
        ("Due", fix.due or ""),
    ]
    return [(name, value) for name, value in found if value]


def _lift(lift: Estimate, grade: str) -> str:
    if lift.low is None or lift.high is None:
        return f"{lift.value:+.1f} points"
    if grade == "C":
        return f"between {lift.low:+.1f} and {lift.high:+.1f} points, from mentions alone"
    return f"{lift.value:+.1f} points (95% interval {lift.low:+.1f} to {lift.high:+.1f})"


def _quote(quote: Quote) -> str:
    score = "" if quote.score is None else f", {quote.score:g}"
    return f"“{inside_quotes(' '.join(quote.text.split()))}” ({quote.at or 'undated'}{score})"


def _priority(fix: Fix, names: Sequence[str]) -> str:
    """By rank: the first fix second highest, and the highest for nobody: urgency is for people to say."""
    return names[1] if fix.rank == 1 else names[2] if fix.rank <= 3 else names[3]


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _plain(text: str) -> str:
    """One line, without the brackets that Jira's markup reads."""
    return " ".join(text.split()).replace("{", "(").replace("}", ")").replace("[", "(").replace("]", ")")
