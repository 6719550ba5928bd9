"""What is planted: the intended sizes whatever the draw of people, and other companies for other seeds."""

import numpy as np
import pytest

from analyst.sample.company import Simulation, simulate
from analyst.sample.scores import cost, expected_y, normal_cdf
from analyst.sample.spec import company_spec
from analyst.sample.truth import causes, fixes, nps_rows, without_causes

SEEDS = (7, 11, 12, 13, 14)


@pytest.fixture(scope="module", params=SEEDS)
def story(request: pytest.FixtureRequest) -> Simulation:
    """The documented company, with other people in it for every seed."""
    return simulate(company_spec(7), request.param)


def points(story: Simulation) -> dict[str, dict[str, object]]:
    return {str(c["id"]): c for c in causes(story.spec, story.people, story.answers, story.scored)}


def number(value: object) -> float:
    return float(str(value))


def test_normal_cdf_against_known_values() -> None:
    found = normal_cdf(np.array([-3.0, -1.96, 0.0, 1.0, 2.5]))
    assert found == pytest.approx([0.00134990, 0.02499790, 0.5, 0.84134475, 0.99379033], abs=2e-7)


def test_expected_nps_is_the_mean_over_draws() -> None:
    rng = np.random.default_rng(3)
    latent = 7.4 + 1.6 * rng.standard_normal(400_000)
    score = np.clip(np.floor(latent + 0.5), 0, 10)
    drawn = 100 * ((score >= 9).mean() - (score <= 6).mean())
    assert expected_y(np.array([7.4]))[0] == pytest.approx(drawn, abs=0.5)


def test_effects_are_as_planned(story: Simulation) -> None:
    found = points(story)
    assert -14.0 <= number(found["main"]["effect"]) <= -11.5
    assert -3.6 <= number(found["gradual"]["effect"]) <= -2.4
    assert -6.5 <= number(found["mix"]["effect"]) <= -2.5
    assert -2.2 <= number(found["outage"]["effect"]) <= -1.0
    assert -1.8 <= number(found["price"]["effect"]) <= -0.8
    assert found["decoy"]["effect"] == 0


def test_the_fall_is_seen_by_a_two_sample_test(story: Simulation) -> None:
    y = np.where(story.scored.score >= 9, 100.0, np.where(story.scored.score <= 6, -100.0, 0.0))
    now, before = y[nps_rows(story.answers, 11, 11)], y[nps_rows(story.answers, 7, 10)]
    change = now.mean() - before.mean()
    error = np.sqrt(now.var() / len(now) + before.var() / len(before))
    assert -22 < change < -8
    assert change / error < -2.5


def test_the_fall_is_where_it_was_planted(story: Simulation) -> None:
    answers, scored = story.answers, story.scored
    android = np.array([r >= 0 and story.spec.releases[r][:2] == ("4.2.0", "android") for r in answers.release])
    last = nps_rows(answers, 11, 11)
    main = [plan.plan_id for plan in story.spec.plans].index("main")
    assert cost(scored, last & android, main)[0] > 30
    assert cost(scored, last & ~android, main)[0] < 2.5
    assert 0.2 < (android & last).sum() / last.sum() < 0.4
    users = last & (answers.platform == 0)
    assert 0.6 < (android & users).sum() / users.sum() < 0.85


def test_harm_is_seen_in_sessions(story: Simulation) -> None:
    main = [plan.plan_id for plan in story.spec.plans].index("main")
    hit = story.sessions.hits[:, main]
    payment = story.sessions.counts[:, 6, :]
    assert hit.sum() > 100
    assert (payment[hit, 0] > 0).all()
    assert payment[hit, 2].mean() > 20 * payment[~hit, 2].mean()


def test_harmless_signals_do_no_harm(story: Simulation) -> None:
    decoys = [f for f in fixes(story.spec, story.people, story.answers, story.scored) if f["decoy"]]
    assert len(decoys) == 3
    assert all(f["lift"] == 0 and number(f["exposed_share"]) > 0.02 for f in decoys)


def test_weeks_without_causes_are_level(story: Simulation) -> None:
    free, stay = without_causes(story.spec, story.people, story.answers, story.scored)
    levels = [expected_y(free[rows & stay]).mean() for w in range(12) if (rows := nps_rows(story.answers, w, w)).any()]
    assert max(levels) - min(levels) < 8
    assert 24 <= np.mean(levels) <= 36


def test_other_seeds_are_other_companies() -> None:
    specs = [company_spec(seed) for seed in range(20, 60)]
    assert {spec.main for spec in specs} == {"release", "region", "broad", "quiet"}
    mains = {(p.subject, p.where) for spec in specs for p in spec.plans if p.plan_id == "main"}
    assert len(mains) >= 15
    assert len({spec.name for spec in specs}) >= 5
    assert len({spec.campaign is None for spec in specs}) == 2
    assert specs[0] == company_spec(20)


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_other_companies_have_their_planned_effects(seed: int) -> None:
    story = simulate(company_spec(seed), seed, scale=0.5)
    for number_, plan in enumerate(story.spec.plans):
        if plan.points is not None:
            taken = cost(story.scored, nps_rows(story.answers, *plan.weeks), number_)[0]
            # What comes on top of a plan shifts its cost a little.
            assert 0 < taken <= 1.15 * plan.points
            if plan.plan_id == "main":
                assert taken > 0.6 * plan.points
