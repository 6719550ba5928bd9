"""`undertone alerts` from end to end, on a copy of the sample company's workspace."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analyst.cli.app import run
from analyst.records import load_rules, rules_from
from analyst.sample import RULES

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-11-16"


@pytest.fixture
def home(sample_workspace: Path, tmp_path: Path) -> str:
    """A workspace of one's own with the sample's run and a store without rules."""
    copy = tmp_path / "ws"
    copy.mkdir()
    (copy / "runs").symlink_to(sample_workspace / "runs", target_is_directory=True)
    shutil.copy(sample_workspace / "store.db", copy / "store.db")
    return str(copy)


Say = Callable[..., str]


@pytest.fixture
def say(home: str, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs the command line on `home` and gives what it printed on either stream."""

    def one(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run([*arguments, "--workspace", home]) == code
        shown = capsys.readouterr()
        return shown.out + shown.err

    return one


def _json(say: Say, *arguments: str) -> Any:
    return json.loads(say(*arguments, "--json"))


def test_the_sample_rules_fire_in_the_week_that_went_wrong(say: Say) -> None:
    assert "Saved 'Rage taps on Payment', 'NPS on Android'" in say("alerts", "load", str(RULES))
    found = {alert["name"]: alert for alert in _json(say, "alerts", "--now", NOW)["alerts"]}
    taps, nps = found["Rage taps on Payment"], found["NPS on Android"]
    assert taps["level"] == nps["level"] == "alert"
    assert (taps["since"], taps["unit"], nps["unit"]) == ("2026-11-09", "share", "points")
    assert "2026-11-08" <= nps["since"] <= "2026-11-15"
    for alert in (taps, nps):
        assert alert["interval"][0] <= alert["value"] <= alert["interval"][1] and alert["n"] > 30
        assert alert["owner"] and len(alert["plan"].splitlines()) == 2
    assert taps["value"] > 0.1 > taps["baseline"] and nps["value"] < nps["baseline"]


def test_the_week_before_nothing_fired(say: Say) -> None:
    say("alerts", "load", str(RULES))
    found = _json(say, "alerts", "--now", "2026-11-09")["alerts"]
    assert [alert["level"] for alert in found if alert["level"] == "alert"] == []
    assert all(alert["as_of"] == "2026-11-08" for alert in found)


def test_the_text_names_owner_and_plan(say: Say) -> None:
    say("alerts", "load", str(RULES))
    told = " ".join(say("alerts", "--now", NOW).split())
    assert told.startswith("2 of 2 rules fire.")
    assert "Owner: Mira Okafor, payments squad. Plan: If rage taps on Payment exceed 10 %" in told
    listed = " ".join(say("alerts", "rules").split())
    assert "Rage taps on Payment: above 10.0% for 1 week" in listed and "Jonas Lindqvist" in listed


def test_rules_are_added_replaced_and_removed(say: Say) -> None:
    assert "There are no alert rules" in say("alerts", "--now", NOW)
    said = ["--metric", "csat", "--owner", "Ana", "--plan", "Look.", "--where", "plan=plus"]
    say("alerts", "add", "Plus", *said, "--below", "10", "--for", "2", "--every", "day")
    (rule,) = _json(say, "alerts", "rules")["rules"]
    assert rule == {
        "name": "Plus", "metric": "csat", "where": {"plan": "plus"}, "below": 10.0, "for": 2, "every": "day",
        "owner": "Ana", "plan": "Look.",
    }  # fmt: skip
    assert "in place of an older one" in say("alerts", "add", "Plus", *said, "--test", "falls", "--least", "3")
    (rule,) = _json(say, "alerts", "rules")["rules"]
    assert (rule["test"], rule["least"]) == ("falls", 3.0) and "below" not in rule
    assert "no alert rule called 'Minus'" in say("alerts", "remove", "Minus", code=2)
    assert "Removed" in say("alerts", "remove", "Plus")
    assert "There are no alert rules yet" in say("alerts", "remove", "Plus", code=2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "x", "--metric", "joy", "--owner", "Ana", "--plan", "y"], "is no metric"),
        (["add", "x", "--metric", "nps", "--owner", "Ana", "--plan", "y"], "needs one condition"),
        (["add", "x", "--metric", "nps", "--owner", " ", "--plan", "y", "--below", "3"], "has no owner"),
        (["add", "x", "--metric", "crash", "--owner", "Ana", "--plan", "y", "--above", "5"], "is no share"),
        (["add", "x", "--metric", "nps", "--below", "3", "--owner", "Ana", "--plan", "y", "--where", "a"], "filter"),
        (["load", "missing.toml"], "cannot be read"),
        (["--json", "rules"], "Write them after it"),
    ],
)
def test_what_cannot_be_a_rule_is_a_sentence(say: Say, arguments: list[str], sentence: str) -> None:
    assert sentence in say("alerts", *arguments, code=2)


