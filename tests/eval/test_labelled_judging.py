"""Judging by hand: what is drawn, how answers are kept, what they say, and what is done with them."""

from __future__ import annotations

import io
import json
import math
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analyst.cli.app import run
from analyst.core.errors import UndertoneError, UsageProblem
from eval.labelling import estimates, judgements
from eval.labelling.judgements import Judgement
from eval.labelling.sampling import Candidate, allocate, draw
from eval.labelling.session import Item, Judge, judge
from eval.labelling.workspace import marked

JUDGE = Judge("ann", "run-1", lambda: "2026-11-16T08:00:00+00:00")


def said(opinion: str, verdict: Any, **more: Any) -> Judgement:
    """A judgement by Ann, of an opinion in theme t1 unless said otherwise."""
    plain = Judgement("opinion", opinion, "ann", verdict, "", "t1", None, None, "t1/sure", 100)
    return replace(plain, **more)


# --- what is drawn


def crowd() -> list[Candidate]:
    """A large theme, a small one, one opinion alone, and opinions without a theme."""
    sizes = {"t1": 600, "t2": 60, "t3": 1, "": 300}
    return [Candidate(f"{t or 'none'}-{i:03}", t, i / n) for t, n in sizes.items() for i in range(n)]


def test_every_theme_is_drawn_from_and_its_uncertain_half_more() -> None:
    drawn = draw(crowd(), 100)
    assert len(drawn) == 100
    assert len({one.opinion_id for one in drawn}) == 100
    strata = Counter(one.stratum for one in drawn)
    assert strata["t1/uncertain"] > 1.5 * strata["t1/sure"]
    assert strata["t2/uncertain"] >= 1
    assert strata["t2/sure"] >= 1
    assert strata["t3/uncertain"] == 1
    assert strata["unassigned/uncertain"] + strata["unassigned/sure"] > 20
    probability = {one.opinion_id: one.probability for one in crowd()}
    assert all(probability[o.opinion_id] < 0.5 for o in drawn if o.stratum == "t1/uncertain")


def test_weights_bring_back_the_whole() -> None:
    drawn = draw(crowd(), 100)
    made = Counter(one.stratum for one in drawn)
    assert sum(one.size / made[one.stratum] for one in drawn) == pytest.approx(len(crowd()))


def test_the_same_seed_draws_the_same_whatever_the_order_and_a_larger_sample_goes_on() -> None:
    shuffled = crowd()
    random.Random(1).shuffle(shuffled)
    assert draw(shuffled, 100) == draw(crowd(), 100)
    assert {o.opinion_id for o in draw(crowd(), 60)} <= {o.opinion_id for o in draw(crowd(), 200)}
    assert draw(crowd(), 100, seed=8) != draw(crowd(), 100)


def test_whoever_stops_early_has_some_of_everything() -> None:
    first = draw(crowd(), 100)[:10]
    assert {one.theme_id for one in first} == {"t1", "t2", "t3", ""}
    assert {one.stratum for one in first} >= {"t1/uncertain", "t1/sure"}


def test_nothing_more_is_drawn_than_there_is() -> None:
    assert draw([], 10) == []
    assert len(draw(crowd()[:5], 100)) == 5
    assert allocate({"a": 1, "b": 10}, 100) == {"a": 1, "b": 10}
    assert sum(allocate({"a": 7, "b": 70, "c": 700}, 50).values()) == 50


# --- one after the other


class Script:
    """Answers in order, then the end of the input; what was shown and recorded is kept."""

    def __init__(self, *lines: str) -> None:
        self.lines: Iterator[str] = iter(lines)
        self.shown: list[str] = []
        self.made: list[Judgement] = []

    def read(self, prompt: str) -> str | None:
        return next(self.lines, None)

    def go(self, items: list[Item]) -> int:
        return judge(items, JUDGE, self.read, self.shown.append, self.made.append, named)


def named(text: str) -> str:
    """Themes t1 and t2 by their ids, nothing else."""
    if text in ("t1", "t2"):
        return text
    raise UsageProblem(f"There is no theme called '{text}'.")


