"""Alerts for a reader: the rules of the workspace put to the run, as claims, as JSON, as Markdown."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.answers.facts import Allowance, Claim, Direction, FactBook, Number, Unit
from analyst.core.errors import UndertoneError
from analyst.core.query import where_text
from analyst.findings.alerts import BASELINE_DAYS, AlertFinding, alert_findings

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
    as_of = finding.as_of.isoformat() if finding.as_of else "no day"
    now = f" --now {finding.as_of + timedelta(days=1)}" if finding.as_of else ""
    fact = book.add(
        f"Alert rule “{finding.rule.name}” as of {as_of}: {finding.sentence}",
        _numbers(finding),
        n=finding.n,
        where=where_text(finding.rule.where),
        window=as_of,
        command=f"undertone alerts{now} --json",
        names=[finding.rule.name, *alert_names([finding])],
        direction=_direction(finding),
        allows=_allows(finding),
    )
    return Claim(finding.sentence, (fact,))


def _numbers(finding: AlertFinding) -> list[Number]:
    """The level with its interval and n, the one before, the rule's limits, and whatever else the sentence says."""
    unit: Unit = "share" if finding.rule.is_share else "points"
    low, high = finding.interval
    known = [(finding.value, "now"), (low, "low"), (high, "high"), (finding.baseline, "before")]
    numbers = [Number(value, unit, of) for value, of in known if value is not None]
    limits = (finding.rule.above, finding.rule.below, finding.rule.least)
    numbers += [Number(limit, unit, "threshold") for limit in limits if limit is not None]
    numbers.append(Number(float(finding.n), "count", "n"))
    numbers.append(Number(BASELINE_DAYS / 7, "weeks", "baseline"))
    said = {finding.value, low, high, finding.baseline}
    if finding.level == "too_little_data":  # its numbers are answers, and days, that there are and that it takes
        counted = [Number(value, "count", "n") for value in finding.numbers]
        return [*numbers, *counted, *(Number(value, "days", "days") for value in finding.numbers)]
    return [*numbers, *(Number(value) for value in finding.numbers if value not in said)]


def _allows(finding: AlertFinding) -> list[Allowance]:
    """None where nothing was counted; all where a threshold has held in each of several periods."""
    allows: list[Allowance] = ["none"] if finding.n == 0 else []
    return [*allows, "all"] if finding.level == "alert" and finding.rule.periods > 1 else allows


def _direction(finding: AlertFinding) -> Direction:
    """The way that a firing test has gone; a threshold that is crossed states no change."""
    if finding.level != "alert" or not finding.rule.test:
        return ""
    return "down" if finding.rule.test == "falls" else "up"


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
