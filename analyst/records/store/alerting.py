"""Alert rules in the store: kept by name, replaced whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from analyst.core.errors import StoreBusy, UsageProblem
from analyst.records.alert_rules import AlertRule
from analyst.records.store.engine import WRITING, translated
from analyst.records.store.rows import to_micros
from analyst.records.store.schema import alert_rules
from analyst.records.store.store import Store, open_store

if TYPE_CHECKING:
    from analyst.core.settings import Settings

_TRIES = 5


def save_rules(store: Store, rules: Sequence[AlertRule], at: datetime) -> int:
    """Keep `rules`, each in place of the one of its name, in one transaction; how many replaced another.

    Raises StoreBusy when the store stays locked.
    """
    if not rules:
        return 0
    names = [rule.name for rule in rules]
    for _ in range(_TRIES):
        try:
            with translated(store.engine), store.engine.execution_options(**{WRITING: True}).begin() as connection:
                gone = connection.execute(sa.delete(alert_rules).where(alert_rules.c.name.in_(names))).rowcount
                connection.execute(sa.insert(alert_rules), [_row(rule, at) for rule in rules])
            return int(gone)
        except IntegrityError:
            continue  # somebody saved a rule of that name between our delete and our insert
    raise StoreBusy("Others save the same alert rules at this moment.", "Try again.")


def remove_rule(store: Store, name: str) -> None:
    """Forget the rule called `name`. Raises UsageProblem when there is none."""
    with translated(store.engine), store.engine.execution_options(**{WRITING: True}).begin() as connection:
        gone = connection.execute(sa.delete(alert_rules).where(alert_rules.c.name == name)).rowcount
    if not gone:
        have = ", ".join(f"'{rule.name}'" for rule in stored_rules(store)) or "none yet"
        raise UsageProblem(f"There is no alert rule called '{name}'.", f"There are: {have}.")


def stored_rules(store: Store) -> list[AlertRule]:
    """Every rule, by name."""
    with translated(store.engine), store.engine.connect() as connection:
        rows = connection.execute(sa.select(alert_rules).order_by(alert_rules.c.name)).mappings().all()
    return [
        AlertRule(
            name=row["name"],
            metric=row["metric"],
            owner=row["owner"],
            plan=row["plan"],
            where=tuple((name, level) for name, level in json.loads(row["filter"])),
            survey=row["survey"],
            theme=row["theme"],
            screen=row["screen"],
            above=row["above"],
            below=row["below"],
            periods=row["periods"],
            every=row["every"],
            test=row["test"],
            least=row["least"],
        )
        for row in rows
    ]


def rules_of(settings: Settings) -> list[AlertRule]:
    """The rules of the workspace in `settings`; none where it has no store, and none is made."""
    if settings.store_url is None and not Path(settings.workspace / "store.db").exists():
        return []
    with open_store(settings.database_url) as store:
        return stored_rules(store)


def _row(rule: AlertRule, at: datetime) -> dict[str, object]:
    return {
        "name": rule.name, "metric": rule.metric, "owner": rule.owner, "plan": rule.plan,
        "filter": json.dumps([list(pair) for pair in rule.where], ensure_ascii=False),
        "survey": rule.survey, "theme": rule.theme, "screen": rule.screen, "above": rule.above, "below": rule.below,
        "periods": rule.periods, "every": rule.every, "test": rule.test, "least": rule.least,
        "updated_at": to_micros(at),
    }  # fmt: skip