def items(number: int = 3) -> list[Item]:
    """Opinions o0, o1, ... of theme t1."""
    return [Item("opinion", f"o{i}", f"opinion {i}", "t1", "t1/sure", 10) for i in range(number)]


def test_keys_make_judgements() -> None:
    script = Script("y\n", "n", "t2", "u")
    assert script.go(items()) == 3
    assert [(one.id, one.verdict, one.theme) for one in script.made] == [
        ("o0", "right", "t1"),
        ("o1", "wrong", "t2"),
        ("o2", "unsure", None),
    ]
    assert script.made[0].who == "ann"
    assert (script.made[0].stratum, script.made[0].size, script.made[0].run) == ("t1/sure", 10, "run-1")


def test_wrong_may_name_no_theme_or_none_at_all() -> None:
    script = Script("n", "-", "n", "")
    script.go(items(2))
    assert [one.theme for one in script.made] == ["", None]


def test_an_unknown_theme_is_asked_for_again_and_its_own_is_no_correction() -> None:
    script = Script("n", "t9", "t2", "n", "t1", "y")
    assert script.go(items(2)) == 2
    assert [(one.verdict, one.theme) for one in script.made] == [("wrong", "t2"), ("right", "t1")]
    assert any("no theme called 't9'" in text for text in script.shown)


def test_back_takes_the_last_answer_back_and_shows_it_again() -> None:
    script = Script("b", "y", "b", "u", "q")
    assert script.go(items()) == 1
    assert [(one.id, one.verdict) for one in script.made] == [("o0", "right"), ("o0", "undone"), ("o0", "unsure")]
    assert "There is nothing to take back." in script.shown


def test_quitting_and_the_end_of_the_input_keep_what_was_said() -> None:
    for last in (["q"], []):
        script = Script("y", "s", *last)
        assert script.go(items()) == 1
        assert [one.verdict for one in script.made] == ["right", "skipped"]
    assert Script("n").go(items()) == 0


def test_a_key_that_is_none_is_asked_for_again() -> None:
    script = Script("yes please", "2", "y")
    assert script.go(items(1)) == 1
    assert len([text for text in script.shown if text.startswith("y right")]) == 2


def test_fixes_are_graded_with_a_word_why() -> None:
    fixes = [Item("fix", f"f{i}", "Mend it", "2026-W46") for i in range(3)]
    script = Script("3 costs most", "y", "0", "12", "1")
    assert script.go(fixes) == 3
    assert [(one.grade, one.verdict, one.note) for one in script.made] == [
        (3, "right", "costs most"),
        (0, "wrong", ""),
        (1, "wrong", ""),
    ]


def test_an_opinion_is_marked_in_its_comment() -> None:
    assert marked("All fine.\nPaying froze, twice!", 10, 22) == "All fine. »Paying froze«, twice!"


# --- kept


def test_the_last_word_counts_and_an_undone_one_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "judgements.jsonl"
    assert judgements.read(file) == []
    for one in (said("a", "right"), said("b", "unsure"), said("a", "wrong"), said("b", "undone")):
        judgements.append(file, one)
    judgements.append(file, said("a", "right", who="bob"))
    assert [(one.id, one.who, one.verdict) for one in judgements.read(file)] == [
        ("a", "ann", "wrong"),
        ("a", "bob", "right"),
    ]


def test_a_line_that_a_killed_writer_left_half_is_passed_over_and_another_is_named(tmp_path: Path) -> None:
    file = tmp_path / "judgements.jsonl"
    judgements.append(file, said("a", "right"))
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole + '{"kind": "opin', encoding="utf-8")
    assert len(judgements.read(file)) == 1
    file.write_text('{"kind": "opin\n' + whole, encoding="utf-8")
    with pytest.raises(UndertoneError, match=r"Line 1 of .* is not JSON"):
        judgements.read(file)
    file.write_text('{"kind": "colour", "verdict": "right"}\n' + whole, encoding="utf-8")
    with pytest.raises(UndertoneError, match=r"In line 1 of .* is no judgement"):
        judgements.read(file)


