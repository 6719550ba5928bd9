"""Shipped fixes in the store: registrations and looks are added, never changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from analyst.core.errors import UsageProblem
from analyst.records.store.engine import WRITING, translated
from analyst.records.store.rows import to_micros
from analyst.records.store.schema import looks, shippings
from analyst.records.store.store import FixState, Store

LookKind = Literal["decisive", "reopened"]
Plain = dict[str, Any]
FixRows = tuple[dict[str, FixState], dict[str, list[Plain]], dict[tuple[str, int], dict[str, Plain]]]


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


def fix_rows(store: Store) -> FixRows:
    """What the store knows of fixes: states by fix id, of each fix its registrations in order, and of each (fix id,
    number) its looks by kind."""
    shipped: dict[str, list[Plain]] = {}
    found: dict[tuple[str, int], dict[str, Plain]] = {}
    with translated(store.engine), store.engine.connect() as connection:
        for row in connection.execute(sa.select(shippings).order_by(shippings.c.fix_id, shippings.c.number)):
            shipped.setdefault(row.fix_id, []).append(json.loads(row.payload))
        for row in connection.execute(sa.select(looks).order_by(looks.c.looked_at)):
            found.setdefault((row.fix_id, row.number), {})[row.kind] = json.loads(row.payload)
    return store.fix_states(), shipped, found
