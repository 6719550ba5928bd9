"""The labelled opinions, movements and fixes that ship."""

from __future__ import annotations

import pytest

from eval.labelling import assembling
from eval.labelling.manifest import changed_files, read_manifest
from eval.labelling.movements import split_of
from eval.sets.counted import days_of
from eval.sets.fixes import read_fixes
from eval.sets.lines import LABELLED, read_lines
from eval.sets.movements import read_movements
from eval.sets.opinions import ASPECTS, read_opinions
from eval.sets.questions import read_questions

SPLITS = ("dev", "test")


def test_no_file_was_changed_without_the_manifest() -> None:
    assert changed_files(LABELLED) == [], "run `python -m eval.labelling.manifest` after a reviewed change"


def test_the_set_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in LABELLED.rglob("*") if path.is_file()) < 3_000_000


def test_every_split_reads_and_none_shares_an_item() -> None:
    opinions = {split: {one.opinion_id for one in read_opinions(split)} for split in SPLITS}
    movements = {split: {one.movement_id for one in read_movements(split)} for split in SPLITS}
    fixes = {split: set(read_fixes(split).qrels) for split in SPLITS}
    questions = {split: {one.question_id for one in read_questions(split)} for split in SPLITS}
    for found in (opinions, movements, fixes, questions):
        assert found["dev"] and found["test"]
        assert not found["dev"] & found["test"]
    for found in (opinions, movements, fixes):  # questions to learn from joined later, those to judge by never did
        assert len(found["test"]) > len(found["dev"])
    assert len(opinions["dev"] | opinions["test"]) == 150
    assert len(fixes["dev"] | fixes["test"]) >= 10


def test_opinions_lie_in_their_comments_and_say_who_decided() -> None:
    drawn = {row["id"]: row for row in read_lines(LABELLED / "opinions" / "drawn.jsonl", ("id", "comment"))}
    for split in SPLITS:
        for one in read_opinions(split):
            row = drawn[one.opinion_id]
            assert one.text in row["comment"]
            assert one.weight > 0
            for aspect in ASPECTS:
                first, second = (one.labels[who][aspect] for who in assembling.LABELLERS)
                assert (one.decided[aspect] == "both") == (first == second)
                if first == second:
                    assert getattr(one, aspect) == first


def test_movements_hold_causes_and_nulls() -> None:
    rows = [one for split in SPLITS for one in read_movements(split)]
    assert sum(one.expected == "still" for one in rows) > len(rows) / 2
    assert {one.cause for one in rows if one.expected == "moved"} >= {"main", "mix"}
    for one in rows:
        days_of(one.window)
        days_of(one.baseline)
        assert (one.expected == "moved") == (abs(one.change) >= one.visible)
        assert one.cause is None or one.expected != "still"
    for split in SPLITS:
        assert all(split_of(one.movement_id) == split for one in read_movements(split))


def test_both_labellers_judged_every_pair_and_the_lower_half_stands() -> None:
    for split in SPLITS:
        labelled = read_fixes(split)
        grades: dict[tuple[str, str], list[int]] = {}
        for one in labelled.judgements:
            grades.setdefault((one.query_id, one.doc_id), []).append(one.grade)
            assert one.reason
        for query, docs in labelled.qrels.items():
            assert len(docs) >= 8
            for doc, grade in docs.items():
                pair = grades[query, doc]
                assert len(pair) == 2
                assert grade == sum(pair) // 2


def test_the_agreement_that_the_manifest_tells_is_that_of_the_labels() -> None:
    labels = LABELLED / "labels"
    opinions = [assembling.read_sheet(labels / f"{who}_opinions.csv", ("id",), ASPECTS) for who in "AB"]
    fixes = [assembling.read_sheet(labels / f"{who}_fixes.csv", ("query_id", "doc_id"), ("grade",)) for who in "AB"]
    manifest = read_manifest(LABELLED)
    for name, found in assembling.agreements(opinions, fixes).items():
        told = manifest["agreement"][name]
        assert told["kappa"] == pytest.approx(found.kappa, abs=1e-4)
        assert told["percent"] == pytest.approx(found.percent, abs=1e-4)
        assert told["low"] <= told["kappa"] <= told["high"]
    assert "two AI annotators" in manifest["labellers"]
