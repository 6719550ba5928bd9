"""The log of people's edits, as readers of a run meet it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from analyst.core.runfolder import Run
from analyst.core.settings import Settings
from analyst.themes.edits import Edit, Hands, hands, parse_edit

if TYPE_CHECKING:
    from analyst.records import Store


def stored_edits(store: Store) -> list[Edit]:
    """Every edit in the store, in order."""
    return [parse_edit(e.seq, e.at, e.who, e.verb, e.payload) for e in store.theme_edits()]


def edits_of(settings: Settings) -> list[Edit]:
    """Every edit of the workspace, in order; none where it has no store, and none is made."""
    if not _any(settings):
        return []
    from analyst.records import open_store

    with open_store(settings.database_url) as store:
        return stored_edits(store)


def _any(settings: Settings) -> bool:
    """Whether the log may hold an edit. A look at SQLite's file saves most readers the opening of the store."""
    if settings.store_url is not None:
        return True
    file = Path(settings.workspace / "store.db").absolute()
    if not file.exists():
        return False
    try:
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=1.0)
        try:
            return connection.execute("SELECT 1 FROM theme_edits LIMIT 1").fetchone() is not None
        finally:
            connection.close()
    except sqlite3.Error:  # locked, or not a store of ours: opening it in full says what is the matter
        return True


def hands_over(run: Run, edits: list[Edit]) -> Hands | None:
    """What must be laid over `run`; None where its tables hold every edit already."""
    if not edits or edits[-1].seq <= int(run.manifest.get("edit_seq", 0)):
        return None
    return hands(edits)
