"""The truth of generated companies, and what is asked of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyst.core.errors import NoRun
from analyst.core.progress import Silent
from analyst.core.query import Query
from analyst.core.windows import parse_window, previous, zone
from analyst.sample.spec import LAST_MONDAY
from eval.companies import building
from eval.companies.manifest import companies, companies_of
from eval.companies.measuring import claimed
from eval.companies.queries import group_of
from eval.companies.truth import CompanyTruth, TrueFix, graded

TZ = zone("UTC")
LAST = parse_window("2026-W46", TZ)


def test_the_manifest_holds_enough_and_parts_it() -> None:
    assert len(companies()) >= 20
    assert len(companies_of("test")) >= 12 and len(companies_of("dev")) >= 8
    assert not {e.seed for e in companies_of("test")} & {e.seed for e in companies_of("dev")}
    assert {e.seed for e in companies_of("quick")} <= {e.seed for e in companies_of("dev")}
    causes = {CompanyTruth(e.seed, e.scale).spec.main for e in companies()}
    assert causes == {"release", "region", "broad", "quiet"}


def test_true_lifts_are_those_that_the_company_wrote_down(sample_workspace: Path) -> None:
    written = json.loads((sample_workspace / "sample-truth" / "fixes.json").read_text())
    found = {fix.fix_id: fix for fix in CompanyTruth(7, 0.25).fixes(LAST)}
    assert {fix["id"] for fix in written} == set(found)
    for fix in written:
        assert found[fix["id"]].lift == pytest.approx(fix["lift"], abs=0.006), fix["id"]
        assert found[fix["id"]].decoy == fix["decoy"]


def test_in_its_own_group_a_cause_weighs_more() -> None:
    truth = CompanyTruth(7, 0.25)
    everybody = {fix.fix_id: fix.lift for fix in truth.fixes(LAST)}
    android = {fix.fix_id: fix.lift for fix in truth.fixes(LAST, (("platform", "android"),))}
    web = {fix.fix_id: fix.lift for fix in truth.fixes(LAST, (("platform", "web"),))}
    # One mobile customer in fifteen answers from the web now and then, and brings what they met on the phone.
    assert android["main"] > everybody["main"] > web["main"]


def test_before_it_began_a_cause_costs_nothing() -> None:
    october = {fix.fix_id: fix.lift for fix in CompanyTruth(7, 0.25).fixes(parse_window("2026-10", TZ))}
    assert october["main"] == 0
    assert october["theme_delivery_time"] > 1


def _query(label: str, where: tuple[tuple[str, str], ...] = ()) -> Query:
    window = parse_window(label, TZ)
    return Query("nps", window, previous(window, TZ, 4), where)


def test_the_true_change_is_that_of_the_planted_cause() -> None:
    truth = CompanyTruth(7, 1.0)
    assert -17 < truth.change(_query("2026-W46")) < -12  # 12.6 points of the main cause, and what grows beside it
    assert abs(truth.change(_query("2026-W45"))) < 4


def test_only_the_segments_of_a_cause_that_begins_are_true_ones() -> None:
    truth = CompanyTruth(7, 1.0)
    assert [plan.plan_id for plan in truth.causes(_query("2026-W46"))] == ["main"]
    assert truth.causes(_query("2026-W45")) == []
    inside = (("app_version", "4.2.0"), ("platform", "android"))
    assert truth.causes(_query("2026-W46", inside)) == []


def test_the_group_asked_about_is_that_of_the_cause() -> None:
    assert group_of(CompanyTruth(7, 1.0)) == (("platform", "android"),)


def _fix(name: str, lift: float, decoy: bool = False) -> TrueFix:
    return TrueFix(name, name, None, (), lift, decoy)


def test_grades_are_shares_of_the_largest_lift() -> None:
    fixes = [_fix("a", 10), _fix("b", 5), _fix("c", 2.5), _fix("d", 1), _fix("e", 0.9), _fix("f", 12, decoy=True)]
    assert graded(fixes) == {"a": 3, "b": 3, "c": 2, "d": 1, "e": 0, "f": 0}


def test_below_half_a_point_nothing_is_worth_a_grade() -> None:
    assert graded([_fix("a", 0.49), _fix("b", 0.3)]) == {"a": 0, "b": 0}
    assert graded([]) == {}


def test_an_item_means_the_best_that_nobody_above_it_means() -> None:
    a, b = _fix("a", 2), _fix("b", 1)
    assert claimed([[a, b], [a, b], [a], []]) == ["a", "b", "a", None]


def test_a_company_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    monkeypatch.setattr(building, "_make", lambda home, *_: made.append(home))
    for seed in (1, 1, 2):  # nothing was analysed by the stand-in, so that opening says so
        with pytest.raises(NoRun):
            building.company_view(tmp_path / "home", seed, 0.2, Silent())
    assert len(made) == 2  # another seed, another company


def test_now_is_the_morning_after() -> None:
    assert building._morning_after(LAST_MONDAY)() == datetime(2026, 11, 10, 8, tzinfo=UTC)