def test_csv_gives_back_what_it_was_given(tmp_path: Path) -> None:
    made = [
        said("a", "right", theme="t1"),
        said("b", "wrong", theme=""),
        said("c", "wrong", theme=None),
        said("f", "right", kind="fix", grade=2, note='first, "really"', shown="2026-W46 plan=pro"),
    ]
    file = tmp_path / "out" / "judgements.csv"
    assert judgements.write_csv(file, made) == 4
    assert judgements.read_csv(file) == made


def test_bad_csv_is_said_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "j.csv"
    with pytest.raises(UndertoneError, match="There is no"):
        judgements.read_csv(file)
    file.write_text("kind,id\nopinion,a\n", encoding="utf-8")
    with pytest.raises(UndertoneError, match="lacks the columns verdict, who"):
        judgements.read_csv(file)
    file.write_text("kind,id,who,verdict,grade\nfix,a,ann,right,9\n", encoding="utf-8")
    with pytest.raises(UndertoneError, match="In row 2"):
        judgements.read_csv(file)


# --- what they say


def test_precision_and_recall_by_hand() -> None:
    """Two strata of 10 and 90. In t1: uncertain half right 1 of 2 (weight 5 each), sure half 2 of 2 (weight 45):
    (5 + 90) / 100. Truly t1: those three inside, and one of the 30 unassigned ones judged twice (weight 15)."""
    made = [
        said("a", "right", stratum="t1/uncertain", size=10),
        said("b", "wrong", stratum="t1/uncertain", size=10, theme="t2"),
        said("c", "right", stratum="t1/sure", size=90),
        said("d", "right", stratum="t1/sure", size=90),
        said("e", "wrong", shown="", theme="t1", stratum="unassigned/uncertain", size=30),
        said("f", "right", shown="", theme="", stratum="unassigned/uncertain", size=30),
        said("g", "unsure", stratum="t1/sure", size=90),
    ]
    (one,) = estimates.qualities(made)
    assert one.theme_id == "t1"
    assert one.precision.value == pytest.approx(95 / 100)
    assert one.precision.n == 4
    assert one.precision.effective == pytest.approx(100**2 / (2 * 5**2 + 2 * 45**2))
    assert one.recall.value == pytest.approx(95 / 110)
    assert one.precision.low < 0.95 < one.precision.high


def test_recall_of_a_theme_that_nobody_found_missing_is_one_and_precision_needs_judgements() -> None:
    (one,) = estimates.qualities([said(str(i), "wrong", theme=None) for i in range(9)])
    assert one.precision.value == 0.0
    assert math.isnan(one.recall.value)
    assert one.above == "no"


def test_a_question_is_settled_or_says_how_many_more() -> None:
    def quality(right: int, wrong: int) -> estimates.ThemeQuality:
        made = [said(f"r{i}", "right", size=1000) for i in range(right)]
        made += [said(f"w{i}", "wrong", size=1000) for i in range(wrong)]
        return estimates.qualities(made)[0]

    assert quality(60, 1).above == "yes"
    assert quality(10, 30).above == "no"
    few = quality(19, 1)
    assert few.above == "open"
    assert few.more is not None
    share = (19 / 20) * (20 + few.more)
    settled = quality(round(share), 20 + few.more - round(share))
    assert settled.above == "yes"
    at_the_bar = quality(8, 2)
    assert (at_the_bar.above, at_the_bar.more) == ("open", None)
    assert quality(0, 1).above == "open"  # one judgement settles nothing


def test_the_intervals_hold_what_they_promise() -> None:
    """Drawn over and over from a theme that is right .7 in its uncertain half and .95 in the sure one: the interval
    covers the true precision about as often as it says."""
    rng = random.Random(5)
    covered = 0
    for _ in range(300):
        made = []
        for stratum, chance, number in (("t1/uncertain", 0.7, 20), ("t1/sure", 0.95, 10)):
            for i in range(number):
                verdict = "right" if rng.random() < chance else "wrong"
                made.append(said(f"{stratum}{i}", verdict, stratum=stratum, size=500))
        precision = estimates.qualities(made)[0].precision
        covered += precision.low <= (0.7 + 0.95) / 2 <= precision.high
    assert covered / 300 > 0.92


