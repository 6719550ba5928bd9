"""Proof after shipping: the right verdicts, once, and not before their day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from analyst.core.values import Estimate
from analyst.fixes.calibration import Judged, realisation_of
from analyst.fixes.contrast import Panel, before_after, contrast, placebo, weeks_for_contrast, weeks_for_share
from analyst.fixes.looks import Check, Look, look_from
from analyst.fixes.shipping import Enough, Shipping, register, target_of
from analyst.fixes.telling import look_sentences
from analyst.fixes.verify import decide, look
from analyst.runs.counting import connect
from bench.fixes.shipped import ARMS, judge, make_world, register_world
from tests.fixes.shipped_shop import SHIPPED, Story, found_in, moment, the_fix, write_story


def _panel(effect: float, n: int = 6000, seed: int = 0, people: int = 6000) -> tuple[Panel, np.ndarray]:
    """Answers over twenty weeks, a season for all, other people from week ten on; the effect from week ten."""
    rng = np.random.default_rng(seed)
    day = rng.integers(0, 140, n)
    after = day >= 70
    plan = (rng.random(n) < np.where(after, 0.6, 0.3)).astype(np.int64)
    treated = rng.random(n) < 0.3 + 0.2 * plan
    person = rng.integers(0, people, n)
    y = rng.normal(0, 80, n) + 25 * plan + 10 * np.sin(day / 10) - 8 * treated + effect * (treated & after)
    y += rng.normal(0, 40, people)[person]
    return Panel(y, np.ones(n), treated, day + 7, person, plan[:, None]), after


def test_season_and_mix_do_not_pass_for_an_effect() -> None:
    found = [contrast(*_panel(12.0, seed=seed)) for seed in range(30)]
    effects = np.array([c.effect for c in found if c])
    errors = np.array([c.error for c in found if c])
    assert abs(effects.mean() - 12.0) < 2.5
    assert 0.7 < effects.std() / errors.mean() < 1.35
    raw = np.array([_raw(*_panel(12.0, seed=seed)) for seed in range(30)])
    assert abs(raw.mean() - 12.0) > 2 * abs(effects.mean() - 12.0)


def _raw(panel: Panel, after: np.ndarray) -> float:
    """Before against after among the target alone."""
    return float(panel.y[panel.treated & after].mean() - panel.y[panel.treated & ~after].mean())


def test_people_who_answer_often_count_once() -> None:
    panel, after = _panel(0.0, people=150)
    apart = replace(panel, person=np.arange(panel.n))
    often, single = contrast(panel, after), contrast(apart, after)
    assert often and single and often.effect == pytest.approx(single.effect)
    twice = Panel(
        *(np.concatenate([getattr(panel, f)] * 2) for f in ("y", "weight", "treated", "day", "person", "codes"))
    )
    doubled = contrast(twice, np.concatenate([after, after]))
    assert doubled and doubled.error == pytest.approx(often.error, rel=0.05)


def test_a_cell_without_answers_says_nothing() -> None:
    panel, after = _panel(10.0, n=400)
    assert contrast(panel, np.zeros(panel.n, dtype=bool)) is None
    assert contrast(replace(panel, treated=np.ones(panel.n, dtype=bool)), after) is None
    assert placebo(replace(panel, treated=np.zeros(panel.n, dtype=bool))) is None


def test_sessions_of_one_person_are_not_independent() -> None:
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(200), 20)
    hit = (rng.random(200) < 0.3)[person].astype(float)
    after = np.tile([False, True], 2000)
    after[person >= 100] = True
    after[person < 100] = False
    clustered = before_after(hit, person, after)
    plain = before_after(hit, np.arange(4000), after)
    assert clustered and plain and clustered[2] > 3 * plain[2]
    assert before_after(hit[:10], person[:10], after[:10]) is None


def test_the_weeks_promised_give_the_power_promised() -> None:
    weeks = weeks_for_contrast(12.0, 6400.0, 1.0, (1000, 2000), (80.0, 160.0))
    assert weeks is not None
    variance = 6400 * (1 / 1000 + 1 / 2000 + 1 / (80 * weeks) + 1 / (160 * weeks))
    assert 12.0 / variance**0.5 == pytest.approx(1.96 + 1.2816, abs=0.001)
    assert weeks_for_contrast(4.0, 6400.0, 1.0, (1000, 2000), (80.0, 160.0)) is None
    assert weeks_for_contrast(0.0, 6400.0, 1.0, (1000, 2000), (80.0, 160.0)) is None
    assert weeks_for_share(0.3, 0.15, 500, 100.0) is not None
    assert weeks_for_share(0.3, 0.3, 500, 100.0) is None


def _check(name: str, outcome: str) -> Check:
    return Check(name, outcome, 0.3, 0.1, Estimate(-0.2, -0.3, -0.1, 100, "share"), 100, 90)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("friction", "theme", "score", "fair", "promised", "verdict"),
    [
        ("as_hoped", "as_hoped", "as_hoped", True, True, "confirmed"),
        ("as_hoped", "not_shown", "as_hoped", True, True, "confirmed"),
        ("as_hoped", "as_hoped", "not_shown", True, True, "friction_fell"),
        ("as_hoped", "as_hoped", "against", True, True, "friction_fell"),
        ("as_hoped", "as_hoped", "as_hoped", False, True, "cannot_tell"),
        ("as_hoped", "as_hoped", "as_hoped", True, False, "friction_fell"),
        ("as_hoped", "as_hoped", "no_data", True, True, "friction_fell"),
        ("not_shown", "as_hoped", "as_hoped", True, True, "no_effect"),
        ("against", "as_hoped", "as_hoped", True, True, "no_effect"),
        ("no_data", "as_hoped", "as_hoped", True, True, "confirmed"),
        ("no_data", "not_shown", "as_hoped", True, True, "no_effect"),
        ("no_data", "no_data", "as_hoped", True, True, "cannot_tell"),
    ],
)
def test_every_verdict(friction: str, theme: str, score: str, fair: bool, promised: bool, verdict: str) -> None:
    checks = (_check("friction", friction), _check("theme", theme), _check("score", score))
    assert decide(checks, fair=fair, score_promised=promised) == verdict


def _verdicts(arm: str, seeds: range) -> list[str]:
    found: list[str] = []
    for seed in seeds:
        world = make_world("plain", arm, seed)
        found.append(judge(world, register_world(world)).verdict)
    return found


def test_what_does_not_work_is_not_confirmed_and_what_works_mostly_is() -> None:
    assert set(_verdicts(ARMS[0], range(6))) == {"no_effect"}
    assert _verdicts(ARMS[1], range(12)).count("confirmed") <= 2
    assert _verdicts(ARMS[2], range(12)).count("confirmed") >= 8


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, Shipping]:
    """A run whose fix works, and its registration on the day it shipped."""
    connection = connect(write_story(tmp_path_factory.mktemp("works")))
    fix = the_fix()
    made = register(
        connection, fix, found_in(), target_of(fix, found_in()), shipped=SHIPPED, version=None,
        number=1, now=moment(SHIPPED), until=moment(SHIPPED), join_days=7, realisation=0.5,
    )  # fmt: skip
    return connection, made


def _look(story: tuple[object, Shipping], day: date, decided: Look | None = None) -> Look:
    return look(story[0], story[1], now=moment(day), decided=decided)  # type: ignore[arg-type]


def test_before_its_day_a_look_is_preliminary(story: tuple[object, Shipping]) -> None:
    early = _look(story, story[1].review - timedelta(days=2))
    assert (early.verdict, early.decisive) == ("too_early", False)
    score = early.check("score")
    assert score and score.change and score.change.low and score.change.low > 0  # sure already, and yet not said
    assert "preliminary" in look_sentences(early, story[1])[0]


def test_on_its_day_it_is_confirmed_and_later_data_change_nothing(story: tuple[object, Shipping]) -> None:
    first = _look(story, story[1].review + timedelta(days=1))
    assert (first.verdict, first.decisive, first.fair) == ("confirmed", True, True)
    later = _look(story, story[1].review + timedelta(days=40))
    assert later.check("score") == first.check("score") and later.until == first.until
    friction = first.check("friction")
    assert friction and friction.before and friction.after and friction.after < 0.2 * friction.before
    assert first.realised and first.realised.low is not None and 0 < first.realised.low < 10
    assert look_from(first.to_dict()) == first
    assert _look(story, story[1].review + timedelta(days=40), decided=first) == first
    told = " ".join(look_sentences(first, story[1]))
    assert "Confirmed: the friction fell" in told and "caus" not in told.lower()


def test_a_run_that_ends_before_the_day_decides_nothing(story: tuple[object, Shipping]) -> None:
    connection, made = story
    much_later = replace(made, review=date(2027, 6, 1))
    told = look(connection, much_later, now=moment(date(2027, 6, 3)))  # type: ignore[arg-type]
    assert told.verdict == "too_early" and "import what came since" in told.notes[-1]


def test_a_theme_that_the_run_no_longer_has_did_not_fall(story: tuple[object, Shipping]) -> None:
    connection, made = story
    gone = replace(made, target=replace(made.target, screen=None, signals=(), themes=("merged",)), friction=Enough())
    seen = look(connection, gone, now=moment(made.review + timedelta(days=1)))  # type: ignore[arg-type]
    theme = seen.check("theme")
    assert theme and theme.outcome == "no_data" and seen.verdict == "cannot_tell"


@pytest.mark.parametrize(
    ("what", "verdict"),
    [(Story(left=1.0), "no_effect"), (Story(left=0.1, follows=False), "friction_fell")],
)
def test_what_did_not_work_is_told(tmp_path: Path, what: Story, verdict: str) -> None:
    connection = connect(write_story(tmp_path, what))
    fix = the_fix()
    made = register(
        connection, fix, found_in(), target_of(fix, found_in()), shipped=SHIPPED, version=None,
        number=1, now=moment(SHIPPED), until=moment(SHIPPED), join_days=7, realisation=0.5,
    )  # fmt: skip
    assert look(connection, made, now=moment(made.review + timedelta(days=1))).verdict == verdict


def test_friction_that_comes_back_reopens(tmp_path: Path) -> None:
    connection = connect(write_story(tmp_path, Story(back=date(2026, 9, 21))))
    fix = the_fix()
    made = register(
        connection, fix, found_in(), target_of(fix, found_in()), shipped=SHIPPED, version=None,
        number=1, now=moment(SHIPPED), until=moment(SHIPPED), join_days=7, realisation=0.5,
    )  # fmt: skip
    decided = look(connection, made, now=moment(made.review + timedelta(days=1)))
    assert decided.verdict == "confirmed"
    assert made.review < date(2026, 9, 21)
    again = look(connection, made, now=moment(date(2026, 10, 20)), decided=decided)
    assert again.verdict == "reopened" and "came back" in look_sentences(again, made)[0]


def test_a_version_counts_from_when_half_have_it(tmp_path: Path) -> None:
    connection = connect(write_story(tmp_path, Story(slow=True)))
    fix = the_fix()
    made = register(
        connection, fix, found_in(), target_of(fix, found_in()), shipped=SHIPPED, version="5.0",
        number=1, now=moment(SHIPPED), until=moment(SHIPPED), join_days=7, realisation=0.5,
    )  # fmt: skip
    early = look(connection, made, now=moment(SHIPPED + timedelta(days=10)))
    assert early.verdict == "too_early" and "run 5.0 or newer" in early.notes[0]
    late = look(connection, made, now=moment(SHIPPED + timedelta(days=100)))
    assert "half of them since 2026-0" in late.notes[0]


def _judged(predicted: float, realised: float, error: float) -> Judged:
    def estimate(value: float) -> Estimate:
        return Estimate(value, value - 1.959964 * error, value + 1.959964 * error, 100)

    return Judged("fix-1", "Payment", "confirmed", replace(estimate(predicted), low=predicted, high=predicted),
                  estimate(realised))  # fmt: skip


def test_without_judged_fixes_the_prior_stands() -> None:
    assert (realisation_of([]).value, realisation_of([]).n) == (0.5, 0)


def test_one_fix_moves_the_realisation_as_far_as_it_is_sure() -> None:
    found = realisation_of([_judged(10.0, 8.0, 1.0)])
    weight, prior = 1 / (0.1**2 + 0.2**2), 1 / 0.25**2
    assert found.value == pytest.approx((0.8 * weight + 0.5 * prior) / (weight + prior))
    assert abs(realisation_of([_judged(10.0, 8.0, 8.0)]).value - 0.5) < 0.05
    assert found.n == 1 and found.low is not None and found.high is not None and found.low < found.value < found.high


def test_many_fixes_teach_what_they_realised() -> None:
    rng = np.random.default_rng(0)
    judged = [_judged(10.0, 10 * float(rng.normal(0.3, 0.15)), 1.5) for _ in range(60)]
    assert abs(realisation_of(judged).value - 0.3) < 0.07
    assert realisation_of([_judged(10.0, -20.0, 0.5)] * 30).value == 0.05
    assert realisation_of([_judged(10.0, 30.0, 0.5)] * 30).value == 1.0
