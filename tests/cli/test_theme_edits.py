"""The verbs that edit themes, on the sample company."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analyst.cli.app import run


@pytest.fixture
def home(sample_workspace: Path, tmp_path: Path) -> Path:
    """A workspace of one's own: the runs are shared, since edits never change them; the store is a copy."""
    mine = tmp_path / "workspace"
    mine.mkdir()
    for name in ("runs", "cache"):
        (mine / name).symlink_to(sample_workspace / name, target_is_directory=True)
    shutil.copy(sample_workspace / "store.db", mine / "store.db")
    return mine


class Company:
    """The command line in one workspace, with what it printed."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self._capsys = home, capsys

    def json(self, *arguments: str) -> dict[str, Any]:
        self._capsys.readouterr()
        assert run([*arguments, "--json", "--workspace", str(self.home)]) == 0, self._capsys.readouterr().err
        return dict(json.loads(self._capsys.readouterr().out))

    def refused(self, *arguments: str, code: int = 2) -> str:
        self._capsys.readouterr()
        assert run([*arguments, "--workspace", str(self.home)]) == code
        return self._capsys.readouterr().err

    def themes(self) -> dict[str, dict[str, Any]]:
        return {row["theme_id"]: row for row in self.json("themes", "--all")["themes"]}

    def large(self) -> list[dict[str, Any]]:
        """The themes that were found, largest first."""
        return [row for row in self.themes().values() if row["kind"] == "discovered"]


@pytest.fixture
def company(home: Path, capsys: pytest.CaptureFixture[str]) -> Company:
    return Company(home, capsys)


def test_a_new_name_is_everywhere_at_once(company: Company) -> None:
    first = next(theme for theme in company.json("themes")["themes"] if theme["kind"] == "discovered")
    done = company.json("themes", "rename", first["label"], "A name of ours", "--by", "ana")
    assert (done["seq"], done["at_analyze"]) == (1, False)
    for verb in ("themes", "digest"):
        assert "A name of ours" in json.dumps(company.json(verb))
    assert company.themes()[first["theme_id"]]["label"] == "A name of ours"
    (told,) = company.json("themes", "log")["edits"]
    assert (told["who"], told["standing"]) == ("ana", "holds")


def test_merging_sums_and_undoing_gives_back(company: Company) -> None:
    before = company.themes()
    one, other = company.large()[:2]
    done = company.json("themes", "merge", one["theme_id"], other["theme_id"])
    assert done["opinions"] == one["n"] + other["n"]
    merged = company.themes()
    assert one["theme_id"] not in merged
    assert merged[other["theme_id"]]["n"] == one["n"] + other["n"]
    assert company.json("themes", "undo")["opinions"] == one["n"]
    assert company.themes() == before
    company.json("themes", "undo", "2")  # the undo itself: the merge is back
    assert company.themes() == merged


def test_an_excluded_theme_is_told_nowhere(company: Company) -> None:
    first = next(theme for theme in company.json("themes")["themes"] if theme["kind"] == "discovered")
    company.json("themes", "exclude", first["theme_id"])
    assert first["theme_id"] not in {theme["theme_id"] for theme in company.json("themes")["themes"]}
    assert company.themes()[first["theme_id"]]["kind"] == "excluded"
    company.json("themes", "include", first["label"])
    assert first["theme_id"] in {theme["theme_id"] for theme in company.json("themes")["themes"]}


def test_moving_an_opinion_moves_all_that_say_the_same(company: Company) -> None:
    source, target = company.large()[:2]
    said = company.json("themes", "show", source["theme_id"], "--top", "300")["opinions"]
    often = max(said, key=lambda one: one["n"])
    done = company.json("themes", "move", often["opinion_id"], "--to", target["label"])
    assert done["opinions"] >= often["n"]
    after = company.themes()
    assert after[target["theme_id"]]["n"] == target["n"] + done["opinions"]
    assert after[source["theme_id"]]["n"] == source["n"] - done["opinions"]
    there = company.json("themes", "show", target["theme_id"], "--top", "1000")["opinions"]
    moved = next(one for one in there if one["text"] == often["text"])
    assert (moved["state"], moved["probability"]) == ("corrected", 1.0)


def test_a_sentiment_is_corrected(company: Company) -> None:
    theme = company.large()[0]
    one = company.json("themes", "show", theme["theme_id"], "--top", "1")["opinions"][0]
    to = "neutral" if one["sentiment"] != "neutral" else "positive"
    assert company.json("themes", "sentiment", one["opinion_id"], "--to", to)["opinions"] >= 1
    assert company.json("themes", "show", theme["theme_id"], "--top", "1")["opinions"][0]["sentiment"] == to
    assert "already" in company.refused("themes", "sentiment", one["opinion_id"], "--to", to)


def test_what_a_fit_must_know_waits_for_it(company: Company, tmp_path: Path) -> None:
    theme = company.large()[0]
    done = company.json("themes", "split", theme["label"], "--part", "One thing: it was this", "--part", "Another")
    assert done["at_analyze"]
    file = tmp_path / "taxonomy.csv"
    file.write_text("name,description,examples\nPaying by card,,card was declined | no card\n")
    assert company.json("themes", "seed", str(file))["at_analyze"]
    assert [edit["standing"] for edit in company.json("themes", "log")["edits"]] == ["waits for the next analyze"] * 2
    report = company.json("themes", "changes")
    assert [edit["verb"] for edit in report["edits"]] == ["split", "seed"]


def test_what_was_learned_is_written_and_seeded_again(company: Company, tmp_path: Path) -> None:
    one, other = company.large()[:2]
    company.json("themes", "rename", one["theme_id"], "A name of ours")
    company.json("themes", "exclude", other["theme_id"])
    file = tmp_path / "learned.toml"
    written = company.json("themes", "taxonomy", str(file))["themes"]
    names = {theme["name"] for theme in written}
    assert "A name of ours" in names and other["label"] not in names
    done = company.json("themes", "seed", str(file))
    assert f"0 new, {len(written)} known" in done["sentence"]


NONSENSE = (
    (["rename", "Nothing like it", "x"], "There is no theme called 'Nothing like it'"),
    (["rename", "{0}", " "], "at least one character"),
    (["rename", "{0}", "{1}"], "Another theme is called"),
    (["merge", "{0}", "{0}"], "cannot be merged into itself"),
    (["merge", "General praise", "{0}"], "system theme"),
    (["exclude", "sys-praise"], "system theme"),
    (["split", "{0}", "--into", "1"], "2 to 12 parts"),
    (["split", "{0}", "--part", "One", "--part", "one"], "Two parts are called"),
    (["split", "{0}", "--part", "One: a | ", "--part", "Two"], "is empty"),
    (["unpin", "{0}"], "is not pinned"),
    (["include", "{0}"], "is not excluded"),
    (["move", "no such opinion at all", "--to", "{0}"], "No opinion is called"),
    (["move", "the", "--to", "{0}"], "can mean"),
    (["sentiment", "x", "--to", "angry"], "is not a sentiment"),
    (["undo"], "no edit to undo"),
    (["undo", "7"], "There is no edit 7"),
    (["rename", "{0}", "x", "--by", " "], "A name is needed"),
)


def test_what_makes_no_sense_is_refused_in_a_sentence(company: Company) -> None:
    labels = [theme["label"] for theme in company.large()[:2]]
    for arguments, said in NONSENSE:
        assert said in company.refused("themes", *(one.format(*labels) for one in arguments))
    assert company.json("themes", "log")["edits"] == []


def test_a_circle_of_merges_and_a_taken_back_undo(company: Company) -> None:
    one, other = (theme["theme_id"] for theme in company.large()[:2])
    company.json("themes", "merge", one, other)
    assert "one theme" in company.refused("themes", "merge", other, one)
    company.json("themes", "undo", "1")
    assert "undone already" in company.refused("themes", "undo", "1")


def test_a_near_name_is_suggested(company: Company) -> None:
    label = max((theme["label"] for theme in company.large()), key=len)
    assert label in company.refused("themes", "pin", label[:-1] + "#")
    longest = max(label.split(), key=len)  # one misspelt word of a longer name is enough
    assert label in company.refused("themes", "pin", f"{longest[:-1]}# troubles of all kinds")


def test_options_stand_after_the_verb(company: Company, home: Path) -> None:
    capsys = company.refused("themes", "log", code=0)
    assert "Nobody has edited" in capsys
    assert run(["themes", "--workspace", str(home), "log"]) == 2


def test_two_people_at_once_both_land(home: Path, company: Company) -> None:
    ids = [theme["theme_id"] for theme in company.large()[:2]]
    code = "import sys; from analyst.cli.app import run; sys.exit(run(sys.argv[1:]))"
    verbs = [["themes", "rename", one, f"Name {place}", "--workspace", str(home)] for place, one in enumerate(ids)]
    people = [subprocess.Popen([sys.executable, "-c", code, *verb], stderr=subprocess.DEVNULL) for verb in verbs]
    assert [person.wait() for person in people] == [0, 0]
    assert {edit["seq"] for edit in company.json("themes", "log")["edits"]} == {1, 2}
    assert {company.themes()[one]["label"] for one in ids} == {"Name 0", "Name 1"}
