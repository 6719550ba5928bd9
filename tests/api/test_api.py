"""The API says what the command line says, and its errors are problem documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from analyst.cli.app import run
from analyst.core.clock import system_clock
from analyst.core.settings import load_settings
from api import create_app


@pytest.fixture(scope="module")
def client(sample_workspace: Path) -> Iterator[TestClient]:
    with TestClient(create_app(load_settings(workspace=sample_workspace), system_clock)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "verb", "key"),
    [("/v1/movement", "why", "ledger"), ("/v1/themes", "themes", "themes"), ("/v1/fixes?limit=5", "fixes", "fixes")],
)
def test_the_same_findings_as_the_command_line(
    client: TestClient,
    sample_workspace: Path,
    capsys: pytest.CaptureFixture[str],
    path: str,
    verb: str,
    key: str,
) -> None:
    capsys.readouterr()
    assert run([verb, "--json", "--workspace", str(sample_workspace)]) == 0
    assert client.get(path).json()[key] == json.loads(capsys.readouterr().out)[key]


def test_every_analytic_reply_says_what_it_is_about(client: TestClient) -> None:
    for path in ("/v1/movement", "/v1/themes", "/v1/screens", "/v1/fixes"):
        found = client.get(path, params={"week": "2026-W46", "where": "platform=android"}).json()
        assert found["window"] == "2026-W46"
        assert found["where"] == {"platform": "android"}
        assert found["run_id"]


def test_the_digest_in_every_form(client: TestClient) -> None:
    assert client.get("/v1/digest").json()["window"] == "2026-W46"
    assert client.get("/v1/digest?form=md").text.startswith("# Weekly digest")
    assert "<h1>Weekly digest" in client.get("/v1/digest?form=html").text
    assert client.get("/").text == client.get("/v1/digest?form=html").text


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/v1/movement?week=2026-W99", 422, "is not an ISO week"),
        ("/v1/movement?where=colour=red", 422, "no segment called 'colour'"),
        ("/v1/fixes?limit=0", 422, "limit"),
        ("/v1/movement?run=nope", 400, "missing"),
        ("/v1/nothing", 404, "Not Found"),
    ],
)
def test_errors_are_problem_documents(client: TestClient, path: str, status: int, sentence: str) -> None:
    reply = client.get(path)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    body = reply.json()
    assert body["status"] == status
    assert sentence in body["title"]
    assert body["type"].startswith("urn:undertone:problem:")


def test_a_run_name_cannot_leave_the_workspace(client: TestClient) -> None:
    for name in ("../../etc", "..", "/etc/passwd", "current"):
        assert client.get("/v1/movement", params={"run": name}).status_code in (400, 404, 422)


def test_health_before_and_after_the_first_run(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/v1/health").json()["ready"] is True
    with TestClient(create_app(load_settings(workspace=tmp_path), system_clock)) as empty:
        assert empty.get("/v1/health").json() == {"status": "ok", "ready": False, "run_id": None}
        assert empty.get("/").status_code == 404
        assert "Nothing has been analysed" in empty.get("/").json()["title"]


def test_the_runs_are_listed(client: TestClient) -> None:
    runs = client.get("/v1/runs").json()["runs"]
    assert client.get("/v1/runs/current").json()["run_id"] == runs[-1]


def test_serving_beyond_this_machine_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--host", "0.0.0.0"]) == 2
    assert "no access keys" in capsys.readouterr().err
