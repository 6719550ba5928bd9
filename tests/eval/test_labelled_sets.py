"""The labelled opinions, movements and fixes: how they were decided, and how wrong files are said."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from analyst.core.errors import UndertoneError
from eval.labelling import assembling
from eval.labelling.manifest import changed_files, write_manifest
from eval.sets.fixes import QRELS, gains, ideal_gains, read_fixes
from eval.sets.lines import read_lines, read_table, write_lines
from eval.sets.movements import read_movements
from eval.sets.opinions import ASPECTS, read_opinions

SPLITS = ("dev", "test")


# --- how it was decided


def _sheet(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny set: two opinions and two pairs, labelled twice, with one difference each; and its truth."""
    home = tmp_path / "set"
    for name in ("opinions", "fixes", "labels"):
        (home / name).mkdir(parents=True)
    drawn = [
        {"id": "r1:0-5", "response": "r1", "start": 0, "end": 5, "comment": "late!", "opinion": "late!", "weight": 2.0},
        {"id": "r2:0-4", "response": "r2", "start": 0, "end": 4, "comment": "dear", "opinion": "dear", "weight": 1.0},
    ]
    write_lines(home / "opinions" / "drawn.jsonl", drawn)
    for who, theme, grade in (("A", "delivery_fee", "3"), ("B", "drivers", "2")):
        rows = [["r1:0-5", theme, "-", ""], ["r2:0-4", "prices", "-", ""]]
        _sheet(home / "labels" / f"{who}_opinions.csv", ["id", *ASPECTS], rows)
        pairs = [["w46", "theme:prices", grade, "dear"], ["w46", "theme:praise", "0", "nothing"]]
        _sheet(home / "labels" / f"{who}_fixes.csv", ["query_id", "doc_id", "grade", "reason"], pairs)
    write_lines(home / "fixes" / "queries.jsonl", [{"_id": "w46", "text": "What?", "metadata": {}}])
    docs = [{"_id": d, "title": d, "text": "", "metadata": {"matter": d[6:]}} for d in ("theme:prices", "theme:praise")]
    write_lines(home / "fixes" / "corpus.jsonl", docs)
    truth = tmp_path / "truth"
    truth.mkdir()
    header = ["response_id", "start", "end", *ASPECTS]
    _sheet(
        truth / "opinions.csv",
        header,
        [["r1", "0", "5", "delivery_time", "-", ""], ["r2", "0", "4", "refunds", "-", ""]],
    )
    return home


def _decided(home: Path) -> dict[str, dict[str, object]]:
    rows = [row for split in SPLITS for row in read_lines(home / "opinions" / f"{split}.jsonl", ("id",))]
    return {row["id"]: row for row in rows}


def test_the_truth_decides_where_two_differ_and_not_where_they_agree(folder: Path, tmp_path: Path) -> None:
    found = assembling.assemble(folder, tmp_path / "truth")
    rows = _decided(folder)
    assert rows["r1:0-5"]["theme"] == "delivery_time"
    assert rows["r1:0-5"]["decided"] == {"theme": "truth", "sentiment": "both", "screen": "both"}
    assert rows["r2:0-4"]["theme"] == "prices"
    assert found["theme"].percent == 0.5
    assert found["fix_grade"].percent == 0.5


def test_grades_are_halved_downwards_and_written_in_beirs_layout(folder: Path, tmp_path: Path) -> None:
    assembling.assemble(folder, tmp_path / "truth")
    paths = [folder / "fixes" / "qrels" / f"{split}.tsv" for split in SPLITS]
    rows = [row for path in paths for row in read_table(path, QRELS)]
    assert sorted(rows) == [("w46", "theme:praise", "0"), ("w46", "theme:prices", "2")]
    assert paths[0].read_text(encoding="utf-8").splitlines()[0] == "query-id\tcorpus-id\tscore"


def test_sheets_that_are_not_filled_are_refused(folder: Path, tmp_path: Path) -> None:
    labels = folder / "labels"
    fixes = labels / "B_fixes.csv"
    kept = fixes.read_text(encoding="utf-8")
    fixes.write_text(kept.replace(",2,dear", ",5,dear"), encoding="utf-8")
    with pytest.raises(UndertoneError, match="is '5'"):
        assembling.assemble(folder, tmp_path / "truth")
    fixes.write_text(kept, encoding="utf-8")
    opinions = labels / "B_opinions.csv"
    kept = opinions.read_text(encoding="utf-8")
    opinions.write_text(kept.replace("drivers", "weather"), encoding="utf-8")
    with pytest.raises(UndertoneError, match="Labeller B gave opinion r1:0-5 the theme 'weather'"):
        assembling.assemble(folder, tmp_path / "truth")
    opinions.write_text("\n".join(kept.splitlines()[:2]), encoding="utf-8")
    with pytest.raises(UndertoneError, match="Labeller B left out opinion r2:0-4"):
        assembling.assemble(folder, tmp_path / "truth")
    opinions.unlink()
    with pytest.raises(UndertoneError, match="There is no"):
        assembling.assemble(folder, tmp_path / "truth")