def test_two_people_agree_or_not() -> None:
    made = [said(str(i), "right") for i in range(6)]
    made += [said(str(i), "right" if i < 4 else "wrong", who="bob", theme="t2") for i in range(6)]
    found = estimates.between(made, "ann", "bob")
    assert found is not None
    assert found.n == 6
    assert found.percent == pytest.approx(4 / 6)
    assert estimates.between(made, "ann", "eve") is None
    grades = [said("f", "right", kind="fix", grade=g, who=w, shown=q) for q, w, g in
              (("a", "ann", 3), ("a", "bob", 3), ("b", "ann", 0), ("b", "bob", 1))]  # fmt: skip
    weighted = estimates.between_grades(grades, "ann", "bob")
    assert weighted is not None
    assert weighted.weights == "quadratic"
    assert weighted.percent == 0.5


def test_only_what_nobody_contradicts_is_a_correction() -> None:
    made = [
        said("a", "wrong", theme="t2"),
        said("b", "wrong", theme="t2"),
        said("b", "right", who="bob"),
        said("c", "wrong", theme=None),
        said("d", "wrong", theme=""),
        said("e", "wrong", theme="t2"),
        said("e", "wrong", theme="t2", who="bob"),
    ]
    assert estimates.corrections(made) == {"a": "t2", "e": "t2"}


# --- the command


@pytest.fixture
def workspace(sample_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the small company to write judgements and edits in."""
    home = tmp_path / "workspace"
    shutil.copytree(sample_workspace, home, ignore=shutil.ignore_patterns("cache", "sample", "sample-truth"))
    return home


def test_judging_through_a_pipe_stops_goes_on_and_feeds_back(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from analyst.core.clock import system_clock
    from analyst.core.settings import load_settings
    from analyst.runs.view import open_view

    def label(typed: str, *options: str) -> dict[str, Any]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = run(["eval", "label", "--workspace", str(workspace), "--size", "12", "--json", *options])
        shown = capsys.readouterr()
        assert code == 0, shown.err
        found: dict[str, Any] = json.loads(shown.out)
        return found

    view = open_view(load_settings(workspace=workspace), system_clock)
    themes = view.connection.execute("SELECT theme_id FROM themes WHERE kind = 'discovered' ORDER BY n DESC").fetchall()
    target, other = themes[0][0], themes[1][0]
    first = label("y\ny\nq\n", "--who", "ann", "--theme", target)
    assert first["judged"] == {"opinions": 2, "fixes": 0, "people": ["ann"]}
    assert first["themes"][0]["theme_id"] == target
    second = label(f"n\n{other}\n", "--who", "ann", "--theme", target)
    assert second["judged"]["opinions"] == 3
    assert second["moved"] == []
    third = label("", "--report", "--apply", "--who", "ann")
    assert len(third["moved"]) == 1
    corrected = judgements.read(workspace / judgements.FILE)[-1]
    after = open_view(load_settings(workspace=workspace), system_clock).connection
    now = after.execute("SELECT theme_id FROM opinions WHERE opinion_id = ?", [corrected.id]).fetchall()
    assert now == [(other,)]
    assert label("", "--report", "--apply", "--who", "ann")["moved"] == []
    label("3 worth it\n0\nq\n", "--what", "fixes", "--who", "bob")
    out = tmp_path / "all.csv"
    assert label("", "--export", str(out))["judged"]["fixes"] == 2
    (workspace / judgements.FILE).unlink()
    assert label("", "--import", str(out))["judged"] == {"opinions": 3, "fixes": 2, "people": ["ann", "bob"]}
    texts = {row[0] for row in after.execute("SELECT text FROM opinions WHERE length(text) > 12").fetchall()}
    kept = (workspace / judgements.FILE).read_text(encoding="utf-8")
    assert not any(text in kept for text in texts)


def test_the_table_says_what_was_found(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n" * 12))
    assert run(["eval", "label", "--workspace", str(workspace), "--size", "12", "--who", "ann"]) == 0
    shown = capsys.readouterr()
    assert "Precision above 0.8?" in shown.out
    assert "»" in shown.err
    assert "From about 150 judgements on" in shown.err


def test_what_cannot_be_judged_is_said(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "label", "--workspace", str(workspace), "--what", "colours"]) == 2
    assert "'colours' cannot be judged" in capsys.readouterr().err
