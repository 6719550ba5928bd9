"""Questions over HTTP: the same document as the command line's, and its steps as events before the checked answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from analyst.answers.ask import STEPS
from analyst.core.clock import system_clock
from analyst.core.settings import load_settings
from api import create_app

QUESTION = "Why did NPS move in 2026-W46?"


@pytest.fixture(scope="module")
def client(sample_workspace: Path) -> Iterator[TestClient]:
    with TestClient(create_app(load_settings(workspace=sample_workspace), system_clock)) as opened:
        yield opened


def _events(body: str) -> list[tuple[str, dict[str, object]]]:
    found = []
    for block in body.replace("\r\n", "\n").strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_an_answer_and_the_same_one_as_events(client: TestClient) -> None:
    told = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert told["kind"] == "answer" and told["claims"] and told["facts"]
    events = _events(client.get("/v1/ask/stream", params={"question": QUESTION}).text)
    assert events[-1] == ("answer", told)
    steps = [data["step"] for name, data in events[:-1] if name == "step"]
    assert len(steps) == len(events) - 1 and set(steps) <= set(STEPS) and steps[0] == "planning"
    assert not any("NPS" in json.dumps(data) for _, data in events[:-1])  # no prose before the check


def test_unknown_keys_long_questions_and_unknown_runs_are_refused(client: TestClient) -> None:
    assert client.post("/v1/ask", json={"question": "why", "sql": "DROP"}).status_code == 422
    assert client.post("/v1/ask", json={"question": "x" * 2_001}).status_code == 422
    assert client.post("/v1/ask", json={"question": "why", "run": "no-such-run"}).status_code == 400
    name, data = _events(client.get("/v1/ask/stream", params={"question": "why", "run": "no-such-run"}).text)[-1]
    assert name == "problem" and data["title"]
