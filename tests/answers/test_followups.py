"""Fixes under way in the digest: sentences that pass the check against their facts, whatever their titles hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analyst.answers.check import keep_grounded
from analyst.answers.facts import FactBook
from analyst.answers.followups import FollowUps, follow_claim, follow_names, standing_json, unknown_fix, workspace_book
from analyst.core.settings import Settings
from analyst.fixes.standing import FixBook, standings
from analyst.records import FixState, open_store

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
    claims, faults = keep_grounded([follow_claim(row, book)], book.facts, {}, follow_names(FollowUps([row])))
    assert faults == []
    assert claims[0].text == f"{title} (Ana) was due on 2026-11-10: 6 days overdue."
    assert standing_json(row)["calls_for"] == "overdue"


def test_an_unknown_id_gets_the_nearest_or_the_list() -> None:
    titles = {"fix-0badcafe": "Payment freezes"}
    assert "Did you mean fix-0badcafe (Payment freezes)?" in str(unknown_fix("fix-0badcaff", titles))
    assert "lists them: none in this window" in str(unknown_fix("x", {}))


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
