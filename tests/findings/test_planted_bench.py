"""The benchmark's own weeks: truth stated, the same for the same seed, and judged as it should be."""

import json

import numpy as np
import pytest

from bench.movement import report
from bench.movement.baselines import rank
from bench.movement.measure import frame_of, judge
from bench.movement.scenarios import ALL, BY_NAME, draw


def test_every_scenario_states_its_truth() -> None:
    assert len(BY_NAME) == len(ALL) >= 20
    for scenario in ALL:
        assert (scenario.verdict == "moved") == (scenario.how is not None)
        assert bool(scenario.causes) == (scenario.how == "concentrated" or scenario.verdict == "masked")


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_scenario_is_drawn_and_judged(name: str) -> None:
    scenario = BY_NAME[name]
    answers, again = draw(scenario, 2000, 3), draw(scenario, 2000, 3)
    np.testing.assert_array_equal(answers.y, again.y)
    assert not np.array_equal(draw(scenario, 2000, 4).y[:500], answers.y[:500])
    frame = frame_of(answers)
    for cause in scenario.causes:
        inside = frame.rows_of(cause) & frame.post
        assert inside.any() and abs(answers.shift[inside].mean()) > 10
    judged = judge(scenario, answers)
    assert judged.hits + judged.missed == len(scenario.causes)
    assert judged.ledger_error < 1e-9


def test_a_judge_that_can_say_no() -> None:
    strong = judge(BY_NAME["two_way"], draw(BY_NAME["two_way"], 20_000, 0))
    assert (strong.hits, strong.missed, strong.verdict_right) == (1, 0, True)
    small = judge(BY_NAME["three_way"], draw(BY_NAME["three_way"], 500, 0))
    assert small.hits == 0 and small.missed == 1


def test_the_methods_page_shows_what_was_measured() -> None:
    results = json.loads((report.RESULTS / "planted.json").read_text(encoding="utf-8"))
    real = json.loads((report.RESULTS / "real.json").read_text(encoding="utf-8"))
    page = report.METHOD.read_text(encoding="utf-8")
    assert report.placed(page, report.summary(results, real)) == page
    assert (report.RESULTS / "movement.md").read_text(encoding="utf-8") == report.page(results, real)


def test_baselines_find_what_is_plain_and_always_something() -> None:
    naive, sharp, _ = rank(draw(BY_NAME["one_way"], 10_000, 1))
    assert naive and sharp[0] == (("country", "BR"),)
    assert rank(draw(BY_NAME["null"], 5000, 1))[0]
