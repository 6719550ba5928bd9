"""Fixes under way in the digest: sentences that pass the check against their facts, whatever their titles hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from analyst.answers import followups
from analyst.answers.facts import FactBook, Pack
from analyst.answers.followups import (
    FollowUps,
    find_fix,
    follow_claim,
    follow_names,
    standing_json,
    unknown_fix,
    workspace_book,
)
from analyst.answers.grounding import keep_grounded
from analyst.core.errors import UsageProblem
from analyst.core.query import Query
from analyst.core.settings import Settings
from analyst.core.windows import previous, week, zone
from analyst.fixes.standing import FixBook, standings
from analyst.fixes.types import Fix
from analyst.records import FixState, open_store
from analyst.runs.view import View
from tests.fixes.shipped_shop import the_fix
from tests.runs.small_run import write_run

TITLES = [
    "Payment on Android 4.2.0: the screen freezes, since 4.2.0 (9 Nov)",
    "“Nobody to talk”: 10 answers complain, no session shows where",
    "Slots: 1,200 dead taps a day (“slot 5 gone”)",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_with_numbers_and_quotes_passes(title: str) -> None:
    state = FixState("fix-1", status="doing", owner="Ana", due="2026-11-10")
    (row,) = standings(FixBook({"fix-1": state}), date(2026, 11, 16), {"fix-1": title})
    book = FactBook("2026-W46", "undertone why")
    made = [follow_claim(row, book)]
    claims, refused = keep_grounded(made, Pack(book.facts, {}, frozenset(follow_names(FollowUps([row])))))
    assert refused == []
    assert claims[0].text == f"{title} (Ana) was due on 2026-11-10: 6 days overdue."
    assert standing_json(row)["calls_for"] == "overdue"


def test_an_unknown_id_gets_the_nearest_or_the_list() -> None:
    titles = {"fix-0badcafe": "Payment freezes"}
    assert "Did you mean fix-0badcafe (Payment freezes)?" in str(unknown_fix("fix-0badcaff", titles))
    assert "lists them: fix-0badcafe" in str(unknown_fix("fix-12345678", titles))
    assert "lists them: none in this window" in str(unknown_fix("x", {}))


@dataclass
class _Asked:
    """A gatherer that only knows its question and its list."""

    view: View
    query: Query
    fixes: list[Fix]


def test_a_fix_of_an_earlier_week_keeps_its_id_and_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tz = zone("UTC")
    query = Query("nps", week("2026-W26", tz), previous(week("2026-W26", tz), tz, 4))
    view = View(write_run(tmp_path / "runs"), Settings(workspace=tmp_path), datetime(2026, 7, 1, tzinfo=UTC))
    asked: list[str] = []

    def gatherer(view: View, query: Query) -> _Asked:
        asked.append(query.window.label)
        return _Asked(view, query, [the_fix()] if query.window.label == "2026-W24" else [])

    monkeypatch.setattr(followups, "_gatherer", gatherer)
    now: Any = _Asked(view, query, [])
    holder, fix = find_fix(now, "fix-0badcafe")
    assert (fix.fix_id, holder.query.window.label, asked) == ("fix-0badcafe", "2026-W24", ["2026-W25", "2026-W24"])
    asked.clear()
    with pytest.raises(UsageProblem, match="There is no fix called 'payment'"):
        find_fix(now, "payment")
    assert asked == []  # what is no id of a fix is not looked for in the past
    with pytest.raises(UsageProblem, match="There is no fix called 'fix-00000000'"):
        find_fix(now, "fix-00000000")
    assert asked == ["2026-W25", "2026-W24", "2026-W23", "2026-W22"]


def test_a_workspace_without_a_store_has_an_empty_book_and_gets_none(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path)
    assert workspace_book(settings) == (FixBook(), "")
    assert not (tmp_path / "store.db").exists()
    with open_store(settings.database_url) as store:
        store.set_fix_state("fix-1", datetime(2026, 11, 16, tzinfo=UTC), status="planned")
    assert workspace_book(settings)[0].states["fix-1"].status == "planned"


def test_a_damaged_store_is_a_note_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"this is no database, though it is long enough to look like one " * 40)
    book, note = workspace_book(Settings(workspace=tmp_path))
    assert book == FixBook() and "could not be read" in note
