"""Names for themes from a model: beside ours, in the opinions' own words, applied as edits that can be undone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analyst.answers.writing import NamedTheme, editor_name, propose_labels
from analyst.answers.writing.labels import SIBLINGS, label_faults, sibling_sets
from analyst.cli.app import run
from analyst.llm import LlmClient, Outbox
from tests.llm.server import Request, ScriptedServer, error

Build = Callable[..., LlmClient]
PAY = NamedTheme("t-pay", "a-1", "Can't pay", ["pay", "card"], ["The pay button freezes", "card declined"], ["resp-1"])
SLOT = NamedTheme("t-slot", "a-1", "No slots", ["slot", "delivery slot"], ["no delivery slots left"], ["resp-2"])
NAMED = NamedTheme("t-ours", "a-1", "Late deliveries", ["late"], ["came a day late"], kept=True)


def labels(*pairs: tuple[str, str]) -> str:
    return json.dumps({"labels": [{"theme_id": theme, "label": text} for theme, text in pairs]})


def test_siblings_are_named_in_one_request(server: ScriptedServer, build: Build, tmp_path: Path) -> None:
    server.script(labels(("t1", "Pay button freezes"), ("t2", "No delivery slots left")))
    found = propose_labels([PAY, SLOT, NAMED], build())
    assert [(one.theme_id, one.label, one.differs) for one in found.proposals] == [
        ("t-pay", "Pay button freezes", True),
        ("t-slot", "No delivery slots left", True),
        ("t-ours", "", False),
    ]
    assert found.proposals[2].why == "a person named it"
    assert len(server.posts) == 1
    words = server.posts[0].body["messages"][1]["content"]
    assert "The pay button freezes" in words
    assert "came a day late" not in words
    assert "t-pay" not in words
    assert Outbox(tmp_path).calls()[0].evidence == ("resp-1", "resp-2")


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("Quantum banking", "no opinion says 'quantum', 'banking'"),
        ("Pay 24 cards", "digit"),
        ("Late deliveries", "another theme has this name"),
        ("Pay <b>card</b>", "mark"),
        ("  ", "at least one character"),
    ],
)
def test_what_is_no_name(label: str, why: str) -> None:
    faults = label_faults(label, PAY, {"late deliveries": "t-ours"})
    assert any(why in fault for fault in faults)


@pytest.mark.parametrize(
    "label", ["Card declined", "The pay button freezing", "Freezes of the pay button", "Can't pay"]
)
def test_other_forms_of_their_words_will_do(label: str) -> None:
    assert label_faults(label, PAY, {}) == []


def test_an_invented_name_is_mended_or_left(server: ScriptedServer, build: Build) -> None:
    bad = labels(("t1", "Quantum banking"), ("t2", "No delivery slots"))
    server.script(bad, bad)
    first, second = propose_labels([PAY, SLOT], build()).proposals
    assert (first.label, first.why) == ("", "no opinion says 'quantum', 'banking'")
    assert second.label == "No delivery slots"
    told = server.posts[1].body["messages"][-1]["content"]
    assert "t1: no opinion says" in told


def test_a_failing_endpoint_changes_nothing(server: ScriptedServer, build: Build) -> None:
    server.script(error(500, "boom"))
    found = propose_labels([PAY, SLOT], build())
    assert not any(one.differs for one in found.proposals)
    assert "failed (status 500" in found.notes[0]


def test_sets_are_siblings_and_small() -> None:
    crowd = [NamedTheme(f"t-{place}", "a-big", f"L{place}", [], []) for place in range(SIBLINGS * 2 + 1)]
    loners = [NamedTheme(f"u-{place}", f"a-{place}", f"M{place}", [], []) for place in range(3)]
    sets = list(sibling_sets([*crowd, *loners]))
    assert [len(one) for one in sets] == [7, 7, 7, 3]
    assert {theme.area for theme in sets[0]} == {"a-big"}


def _obliging(request: Request) -> str:
    """Names every theme it is shown by its first two keywords."""
    block = request.body["messages"][1]["content"].split("<themes>\n")[1].split("\n</themes>")[0]
    shown = [(theme["theme_id"], " and ".join(theme["keywords"][:2])) for theme in json.loads(block)]
    return labels(*shown)


def test_on_the_command_line_and_back(
    server: ScriptedServer,
    sample_workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "workspace"
    home.mkdir()
    for name in ("runs", "cache"):
        (home / name).symlink_to(sample_workspace / name, target_is_directory=True)
    shutil.copy(sample_workspace / "store.db", home / "store.db")

    def told(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        assert run([*arguments, "--json", "--workspace", str(home)]) == 0, capsys.readouterr().err
        return dict(json.loads(capsys.readouterr().out))

    before = {row["theme_id"]: row["label"] for row in told("themes", "--all")["themes"]}
    mine = next(theme for theme in before if theme.startswith("t-"))
    told("themes", "rename", mine, "A name of ours", "--by", "ana")
    monkeypatch.setenv("UNDERTONE_LLM__BASE_URL", server.url)
    monkeypatch.setenv("UNDERTONE_LLM__MODEL", "tiny")
    server.script(*[_obliging] * 40)
    found = told("themes", "label")
    assert found["applied"] == 0
    rows = {row["theme_id"]: row for row in found["proposals"]}
    assert rows[mine]["why"] == "a person named it"
    fresh = [row for row in found["proposals"] if row["label"] and row["label"] != row["ours"]]
    assert fresh
    assert told("themes", "--all")["themes"][0]["label"] in {*before.values(), "A name of ours"}

    assert told("themes", "label", "--apply")["applied"] == len(fresh)
    after = {row["theme_id"]: row["label"] for row in told("themes", "--all")["themes"]}
    assert after[mine] == "A name of ours"
    assert all(after[row["theme_id"]] == row["label"] for row in fresh)
    edits = told("themes", "log")["edits"]
    assert {edit["who"] for edit in edits} == {"ana", editor_name("tiny")}
    told("themes", "undo", str(edits[-1]["seq"]))
    undone = {row["theme_id"]: row["label"] for row in told("themes", "--all")["themes"]}
    assert sum(undone[theme] != after[theme] for theme in after) == 1

    monkeypatch.setenv("UNDERTONE_LLM__LABELS", "false")
    assert run(["themes", "label", "--workspace", str(home)]) == 2
    assert "llm.labels" in capsys.readouterr().err
