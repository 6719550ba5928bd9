"""The log of people's edits, as readers of a run meet it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from analyst.core.runfolder import Run
from analyst.core.settings import Settings
from analyst.themes.edits import Edit, Hands, hands, parse_edit

if TYPE_CHECKING:
    from analyst.records import Store

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # the store keeps microseconds since


def stored_edits(store: Store) -> list[Edit]:
    """Every edit in the store, in order."""
    return [parse_edit(e.seq, e.at, e.who, e.verb, e.payload) for e in store.theme_edits()]


def edits_of(settings: Settings) -> list[Edit]:
    """Every edit of the workspace, in order; none where it has no store, and none is made.

    Every reader asks for this, so a log in SQLite is read straight from its file, without opening the whole store.
    """
    if settings.store_url is None:
        file = Path(settings.workspace / "store.db").absolute()
        if not file.exists():
            return []
        with suppress(sqlite3.Error):  # locked, or not a store of ours: opening it in full says what is the matter
            return _read(file)
    from analyst.records import open_store

    with open_store(settings.database_url) as store:
        return stored_edits(store)


def _read(file: Path) -> list[Edit]:
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=1.0)
    try:
        rows = connection.execute("SELECT seq, at, who, verb, payload FROM theme_edits ORDER BY seq").fetchall()
    finally:
        connection.close()
    return [
        parse_edit(seq, _EPOCH + timedelta(microseconds=at), who, verb, json.loads(payload))
        for seq, at, who, verb, payload in rows
    ]


def hands_over(run: Run, edits: list[Edit]) -> Hands | None:
    """What must be laid over `run`; None where its tables hold every edit already."""
    if not edits or edits[-1].seq <= int(run.manifest.get("edit_seq", 0)):
        return None
    return hands(edits)