def test_sheets_are_taken_with_their_ids_and_labels_only(folder: Path, tmp_path: Path) -> None:
    for who in assembling.LABELLERS:
        sheet = folder / "labels" / f"{who}_opinions.csv"
        lines = sheet.read_text(encoding="utf-8").splitlines()
        sheet.write_text(
            "\n".join([f"{lines[0]},comment", *(f"{line},secret" for line in lines[1:])]), encoding="utf-8"
        )
    assembling.take_sheets(folder / "labels", tmp_path / "taken")
    for who in assembling.LABELLERS:
        assert "secret" not in (tmp_path / "taken" / f"{who}_opinions.csv").read_text(encoding="utf-8")
    shutil.rmtree(folder / "labels")
    shutil.move(str(tmp_path / "taken"), str(folder / "labels"))
    assert assembling.assemble(folder, tmp_path / "truth")["theme"].n == 2


def test_the_manifest_sees_every_change(folder: Path, tmp_path: Path) -> None:
    found = assembling.assemble(folder, tmp_path / "truth")
    write_manifest(folder, found)
    assert changed_files(folder) == []
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["agreement"]["theme"]["n"] == 2
    path = folder / "fixes" / "corpus.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (folder / "new.txt").write_text("new", encoding="utf-8")
    shutil.move(str(folder / "fixes" / "queries.jsonl"), str(tmp_path))
    assert changed_files(folder) == ["fixes/corpus.jsonl", "fixes/queries.jsonl", "new.txt"]


def test_dev_is_two_fifths_of_the_queries_and_the_same_each_time() -> None:
    names = [f"q{i}" for i in range(15)]
    assert len(assembling.dev_queries(names)) == 6
    assert assembling.dev_queries(names) == assembling.dev_queries(reversed(names))


# --- how a ranking of judged things gains


def test_a_matter_gains_once_and_the_unjudged_gains_nothing() -> None:
    grades = {"screen:Payment:rage_tap": 3, "theme:card_payment": 2, "theme:prices": 1}
    matters = {
        "screen:Payment:rage_tap": "card_payment",
        "theme:card_payment": "card_payment",
        "theme:prices": "prices",
    }
    ranking = ["theme:card_payment", "screen:Payment:rage_tap", "unknown", "theme:prices", "theme:prices"]
    assert gains(ranking, grades, matters) == [2.0, 0.0, 0.0, 1.0, 0.0]
    assert ideal_gains(grades, matters) == [3.0, 1.0]


# --- files that are wrong


def test_wrong_files_are_said_with_their_place(folder: Path, tmp_path: Path) -> None:
    assembling.assemble(folder, tmp_path / "truth")
    split = "dev" if "w46" in read_fixes("dev", folder / "fixes").qrels else "test"
    path = folder / "fixes" / "qrels" / f"{split}.tsv"
    kept = path.read_text(encoding="utf-8")
    for wrong, said in (
        (kept.replace("query-id", "query"), "does not begin with query-id"),
        (kept + "w46\ttheme:prices\n", "has 2 columns, not 3"),
        (kept + "w46\ttheme:nothing\t1\n", "says w46 theme:nothing 1"),
        (kept + "w46\ttheme:prices\t4\n", "says w46 theme:prices 4"),
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(UndertoneError, match=said):
            read_fixes(split, folder / "fixes")
    row = {"id": "m-1", "metric": "star", "window": "", "baseline": "", "where": {}, "change": 0, "visible": 1}
    row |= {"expected": "moved", "main_where": {}, "cause": None}
    write_lines(tmp_path / "dev.jsonl", [row])
    with pytest.raises(UndertoneError, match="the metric 'star'"):
        read_movements("dev", tmp_path)
    bad = {**next(iter(_decided(folder).values())), "sentiment": "meh"}
    write_lines(tmp_path / "dev.jsonl", [bad])
    with pytest.raises(UndertoneError, match="the sentiment 'meh'"):
        read_opinions("dev", tmp_path)
