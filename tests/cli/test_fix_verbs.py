"""`undertone fixes ship|verify|...` from end to end, on a copy of the sample company's workspace."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from analyst.cli.app import run
from analyst.core.values import Estimate
from analyst.fixes.looks import Look
from analyst.records import open_store
from analyst.records.store.shipping import add_look

NOW = "2026-11-16"
Say = Callable[..., str]


@pytest.fixture
def home(sample_workspace: Path, tmp_path: Path) -> Path:
    """A workspace of one's own with the sample's run and store."""
    copy = tmp_path / "ws"
    copy.mkdir()
    (copy / "runs").symlink_to(sample_workspace / "runs", target_is_directory=True)
    shutil.copy(sample_workspace / "store.db", copy / "store.db")
    return copy


@pytest.fixture
def say(home: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs `undertone fixes ...` on `home` as of NOW and gives what it printed on either stream, on one line."""

    def one(*arguments: str, code: int = 0, verb: str = "fixes", now: str | None = NOW) -> str:
        capsys.readouterr()
        clock = ["--now", now] if now else []
        assert run([verb, *arguments, *clock, "--workspace", str(home)]) == code
        shown = capsys.readouterr()
        return shown.out + shown.err

    return one


@pytest.fixture(scope="module")
def first_fix(sample_workspace: Path) -> str:
    """The id of the first fix of the list."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        assert run(["fixes", "--top", "1", "--json", "--now", NOW, "--workspace", str(sample_workspace)]) == 0
    return str(json.loads(shown.getvalue())["fixes"][0]["fix_id"])


def _json(say: Say, *arguments: str, **more: Any) -> Any:
    return json.loads(say(*arguments, "--json", **more))


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_a_fix_from_plan_to_review(say: Say, home: Path) -> None:
    listed = _json(say)
    fix = listed["fixes"][0]
    fix_id = fix["fix_id"]
    assert listed["under_way"] == [] and listed["realisation"]["value"] == 0.5
    assert "assumed" in listed["realisation"]["told"]

    say("set", fix_id, "--status", "doing", "--owner", "Mira Okafor", "--due", "2026-11-12", "--effort", "1.5")
    (row,) = _json(say, "status")["fixes"]
    assert (row["calls_for"], row["days"], row["owner"], row["effort"]) == ("overdue", 4, "Mira Okafor", 1.5)
    assert row["title"] == fix["title"]
    told = _flat(say(verb="digest"))
    assert "Fixes under way that call for somebody" in told
    assert f"{fix['title']} (Mira Okafor) was due on 2026-11-12: 4 days overdue." in told
    assert "Left out" not in told
    (follow,) = json.loads(say("--format", "json", verb="digest"))["follow_ups"]
    assert follow["fix_id"] == fix_id and follow["calls_for"] == "overdue"
    for form in ("md", "html"):
        path = home / f"digest.{form}"
        say("--format", form, "--out", str(path), verb="digest")
        assert "4 days overdue" in path.read_text(encoding="utf-8")

    made = _json(say, "ship", fix_id)
    assert (made["shipped"], made["number"], made["target"]["screen"]) == (NOW, 1, fix["screen"])
    assert "app_version" not in made["target"]["where"]
    assert made["review"] >= "2026-11-30" and made["lift"]["value"] > 0
    assert "It will be judged once" in " ".join(made["promise"])
    listed = _json(say)
    again = next(other for other in listed["fixes"] if other["fix_id"] == fix_id)
    assert listed["under_way"][0]["status"] == "shipped"
    assert again["effort"] == 1.5 and not again["effort_assumed"]
    refused = _flat(say("ship", fix_id, code=2))
    assert f"{fix_id} is registered as shipped on {NOW} already" in refused
    assert "registration is never changed" in _flat(say("ship", fix_id, "--again", code=2))

    assert "too early" in say("verify", fix_id) and "preliminary" in say("verify")
    assert _json(say, "verify", now="2027-06-01")["fixes"][0]["verdict"] == "too_early"  # nothing came since
    assert "overdue" not in _flat(say(verb="digest"))


def test_calibration_says_what_it_rests_on(say: Say) -> None:
    found = _json(say, "calibration", now=None)
    assert found["judged"] == [] and found["realisation"]["n"] == 0 and "assumed" in found["told"]
    assert "Realisation .50 assumed" in _flat(say("calibration", now=None))


def test_a_shipped_fix_without_effect_is_told_and_may_be_tried_again(say: Say) -> None:
    """A trouble of long standing, said to have been fixed while it goes on."""
    fixes = _json(say, "--top", "20")["fixes"]
    steady = [f for f in fixes if f["grade"] != "C" and f["screen"] and not dict(f["where"]).get("app_version")]
    if not steady:
        pytest.skip("no trouble of long standing is in this list")
    fix_id = steady[0]["fix_id"]
    made = _json(say, "ship", fix_id, "--on", "2026-10-26")
    assert made["review"] <= NOW or made["score"]["n"]
    (seen,) = _json(say, "verify", fix_id)["fixes"]
    if seen["verdict"] == "too_early":
        pytest.skip("its review lies after the sample's last day")
    assert seen["verdict"] in ("no_effect", "friction_fell", "cannot_tell")
    if seen["verdict"] == "no_effect":
        assert "had no effect" in _flat(say("status"))
        assert "judged: no effect" in _flat(say("ship", fix_id, code=2))
        assert _json(say, "ship", fix_id, "--again")["number"] == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ship", "FIX", "--on", "2027-02-01"], "lies in the future"),
        (["ship", "FIX", "--on", "soon"], "'soon' is not a day"),
        (["ship", "FIX", "--release", "99.1"], "No session and no release in the calendar names the version 99.1"),
        (["ship", "FIX", "--target-screen", "Moon"], "saw a screen 'Moon'"),
        (["ship", "FIX", "--target-theme", "no such theme"], "There is no theme called 'no such theme'"),
        (["ship", "payment"], "There is no fix called 'payment'"),
        (["verify", "FIX"], "No fix is registered as shipped yet"),
        (["set", "FIX"], "Nothing is to be set"),
        (["set", "FIX", "--status", "shipped"], "shipped by registering it"),
        (["set", "FIX", "--status", "maybe"], "'maybe' is no status"),
        (["set", "FIX", "--effort", "0"], "0 is no effort"),
        (["set", "FIX", "--due", "31.12."], "is not a day"),
        (["set", "nothing", "--owner", "Ana"], "There is no fix called 'nothing'"),
        (["export", "fixes.txt", "--format", "jira"], "is no CSV file"),
        (["callbacks", "nothing"], "There is no fix called 'nothing'"),
        (["--json", "status"], "Write them after it"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(say: Say, first_fix: str, arguments: list[str], sentence: str) -> None:
    assert sentence in _flat(say(*[first_fix if a == "FIX" else a for a in arguments], code=2))


def test_the_nearest_fix_is_named(say: Say) -> None:
    fix = _json(say)["fixes"][0]
    told = _flat(say("ship", fix["fix_id"][:-1], code=2))
    assert f"Did you mean {fix['fix_id']}" in told


def test_fixes_leave_as_issues(say: Say, tmp_path: Path) -> None:
    wanted = [fix["fix_id"] for fix in _json(say, "--top", "3")["fixes"]]
    say("export", str(tmp_path / "issues"), "--top", "3")
    assert sorted(p.name.split("-", 1)[1].removesuffix(".md") for p in (tmp_path / "issues").iterdir()) == sorted(
        wanted
    )
    for form in ("jira", "linear"):
        path = tmp_path / f"{form}.csv"
        assert _json(say, "export", str(path), "--format", form, "--top", "3")["fixes"] == wanted
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        assert len(rows) == 4 and all(len(row) == len(rows[0]) for row in rows)


def test_callbacks_name_people_and_leave_consent_empty(say: Say, first_fix: str, tmp_path: Path) -> None:
    found = _json(say, "callbacks", first_fix, "--limit", "5")
    assert 0 < len(found["people"]) <= 5
    assert len({person["user_id"] for person in found["people"]}) == len(found["people"])
    assert all(person["score"] <= 6 and person["consent"] == person["contact"] == "" for person in found["people"])
    path = tmp_path / "calls.csv"
    assert f"{len(found['people'])} people written" in say("callbacks", first_fix, "--limit", "5", "--out", str(path))
    with path.open(newline="", encoding="utf-8") as file:
        assert [row["user_id"] for row in csv.DictReader(file)] == [person["user_id"] for person in found["people"]]


def test_a_judged_fix_teaches_the_next_list(say: Say, home: Path) -> None:
    before = _json(say, "--top", "20")["fixes"]
    fix_id = before[0]["fix_id"]
    made = _json(say, "ship", fix_id)
    came = 1.6 * made["lift"]["value"]
    look = Look(
        fix_id, 1, datetime(2026, 11, 16, tzinfo=UTC), date(2026, 11, 16), True, "confirmed", (),
        realised=Estimate(came, came - 0.2, came + 0.2, 900),
    )  # fmt: skip
    with open_store(f"sqlite:///{home / 'store.db'}") as store:
        assert add_look(store, fix_id, 1, "decisive", look.looked, look.verdict, look.to_dict())
    after = _json(say, "--top", "20")
    learned = after["realisation"]
    assert learned["n"] == 1 and 0.5 < learned["value"] < 0.8
    assert learned["told"] == f"realisation {learned['value']:.2f} learned from 1 verified fix".replace("0.", ".")
    lifts = {fix["fix_id"]: fix["lift"] for fix in after["fixes"] if fix["grade"] != "C"}
    same = [(lifts[fix["fix_id"]], fix["lift"]) for fix in before if fix["fix_id"] in lifts]
    assert same and all(now == pytest.approx(then * learned["value"] / 0.5) for now, then in same)
    (row,) = _json(say, "calibration", now=None)["judged"]
    assert row["ratio"] == pytest.approx(0.8)
    assert "learned from 1 verified fix" in _flat(say(verb="digest"))
    (kept,) = _json(say, "verify")["fixes"]
    assert kept["verdict"] == "confirmed"
