"""`undertone screens`: its JSON keeps its contract, its tables say what matters, its errors help."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyst.cli.app import run


@pytest.fixture
def home(sample_workspace: Path) -> str:
    return str(sample_workspace)


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _text(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(list(arguments)) == 0
    return " ".join(capsys.readouterr().out.split())


def _complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(list(arguments)) == 2
    return capsys.readouterr().err


def test_screens_carry_rates_weeks_and_what_the_taps_are(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "screens", "--workspace", home)
    assert {"window", "baseline", "join", "screens", "themes", "funnels"} == set(found)
    first = found["screens"][0]
    assert first["screen"] == "Payment" and not first["likely_false"]
    assert first["by_week"][-1]["week"] == found["window"]
    assert first["by_week"][-1]["rate"]["value"] == pytest.approx(first["rate"]["value"])
    assert 0 < first["user_share"]["value"] <= 1
    meant = {row["screen"] for row in found["screens"] if row["likely_false"]}
    assert "Payment" not in meant
    for row in found["screens"]:
        assert row["signal"] == "rage_tap" or row["taps"] is None
    assert found["join"]["sentences"][0].endswith("have a session in the 14 days before.")


def test_fixes_never_rest_on_taps_that_look_meant(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    screens = _json(capsys, "screens", "--workspace", home)["screens"]
    meant = {row["screen"] for row in screens if row["likely_false"]}
    harmful = {row["screen"] for row in screens if row["signal"] != "rage_tap" and row["sessions"] and row["users"] > 5}
    fixes = _json(capsys, "fixes", "--workspace", home, "--top", "20")["fixes"]
    assert not [fix for fix in fixes if fix["grade"] != "C" and fix["screen"] in meant - harmful]


def test_a_funnel_has_its_worst_step_first(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    (funnel,) = _json(capsys, "screens", "--workspace", home, "--funnel", "home > basket > checkout > payment")[
        "funnels"
    ]
    assert funnel["screens"] == ["Home", "Basket", "Checkout", "Payment"]
    rates = [step["rate"]["value"] for step in funnel["steps"]]
    assert rates == sorted(rates) and {step["number"] for step in funnel["steps"]} == {1, 2, 3}
    assert funnel["whole"]["value"] <= min(rates)
    per_user = _json(capsys, "screens", "--workspace", home, "--funnel", "Home > Basket", "--per", "user")["funnels"]
    assert per_user[0]["whole"]["value"] >= 0.3


def test_without_a_funnel_one_is_found(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = _text(capsys, "screens", "--workspace", home, "--by", "platform")
    assert "The path that most sessions walk" in told and "The worst step is" in told
    assert "android" in told and "have a session in the 14 days before" in told


def test_a_named_funnel_of_the_settings(
    home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERTONE_FUNNELS", '{"buying": "Basket > Checkout > Payment"}')
    found = _json(capsys, "screens", "--workspace", home)["funnels"]
    assert [(one["name"], one["screens"][0]) for one in found] == [("buying", "Basket")]
    assert _json(capsys, "screens", "--workspace", home, "--funnel", "buying")["funnels"][0]["name"] == "buying"


def test_one_screen_in_full(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = _text(capsys, "screens", "--workspace", home, "--screen", "payment")
    assert "Week by week" in told and "Basket" not in told and "2026-W46" in told


def test_what_is_not_there_is_named(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Perhaps: Payment" in _complaint(capsys, "screens", "--workspace", home, "--screen", "paymet")
    assert "Payment" in _complaint(capsys, "screens", "--workspace", home, "--funnel", "Home > Paymet")
    assert "Home > Basket > Payment" in _complaint(capsys, "screens", "--workspace", home, "--funnel", "buying")
    assert "platform" in _complaint(capsys, "screens", "--workspace", home, "--by", "planet")


def test_without_sessions_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.runs.small_run import response, write_run

    answers = [response(i, 4 + i % 2 * 6, 3 if i % 3 else 10) for i in range(90)]
    write_run(tmp_path / "ws" / "runs", responses=answers)
    window = ("--from", "2026-11-09", "--to", "2026-11-15", "--versus", "2026-11-02..2026-11-08")
    told = _text(capsys, "screens", "--workspace", str(tmp_path / "ws"), *window)
    assert "No friction was met" in told and "No sessions are known" in told
    found = _json(capsys, "screens", "--workspace", str(tmp_path / "ws"), *window)
    assert (found["screens"], found["funnels"], found["join"]["sessions"]) == ([], [], 0)
