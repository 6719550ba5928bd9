"""A run is written, read again, summarised and shown."""

import json
import math
from pathlib import Path

import pytest

from analyst.core.errors import UndertoneError
from eval.results import Row, value
from eval.runs import EvalRun, joined, load, save
from tests.eval.made import GOOD, NAN, made


def test_a_run_comes_back_from_its_file(tmp_path: Path) -> None:
    run = made([0.5, NAN, 1.0], [0.0, 0.25, 0.5])
    save(run, tmp_path / "results.json")
    again = load(tmp_path)
    assert again.summaries()[0].interval == run.summaries()[0].interval
    assert again.measures == run.measures
    assert [row.row for row in again.rows] == [row.row for row in run.rows]
    assert math.isnan(again.rows[1].values["good"][0])


def test_what_could_not_be_told_is_counted_and_not_averaged() -> None:
    summary = made([0.5, NAN, 1.0]).summaries()[0]
    assert summary.interval.mean == 0.75
    assert (summary.interval.rows, summary.untold) == (2, 1)


def test_splits_are_never_mixed() -> None:
    both = joined([made([0.0, 0.0], split="dev"), EvalRun(
        (Row("toy", "ranking", "other", "x", {"good": value(1.0)}, {}, "test"),), {"toy": (GOOD,)}, {}
    )])  # fmt: skip
    assert {(one.split, one.interval.mean) for one in both.summaries() if one.measure is GOOD} == {
        ("dev", 0.0),
        ("test", 1.0),
    }


def test_a_file_holds_json_that_anybody_reads(tmp_path: Path) -> None:
    save(made([NAN, 1.0]), tmp_path / "r.json", details=False)
    data = json.loads((tmp_path / "r.json").read_text(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert data["rows"][0]["values"]["good"] == [None, 0.0]
    assert "details" not in data["rows"][0]


@pytest.mark.parametrize("text", ["{}", "no json", '{"rows": 3}'])
def test_what_is_no_run_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(UndertoneError, match="holds no results"):
        load(tmp_path)
    with pytest.raises(UndertoneError, match="cannot be read"):
        load(tmp_path / "nowhere")
