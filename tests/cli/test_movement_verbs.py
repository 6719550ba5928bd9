"""Views, weights, drivers and lags on the sample company, as people ask for them."""

import json
from pathlib import Path
from typing import Any

import pytest

from analyst.cli.app import run


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(list(arguments)) == 0
    return capsys.readouterr().out


def test_each_view_adds_up_to_the_change(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "why", "--workspace", str(sample_workspace))
    assert [view["kind"] for view in found["views"]] == ["themes", "screens"]
    for view in found["views"]:
        assert abs(sum(term["points"] for term in view["terms"]) - found["change"]) < 1e-9
    assert found["response"]["base"] == "users with a session" and found["response"]["raw"]["value"] == found["change"]
    assert found["hidden"]["kind"] in ("none", "against", "apart", "sharper", "behind")


def test_the_tables_say_which_view_they_are(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _said(capsys, "why", "--workspace", str(sample_workspace))
    assert "not to be added" in told and "no comment" in told and "no telemetry" in told
    assert "as answered" in told and "headline" in told


def test_revenue_weighs_otherwise(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = _json(capsys, "why", "--workspace", str(sample_workspace))
    paid = _json(capsys, "why", "--weight", "revenue", "--workspace", str(sample_workspace))
    assert paid["weighting"] == "revenue" and paid["n"] < plain["n"] and paid["change"] != plain["change"]
    assert any("revenue" in caveat for caveat in paid["caveats"])
    assert run(["why", "--weight", "loudness", "--workspace", str(sample_workspace)]) == 2


def test_a_survey_that_is_not_there(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", "--survey", "exit interview", "--workspace", str(sample_workspace)]) == 2
    assert "nps-relationship" in capsys.readouterr().err


def test_drivers_stand_beside_leave_one_out(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "drivers", "--workspace", str(sample_workspace))
    assert found["drivers"] and 0 < found["explained"] < 1
    for driver in found["drivers"]:
        low, high = driver["effect"]["interval"]
        assert low < driver["effect"]["value"] < high
    assert "Why leave-one-out differs" in _said(capsys, "drivers", "--workspace", str(sample_workspace))


def test_lags_come_with_the_one_that_cannot_be(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _json(capsys, "lag", "--workspace", str(sample_workspace))["lags"]
    assert found[0]["on"] == [] and [e["after"] for e in found[0]["lags"]] == [False, False, False, True]
    assert "after the answer" in _said(capsys, "lag", "--screen", "Payment", "--workspace", str(sample_workspace))
    assert run(["lag", "--signal", "sneeze", "--workspace", str(sample_workspace)]) == 2


def test_a_window_to_come(sample_workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", "--week", "2099-W01", "--workspace", str(sample_workspace)]) == 2
    later = ["--week", "2026-W46", "--versus", "2099-W02", "--workspace", str(sample_workspace)]
    assert run(["why", *later]) == 2
    assert "future" in capsys.readouterr().err
