"""From a run to ranked fixes: the right troubles first, with words, sessions and honest grades."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from analyst.core.query import Query
from analyst.core.values import Quote
from analyst.findings import (
    ThemeName,
    exposure_gaps,
    named_screens,
    screen_frictions,
    screen_links,
    theme_findings,
    visit_counts,
)
from analyst.fixes import EFFORT, REALISATION, Evidence, Fix, rank_fixes
from analyst.runs.counting import connect
from analyst.runs.frame import DesignFrame, design_frame
from tests.fixes.shop import LATE, WORDS, query, write_shop


@dataclass(frozen=True)
class Shop:
    connection: duckdb.DuckDBPyConnection
    frame: DesignFrame
    evidence: Evidence


def _open(connection: duckdb.DuckDBPyConnection, asked: Query) -> Shop:
    frame = design_frame(connection, asked, join_days=14, until=LATE)
    rows = connection.execute("SELECT theme_id, label, kind FROM themes").fetchall()
    names = {row[0]: ThemeName(*row) for row in rows}
    links = screen_links(frame, names, named_screens(connection, asked, until=LATE))
    gaps = exposure_gaps(frame)
    screens = screen_frictions(visit_counts(connection, asked, until=LATE), links=links, gaps=gaps)
    return Shop(connection, frame, Evidence(names, theme_findings(frame, asked, names), screens, links, gaps))


def _quotes(theme_id: str | None, response_ids: Sequence[str], limit: int) -> list[Quote]:
    return [Quote(WORDS[theme_id or "cards"], response_id, 3.0, None) for response_id in list(response_ids)[:limit]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    connection = connect(write_shop(tmp_path_factory.mktemp("shop")))
    yield _open(connection, query())
    connection.close()


def _rank(shop: Shop, efforts: Mapping[str, float] | None = None, realisation: float = REALISATION) -> list[Fix]:
    return rank_fixes(
        shop.connection, shop.frame, query(), shop.evidence, until=LATE, join_days=14, quotes=_quotes,
        efforts=efforts, realisation=realisation,
    )  # fmt: skip


def test_the_right_troubles_first(shop: Shop) -> None:
    fixes = _rank(shop)
    assert [(f.screen, f.grade) for f in fixes] == [("Payment", "B"), ("Slots", "A"), (None, "C")]
    payment, slots, late = fixes
    assert payment.themes == ["cards"] and payment.where == (("plan", "free"),)
    assert slots.themes == [] and slots.where == ()
    assert late.themes == ["late"] and late.reach is None and late.e_value is None
    assert [f.rank for f in fixes] == [1, 2, 3]
    assert "Recipes" not in {f.screen for f in fixes} and ["recipes"] not in [f.themes for f in fixes]


def test_lift_reach_and_confidence(shop: Shop) -> None:
    payment, slots, late = _rank(shop)
    exposed = 0.5 * 0.35
    assert payment.lift.value == pytest.approx(60 * exposed * 0.5, abs=1.5)
    assert payment.lift.low is not None and payment.lift.low > 2
    assert slots.lift.value == pytest.approx(30 * 0.12 * 0.5, abs=0.8)
    assert payment.confidence == pytest.approx(0.8, abs=0.01) and late.confidence <= 0.5
    assert payment.reach is not None and payment.reach > 200
    assert payment.e_value is not None and payment.e_value > 2
    assert _rank(shop, realisation=1.0)[0].lift.value == pytest.approx(2 * payment.lift.value)


def test_evidence_is_real(shop: Shop) -> None:
    payment, slots, late = _rank(shop)
    froze = {
        row[0] for row in shop.connection.execute(
            "SELECT session_id FROM exposures WHERE screen = 'Payment' AND signal <> 'visit'"
        ).fetchall()
    }  # fmt: skip
    assert len(payment.sessions) == 5 and set(payment.sessions) <= froze
    assert payment.replays and all(url.startswith("https://") for url in payment.replays)
    said = {
        row[0] for row in shop.connection.execute(
            "SELECT response_id FROM opinions WHERE theme_id = 'cards'"
        ).fetchall()
    }  # fmt: skip
    assert payment.quotes and {quote.response_id for quote in payment.quotes} <= said
    assert late.sessions == [] and slots.quotes == []


def test_words_come_from_the_evidence_and_claim_no_cause(shop: Shop) -> None:
    payment, slots, late = _rank(shop)
    assert payment.title == "Payment on plan free: the screen freezes and taps go unanswered"
    assert payment.action.startswith(
        "On plan free, keep Payment from freezing and make it answer the first tap. There "
    )
    assert "“Card declined”" in payment.action and WORDS["cards"] in [quote.text for quote in payment.quotes]
    assert "Slots" in slots.title and "Late delivery" in late.title
    assert "Payment (plan free) should fall from" in payment.verify and "NPS" in payment.verify
    for fix in (payment, slots, late):
        text = " ".join([fix.title, fix.action, fix.verify, *fix.facts])
        assert not re.search(r"\bcaus(e|ed|es|ing)\b|\bnan\b|None", text, re.IGNORECASE), text
        assert all(fact.endswith(".") for fact in fix.facts)
        assert any("n = " in fact for fact in fix.facts)


def test_a_complaint_that_a_trouble_stands_for_is_no_second_fix(shop: Shop) -> None:
    link = replace(shop.evidence.links[0], theme_id="late", screen="Slots", signal="dead_tap")
    linked = replace(shop, evidence=replace(shop.evidence, links=[*shop.evidence.links, link]))
    slots = next(f for f in _rank(linked) if f.screen == "Slots")
    assert slots.themes == ["late"]
    assert [f.themes for f in _rank(linked)].count(["late"]) == 1


def test_effort_is_assumed_until_somebody_enters_it(shop: Shop) -> None:
    payment, slots, _ = _rank(shop)
    assert payment.effort == EFFORT and payment.effort_assumed
    entered = {f.fix_id: f for f in _rank(shop, efforts={payment.fix_id: 40.0, slots.fix_id: 0.5})}
    assert not entered[payment.fix_id].effort_assumed and entered[payment.fix_id].effort == 40.0
    assert entered[slots.fix_id].rank == 1
    assert entered[payment.fix_id].priority == pytest.approx(payment.priority * EFFORT / 40.0)


def test_ids_and_order_are_lasting(shop: Shop) -> None:
    assert _rank(shop) == _rank(shop)
    assert len({f.fix_id for f in _rank(shop)}) == 3


def test_a_fix_keeps_its_id_when_another_theme_tells_it(shop: Shop) -> None:
    link = replace(shop.evidence.links[0], theme_id="late", odds=replace(shop.evidence.links[0].odds, value=1e6))
    renamed = replace(shop, evidence=replace(shop.evidence, links=[link, *shop.evidence.links]))
    first, again = _rank(shop)[0], _rank(renamed)[0]
    assert first.themes[0] != again.themes[0] and first.fix_id == again.fix_id


def test_priority_orders_and_ties_are_mutual(shop: Shop) -> None:
    fixes = _rank(shop)
    assert [f.priority for f in fixes] == sorted((f.priority for f in fixes), reverse=True)
    for fix in fixes:
        assert fix.priority == pytest.approx(fix.lift.value * fix.confidence / fix.effort)
        for other in fix.tied_with:
            assert fix.fix_id in next(f for f in fixes if f.fix_id == other).tied_with


def test_without_sessions_only_complaints_remain(tmp_path: Path) -> None:
    connection = connect(write_shop(tmp_path, n=1200))
    connection.execute("CREATE OR REPLACE TEMP VIEW exposures AS SELECT * FROM memory.main.exposures WHERE false")
    connection.execute("CREATE OR REPLACE TEMP VIEW sessions AS SELECT * FROM memory.main.sessions WHERE false")
    fixes = _rank(_open(connection, query()))
    assert {f.grade for f in fixes} == {"C"} and {f.themes[0] for f in fixes} == {"cards", "late"}
    for fix in fixes:
        assert fix.screen is None and fix.lift.low is not None and fix.lift.low <= fix.lift.value


def test_an_empty_window_gives_no_fix(tmp_path: Path) -> None:
    connection = connect(write_shop(tmp_path, n=200))
    asked = query()
    nobody = replace(asked, window=replace(asked.window, start=LATE, end=LATE))
    shop = _open(connection, nobody)
    assert rank_fixes(connection, shop.frame, nobody, shop.evidence, until=LATE, join_days=14) == []


def test_a_filter_that_sessions_lack_still_ranks(tmp_path: Path) -> None:
    connection = connect(write_shop(tmp_path, n=2000))
    connection.execute("CREATE OR REPLACE TEMP VIEW sessions AS SELECT * EXCLUDE (seg_plan) FROM memory.main.sessions")
    asked = replace(query(), where=(("plan", "free"),))
    frame = design_frame(connection, asked, join_days=14, until=LATE)
    names = {"cards": ThemeName("cards", "Card declined", "discovered")}
    gaps, links = exposure_gaps(frame), screen_links(frame, names)
    evidence = Evidence(names, theme_findings(frame, asked, names), [], links, gaps)
    fixes = rank_fixes(connection, frame, asked, evidence, until=LATE, join_days=14)
    assert fixes[0].screen == "Payment" and fixes[0].reach is None and fixes[0].sessions == []