def test_a_rule_that_this_run_cannot_answer_is_told_and_stops_nothing(say: Say) -> None:
    said = ["--owner", "Ana", "--plan", "Look."]
    say("alerts", "add", "Lost", "--metric", "crash", "--screen", "Nowhere", "--above", "1%", *said)
    say("alerts", "add", "Fine", "--metric", "nps", "--below", "100", *said)
    found = {alert["name"]: alert["level"] for alert in _json(say, "alerts", "--now", NOW)["alerts"]}
    assert found == {"Fine": "alert", "Lost": "unreadable"}
    assert "Nowhere" in say("digest", "--now", NOW)


def test_every_form_of_the_digest_says_who_does_what(say: Say) -> None:
    assert _json(say, "digest", "--now", NOW)["alerts"] == []
    assert "Alerts that fired" not in say("digest", "--now", NOW)
    say("alerts", "load", str(RULES))
    found = _json(say, "digest", "--now", NOW)
    assert [alert["level"] for alert in found["alerts"]] == ["alert", "alert"]
    assert found["dropped"] == []
    told = {claim["text"]: claim["facts"] for claim in found["claims"]}
    for alert in found["alerts"]:
        assert told[alert["sentence"]]
    for form in ("text", "md", "html"):
        page = " ".join(say("digest", "--now", NOW, "--format", form).split())
        assert "Alerts that fired, owner and plan" in page
        for words in ("Mira Okafor", "Jonas Lindqvist", "halts the rollout"):
            assert words in page, form


def test_a_rule_cannot_bring_markup_into_the_page(say: Say) -> None:
    said = ["--owner", "<b>Ana</b>", "--plan", "<script>alert(1)</script>"]
    say("alerts", "add", "<img src=x>", "--metric", "nps", "--below", "100", *said)
    page = say("digest", "--now", NOW, "--format", "html")
    assert "<script" not in page and "<img" not in page and "<b>Ana" not in page
    assert "&lt;script&gt;" in page


def test_a_digest_of_the_past_shows_the_alerts_of_its_day(say: Say) -> None:
    say("alerts", "load", str(RULES))
    then = _json(say, "digest", "--now", NOW, "--week", "2026-W44")["alerts"]
    assert then and all(alert["as_of"] == "2026-11-01" and alert["level"] != "alert" for alert in then)


def test_reading_makes_no_store(say: Say, home: str) -> None:
    (Path(home) / "store.db").unlink()
    assert "There are no alert rules" in say("alerts", "--now", NOW)
    assert _json(say, "digest", "--now", NOW)["alerts"] == []
    assert not (Path(home) / "store.db").exists()


def test_a_damaged_store_costs_the_alerts_and_not_the_digest(say: Say, home: str) -> None:
    (Path(home) / "store.db").write_bytes(b"not a database" * 500)
    assert "could not be read" in say("digest", "--now", NOW)
    assert "could not be read" in say("alerts", "--now", NOW, code=1)


def test_the_rules_file_of_the_docs_is_valid(say: Say) -> None:
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert block
    rules = rules_from(tomllib.loads(block[1]))
    assert {rule.test is None for rule in rules} == {True, False}
    assert {rule.name for rule in load_rules(RULES)} == {"Rage taps on Payment", "NPS on Android"}


def test_the_figures_of_the_docs_are_those_of_the_bench() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    lines = (ROOT / "bench" / "movement" / "results" / "alerts.md").read_text(encoding="utf-8").splitlines()
    quoted = [line for line in text.splitlines() if line.startswith("| ") and line.count("|") > 3]
    figures = [line for line in quoted if re.search(r"\d\.\d\d|\(\d+%\)", line)]
    assert len(figures) >= 8
    for line in figures:
        assert line in lines
