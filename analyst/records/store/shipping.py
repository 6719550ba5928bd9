"""Shipped fixes in the store: registrations and looks are added, never changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from analyst.core.errors import UsageProblem
from analyst.records.store.engine import WRITING, translated
from analyst.records.store.rows import to_micros
from analyst.records.store.schema import looks, shippings
from analyst.records.store.store import FixState, Store, open_store

if TYPE_CHECKING:
    from analyst.core.settings import Settings

LookKind = Literal["decisive", "reopened"]
TABLES = ("fix_states", "shippings")


@dataclass(frozen=True)
class FixBook:
    """Everything people and looks have said of fixes: `states` by fix id, of each fix its registrations in order, and
    of each (fix id, number) its looks by kind; registrations and looks as plain values."""

    states: Mapping[str, FixState] = field(default_factory=dict)
    shipped: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    looks: Mapping[tuple[str, int], dict[str, dict[str, Any]]] = field(default_factory=dict)


def add_shipping(store: Store, fix_id: str, number: int, at: datetime, review: str, payload: dict[str, Any]) -> None:
    """Keep a registration. Raises UsageProblem when there is one of that number: it is never changed."""
    row = {
        "fix_id": fix_id, "number": number, "registered_at": to_micros(at), "review": review,
        "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True),
    }  # fmt: skip
    try:
        with translated(store.engine), store.engine.execution_options(**{WRITING: True}).begin() as connection:
            connection.execute(sa.insert(shippings).values(**row))
    except IntegrityError as error:
        raise UsageProblem(
            f"{fix_id} is registered as shipped already.",
            "A registration is never changed; see `undertone fixes status`.",
        ) from error


def add_look(
    store: Store, fix_id: str, number: int, kind: LookKind, at: datetime, verdict: str, payload: dict[str, Any]
) -> bool:
    """Keep a decisive look, or the one that found the fix reopened; False where there is one already, which stays."""
    row = {
        "fix_id": fix_id, "number": number, "kind": kind, "looked_at": to_micros(at), "verdict": verdict,
        "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True),
    }  # fmt: skip
    try:
        with translated(store.engine), store.engine.execution_options(**{WRITING: True}).begin() as connection:
            connection.execute(sa.insert(looks).values(**row))
    except IntegrityError:
        return False
    return True


def fix_book(store: Store) -> FixBook:
    """What the store knows of fixes."""
    shipped: dict[str, list[dict[str, Any]]] = {}
    found: dict[tuple[str, int], dict[str, dict[str, Any]]] = {}
    with translated(store.engine), store.engine.connect() as connection:
        for row in connection.execute(sa.select(shippings).order_by(shippings.c.fix_id, shippings.c.number)):
            shipped.setdefault(row.fix_id, []).append(json.loads(row.payload))
        for row in connection.execute(sa.select(looks).order_by(looks.c.looked_at)):
            found.setdefault((row.fix_id, row.number), {})[row.kind] = json.loads(row.payload)
    return FixBook(store.fix_states(), shipped, found)


def fix_book_of(settings: Settings) -> FixBook:
    """The book of the workspace in `settings`; empty where it has no store, and none is made."""
    if settings.store_url is None and not _has_fixes(settings.workspace / "store.db"):
        return FixBook()
    with open_store(settings.database_url) as store:
        return fix_book(store)


def _has_fixes(path: Path) -> bool:
    """Whether the SQLite file says anything of fixes: a look that costs less than opening the store. True where that
    cannot be seen: the store itself then says why."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            return any(
                name in names and connection.execute(f"SELECT EXISTS (SELECT 1 FROM {name})").fetchone()[0]
                for name in TABLES
            )
    except sqlite3.Error:
        return True
