"""Fixes on paper: what importers read, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analyst.core.runfolder import Run
from analyst.core.values import Quote
from analyst.fixes.callbacks import COLUMNS, callbacks, callbacks_csv
from analyst.fixes.export import JIRA, LINEAR, jira_csv, linear_csv, markdown_issue, safe_cell
from analyst.fixes.types import Fix
from analyst.fixes.watching import Target
from analyst.records.store.store import user_hash
from analyst.runs.counting import connect
from tests.fixes.shipped_shop import the_fix
from tests.runs.small_run import at, response, write_run

LABELS = {"freeze": "Pay button"}


def _fix(**changes: object) -> Fix:
    words = {
        "action": "Make Payment answer the first tap.", "facts": ["Freezes on Payment: 30% of 200 visits."],
        "quotes": [Quote('=cmd|"/c calc"!A1 and\n*more*', "r1", 3.0, "2026-06-20")], "sessions": ["s1"],
        "verify": "Freezes should fall.", "owner": "Ana", "due": "2026-07-10", **changes,
    }  # fmt: skip
    return replace(the_fix(), **words)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-2", "@home", "\tx", "\rx", "  =1", "\n@x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Payment", "a=b", "1-2", "", "it's"])
def test_plain_cells_stay(text: str) -> None:
    assert safe_cell(text) == text


def test_jira_reads_the_file() -> None:
    header, row = csv.reader(io.StringIO(jira_csv([_fix(title="=Payment, “freezes”")], "NPS", LABELS)))
    assert tuple(header) == JIRA and header.count("Labels") == 2
    found = dict(zip(header, row, strict=True))
    assert found["Summary"] == "'=Payment, “freezes”" and found["Issue Type"] == "Task"
    assert found["Assignee"] == "Ana" and found["Due date"] == "2026-07-10" and found["External ID"] == "fix-0badcafe"
    assert "Expected NPS lift: +10.0 points (95% interval +5.0 to +15.0)" in found["Description"]
    assert "Themes: Pay button" in found["Description"]


def test_linear_reads_the_file() -> None:
    fixes = [_fix(effort=1.2, effort_assumed=False), _fix(rank=4, effort_assumed=True)]
    rows = list(csv.DictReader(io.StringIO(linear_csv(fixes, "NPS", LABELS))))
    assert tuple(rows[0]) == LINEAR
    assert [row["Estimate"] for row in rows] == ["2", ""]
    assert [row["Priority"] for row in rows] == ["High", "Low"]
    assert rows[0]["Labels"] == "undertone, grade A" and rows[0]["Title"].startswith("Payment on Android")


def test_markdown_shows_customers_words_as_they_are() -> None:
    text = markdown_issue(_fix(title="Payment <b>*freezes*</b>"), "NPS", LABELS)
    assert text.startswith("# Payment \\<b\\>\\*freezes\\*\\</b\\>\n")
    assert "> “=cmd\\|" in text and "\\*more\\*" in text and "\n*more" not in text
    assert "## Done when" in text and "undertone fixes ship fix-0badcafe" in text


def test_a_range_from_mentions_is_no_promise() -> None:
    assert "between +5.0 and +15.0 points, from mentions alone" in markdown_issue(_fix(grade="C"), "NPS", LABELS)


def _callbacks_run(folder: Path) -> Run:
    responses = [
        response(1, 10, 3, user_id="anna", text="the pay button froze", seg_plan="pro"),
        response(2, 12, 2, user_id="anna", text="again", seg_plan="pro"),
        response(3, 11, 9, user_id="ben", text="the pay button froze", seg_plan="pro"),
        response(4, 12, 1, user_id="carl", text="=HYPERLINK(1) froze", seg_plan="free"),
        response(5, 13, 0, user_id=None, text="froze", seg_plan="free"),
        response(6, 13, 0, user_id="erased", text="froze", seg_plan="free"),
        response(7, 13, 4, user_id="dora", text="late parcel", seg_plan="free"),
    ]
    opinions = [
        {"opinion_id": f"o{n}", "response_id": f"r00{n}", "text": text, "start": 0, "end": 5, "theme_id": "freeze",
         "sentiment": "negative", "state": "core", "field": "text"}
        for n, text in ((1, "froze"), (3, "froze"), (4, "=HYPERLINK(1) froze"), (5, "froze"), (6, "froze"))
    ]  # fmt: skip
    sessions = [{"session_id": "s1", "user_id": "anna", "started_at": at(12, 8)},
                {"session_id": "s2", "user_id": "dora", "started_at": at(13, 14)}]  # fmt: skip
    exposures = [
        {"session_id": s, "user_id": u, "screen": "Payment", "signal": "ui_freeze", "count": 1, "at": when}
        for s, u, when in (("s1", "anna", at(12, 8)), ("s2", "dora", at(13, 14)))  # dora met it after she answered
    ]
    themes = [{"theme_id": "freeze", "label": "Pay button", "kind": "discovered"}]
    return write_run(
        folder, responses=responses, opinions=opinions, sessions=sessions, exposures=exposures, themes=themes
    )


def test_whom_to_call_back(tmp_path: Path) -> None:
    connection = connect(_callbacks_run(tmp_path))
    target = Target("Payment", ("ui_freeze",), ("freeze",), (), "nps")
    found = callbacks(
        connection, target, since=at(1), until=at(20), join_days=7, erased={user_hash("erased")}
    )  # fmt: skip
    assert [(p.user_id, p.response_id, p.why) for p in found.people] == [
        ("anna", "r002", "met it"), ("carl", "r004", "complained"),
    ]  # fmt: skip
    assert found.anonymous == 1
    assert all(p.consent == "" and p.contact == "" for p in found.people)
    header, _, second = csv.reader(io.StringIO(callbacks_csv(found)))
    assert tuple(header) == COLUMNS and second[COLUMNS.index("quote")] == "'=HYPERLINK(1) froze"
    pro = replace(target, where=(("plan", "pro"),))
    assert [p.user_id for p in callbacks(connection, pro, since=at(1), until=at(20), join_days=7).people] == ["anna"]
    assert not callbacks(connection, target, since=at(20), until=at(20) + timedelta(days=1), join_days=7).people
