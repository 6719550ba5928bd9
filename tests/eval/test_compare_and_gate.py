"""Better, worse, cannot tell; and the gate that closes."""

from pathlib import Path

import pytest

from eval.compare import compare, rank_stability, rivals
from eval.gate import below_floors, gate, read_floors, worse_than
from eval.report import rival_sentence
from eval.runs import EvalRun, save
from tests.eval.made import NAN, made

OLD = [0.5, 0.4, 0.6, 0.5, 0.3, 0.5, 0.4, 0.6]


def _word(new: EvalRun, old: EvalRun, measure: str = "good") -> str:
    return next(one.word for one in compare(new, old) if one.measure.name == measure)


def test_a_clear_rise_is_better_and_a_clear_fall_worse() -> None:
    higher = [v + 0.1 for v in OLD]
    assert _word(made(higher), made(OLD)) == "better"
    assert _word(made(OLD), made(higher)) == "worse"


def test_of_a_measure_where_lower_is_better_a_rise_is_worse() -> None:
    new, old = made(OLD, [v + 0.1 for v in OLD]), made(OLD, OLD)
    assert _word(new, old, "bad") == "worse"
    assert _word(new, old, "good") == "the same"


def test_ups_and_downs_cannot_be_told_apart() -> None:
    assert _word(made([v + (0.1 if i % 2 else -0.1) for i, v in enumerate(OLD)]), made(OLD)) == "cannot tell"


def test_two_clusters_tell_nothing_however_far_apart() -> None:
    assert _word(made([0.9, 0.9]), made([0.1, 0.1])) == "cannot tell"


def test_only_rows_of_both_runs_count() -> None:
    found = compare(made([*OLD, 0.0]), made(OLD))[0]
    assert found.word == "the same"
    assert found.difference.clusters == len(OLD)


def test_rows_without_a_value_are_left_out_on_both_sides() -> None:
    found = compare(made([NAN, *OLD[1:]]), made(OLD))[0]
    assert found.difference.clusters == len(OLD) - 1


def test_references_are_compared_with_and_never_judged() -> None:
    run = made([v + 0.1 for v in OLD], pool__size=OLD)
    assert [one.measure.name for one in compare(run, run)] == ["good"]


def test_rivals_come_best_first_with_ours_minus_theirs() -> None:
    run = made([v + 0.1 for v in OLD], pool_size=OLD)
    best = rivals(run, "toy", "good", "dev")[0]
    assert best.difference.difference == pytest.approx(0.1)
    assert rival_sentence(best, "pool", "dev").startswith("Better than the best of them")


def test_the_same_rankings_overlap_fully() -> None:
    assert list(rank_stability(made(OLD), made(OLD)).values()) == pytest.approx([1.0] * len(OLD))


FLOORS = {"toy": {"dev": {"good": 0.4, "bad": 0.2}}}


def test_limits_hold_from_below_and_from_above() -> None:
    assert below_floors(made([0.5, 0.5], [0.1, 0.1]), FLOORS) == []
    failures = below_floors(made([0.3, 0.3], [0.3, 0.3]), FLOORS)
    assert [failure.measure for failure in failures] == ["good", "bad"]
    assert "below its floor" in failures[0].sentence and "above its ceiling" in failures[1].sentence


def test_what_has_a_limit_and_was_not_measured_fails() -> None:
    failures = below_floors(made([0.5, 0.5]), FLOORS)
    assert "was not measured" in failures[0].sentence
    assert "was not measured" in below_floors(made([NAN, NAN], [0.0, 0.0]), FLOORS)[0].sentence


def test_limits_of_another_split_do_not_count() -> None:
    assert below_floors(made([0.0, 0.0], split="test"), FLOORS) == []


def test_worse_than_the_baseline_closes_the_gate(tmp_path: Path) -> None:
    floors, baseline = tmp_path / "floors.toml", tmp_path / "baseline"
    floors.write_text("[toy.dev]\ngood = 0.1\n")
    save(made(OLD), baseline / "dev.json", details=False)
    assert gate(made(OLD), floors=floors, baseline=baseline) == []
    failures = gate(made([v - 0.1 for v in OLD]), floors=floors, baseline=baseline)
    assert len(failures) == 1 and "fell from" in failures[0].sentence
    assert worse_than(made(OLD), None) == []


def test_the_committed_limits_can_be_read() -> None:
    assert all(isinstance(limit, int | float) for split in read_floors(Path("eval/floors.toml")).values()
               for limits in split.values() for limit in limits.values())  # fmt: skip
