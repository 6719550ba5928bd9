"""Alerts for a reader: the rules of the workspace put to the run, as claims, as JSON, as Markdown."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.answers.facts import Claim, FactBook
from analyst.core.errors import UndertoneError
from analyst.core.query import where_text
from analyst.findings.alerts import AlertFinding, alert_findings

if TYPE_CHECKING:
    from analyst.core.settings import Settings
    from analyst.records import AlertRule
    from analyst.runs.view import View

TITLE = "Alerts that fired, owner and plan"


@dataclass(frozen=True)
class Alerts:
    """What every rule of the workspace says, alerts first. `note` says why the rules could not be read."""

    findings: list[AlertFinding] = field(default_factory=list)
    note: str = ""

    @property
    def fired(self) -> list[AlertFinding]:
        """Those whose condition holds."""
        return [finding for finding in self.findings if finding.level == "alert"]

    @property
    def watched(self) -> list[AlertFinding]:
        """Those with one day that lies off."""
        return [finding for finding in self.findings if finding.level == "watch"]

    @property
    def unreadable(self) -> list[AlertFinding]:
        """Rules that this run cannot answer."""
        return [finding for finding in self.findings if finding.level == "unreadable"]

    @property
    def summary(self) -> str:
        """`1 of 2 rules fires.`, with what else there is to know; empty without rules."""
        if not self.findings:
            return self.note
        rules = len(self.findings)
        fires = "fires" if len(self.fired) == 1 else "fire"
        told = f"{len(self.fired) or 'None'} of {rules} rules {fires}" if rules > 1 else "The one rule fires"
        if rules == 1 and not self.fired:
            told = "The one rule does not fire"
        elif rules > 1 and not self.fired:
            told = f"None of the {rules} rules fires"
        short = sum(finding.level == "too_little_data" for finding in self.findings)
        more = [f"{len(self.watched)} to watch"] if self.watched else []
        more += [f"{short} with too little data"] if short else []
        more += [f"{len(self.unreadable)} that cannot be read on this run"] if self.unreadable else []
        return f"{told}{'; ' + ', '.join(more) if more else ''}."


def workspace_alerts(view: View, until: datetime) -> Alerts:
    """The rules of the view's workspace as of `until`. A store that cannot be read is a note, not an error: the run
    can be told without it."""
    try:
        rules = _rules(view.settings)
    except UndertoneError as problem:
        return Alerts(note=f"The alert rules could not be read: {problem}")
    if not rules:
        return Alerts()
    found = alert_findings(
        view.connection,
        rules,
        until=min(until, view.until),
        timezone=view.settings.timezone,
        min_window=view.settings.min_window,
    )
    return Alerts(found)


def _rules(settings: Settings) -> list[AlertRule]:
    """The workspace's rules. Most have none, and opening a store takes longer than a look for the table's rows."""
    if settings.store_url is None and not _has_rules(settings.workspace / "store.db"):
        return []
    from analyst.records.store.alerting import rules_of

    return rules_of(settings)


def _has_rules(store: Path) -> bool:
    """Whether the SQLite file holds an alert rule; True where that cannot be seen: the store itself then says why."""
    if not store.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            named = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'alert_rules'"
            if connection.execute(named).fetchone()[0] == 0:
                return False
            return bool(connection.execute("SELECT count(*) FROM alert_rules").fetchone()[0])
    except sqlite3.Error:
        return True


def alert_claim(finding: AlertFinding, book: FactBook) -> Claim:
    """The finding's sentence, with the fact that its numbers come from."""
    low, high = finding.interval
    known = [f"value {finding.value:g}" if finding.value is not None else "", f"n {finding.n}"]
    known.append(f"95% interval {low:g} to {high:g}" if low is not None and high is not None else "")
    known.append(f"before {finding.baseline:g}" if finding.baseline is not None else "")
    as_of = finding.as_of.isoformat() if finding.as_of else "no day"
    now = f" --now {finding.as_of + timedelta(days=1)}" if finding.as_of else ""
    fact = book.add(
        f"Alert rule “{finding.rule.name}” as of {as_of}: {', '.join(filter(None, known))}",
        finding.numbers,
        n=finding.n,
        where=where_text(finding.rule.where),
        window=as_of,
        command=f"undertone alerts{now} --json",
    )
    return Claim(finding.sentence, (fact,))


def alert_names(findings: Sequence[AlertFinding]) -> list[str]:
    """The names in their sentences, whose digits are no numbers: labels, screens, segment values."""
    names = [finding.label for finding in findings] + [finding.rule.screen for finding in findings]
    names += [finding.rule.survey for finding in findings]
    names += [value for finding in findings for _, value in finding.rule.where]
    return [name for name in names if name]


def alert_json(finding: AlertFinding) -> dict[str, Any]:
    """One rule and what it says."""
    return {
        "name": finding.rule.name,
        "level": finding.level,
        "as_of": finding.as_of.isoformat() if finding.as_of else None,
        "since": finding.since.isoformat() if finding.since else None,
        "value": finding.value,
        "interval": list(finding.interval),
        "n": finding.n,
        "baseline": finding.baseline,
        "unit": "share" if finding.rule.is_share else "points",
        "sentence": finding.sentence,
        "owner": finding.owner,
        "plan": finding.plan,
        "rule": finding.rule.to_dict(),
    }
