"""The quarter company on the morning after its last day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from analyst.answers.asking.known import known_of
from analyst.answers.asking.plan import AskBack, Declined, Plan, Reading
from analyst.answers.asking.planner import plan_question
from analyst.core.clock import fixed_clock
from analyst.core.settings import load_settings
from analyst.runs.view import View, open_view

Ask = Callable[[str], Reading]


@pytest.fixture(scope="session")
def asked_view(sample_workspace: Path) -> View:
    settings = load_settings(workspace=sample_workspace)
    last = known_of(open_view(settings, fixed_clock(datetime(2100, 1, 1, tzinfo=UTC)))).last["nps"]
    return open_view(settings, fixed_clock(datetime.combine(last + timedelta(days=1), time(8), UTC)))


@pytest.fixture(scope="session")
def ask(asked_view: View) -> Ask:
    return lambda question: plan_question(question, asked_view)


@pytest.fixture(scope="session")
def planned(ask: Ask) -> Callable[[str], Plan]:
    def plan(question: str) -> Plan:
        reading = ask(question)
        assert isinstance(reading, Plan), f"{question!r} is no plan: {reading}"
        return reading

    return plan


@pytest.fixture(scope="session")
def refused(ask: Ask) -> Callable[[str], Declined]:
    def decline(question: str) -> Declined:
        reading = ask(question)
        assert isinstance(reading, Declined), f"{question!r} was not declined: {reading}"
        return reading

    return decline


@pytest.fixture(scope="session")
def asked_back(ask: Ask) -> Callable[[str], AskBack]:
    def back(question: str) -> AskBack:
        reading = ask(question)
        assert isinstance(reading, AskBack), f"{question!r} was not asked back: {reading}"
        return reading

    return back
