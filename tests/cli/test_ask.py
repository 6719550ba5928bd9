"""`undertone ask`: an answer, a question back and a refusal are all answers; the JSON is whole; nothing heavy loads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analyst.cli.app import run

NOW = ["--now", "2026-11-16"]


def _json(sample_workspace: Path, capsys: pytest.CaptureFixture[str], question: str) -> dict[str, object]:
    capsys.readouterr()
    assert run(["ask", question, "--json", "--workspace", str(sample_workspace), *NOW]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_an_answer_says_what_it_understood_and_rests_on_facts(
    sample_workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _json(sample_workspace, capsys, "Why did NPS drop last week?")
    assert found["kind"] == "answer" and found["intent"] == "why" and found["window"] == "2026-W46"
    assert found["understood"] and found["verdict"] and found["grounded"] == "extractive"
    facts = {fact["fact_id"] for fact in found["facts"]}  # type: ignore[attr-defined]
    evidence = {one["evidence_id"]: one["text"] for one in found["evidence"]}  # type: ignore[attr-defined]
    for claim in found["claims"]:  # type: ignore[attr-defined]
        assert set(claim["facts"]) <= facts and set(claim["cites"]) <= set(evidence)
    assert found["dropped"] == []
    assert len(found["next_questions"]) <= 3  # type: ignore[arg-type]


def test_what_follows_can_itself_be_asked(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(sample_workspace, capsys, "What should we fix first?")
    assert found["next_questions"]
    for question in found["next_questions"]:  # type: ignore[attr-defined]
        assert _json(sample_workspace, capsys, question)["kind"] == "answer"


def test_a_refusal_is_an_answer_too(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(sample_workspace, capsys, "Will NPS rise next year?")
    assert found["kind"] == "declined" and found["message"] and found["claims"] == []
    assert run(["ask", "Will NPS rise next year?", "--workspace", str(sample_workspace), *NOW]) == 0
    assert str(found["message"])[:40] in capsys.readouterr().out


def test_on_a_terminal_quotes_carry_score_and_date_and_facts_their_command(
    sample_workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    asked = ["ask", "Show me 3 quotes from last week", "--facts", "--workspace", str(sample_workspace), *NOW]
    assert run(asked) == 0
    shown = capsys.readouterr().out
    assert shown.count("“") >= 3 and "(scored " in shown and "2026-11-" in shown
    assert "undertone themes --metric" in shown


def test_without_a_question_there_must_be_a_terminal(
    sample_workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: SIM115
    assert run(["ask", "--workspace", str(sample_workspace)]) == 2
    assert "There is no question." in capsys.readouterr().err


def test_asking_loads_no_model_library_and_no_torch() -> None:
    code = "import sys, analyst.answers.inquiry, analyst.cli.ask, analyst.answers.telling.teller\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"openai", "langchain", "langchain_core", "torch", "sklearn", "umap"} & set(done.stdout.split())
