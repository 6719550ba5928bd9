"""The search of a run: exact words, filters, floors, one hit a person."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyst.answers.search import Searcher, ThemeMeanings, open_search
from analyst.answers.search.searcher import MOST_HITS, sentence_around
from analyst.core.clock import fixed_clock
from analyst.core.settings import load_settings
from analyst.core.tables import SYSTEM_THEMES
from analyst.runs.view import View, WindowChoice, choose_query, open_view

NOW = datetime(2026, 11, 16, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def view(sample_workspace: Path) -> Iterator[View]:
    yield open_view(load_settings(workspace=sample_workspace), fixed_clock(NOW))


@pytest.fixture(scope="module")
def opened(view: View) -> tuple[Searcher, ThemeMeanings]:
    searcher, meanings = open_search(view)
    assert meanings is not None
    return searcher, meanings


@pytest.fixture(scope="module")
def searcher(opened: tuple[Searcher, ThemeMeanings]) -> Searcher:
    return opened[0]


def _texts(view: View, ids: list[str]) -> dict[str, str]:
    rows = view.connection.execute(
        """SELECT response_id, text FROM responses WHERE response_id IN (SELECT unnest(?))
           UNION ALL SELECT session_id, summary FROM sessions WHERE session_id IN (SELECT unnest(?))""",
        [ids, ids],
    ).fetchall()
    return dict(rows)


@pytest.mark.parametrize("kind", ["response", "session", "any"])
def test_hits_are_exact_and_stand_in_their_sentence(view: View, searcher: Searcher, kind: str) -> None:
    hits = searcher.search("payment failed", kind=kind, limit=10)  # type: ignore[arg-type]
    texts = _texts(view, [hit.evidence_id for hit in hits])
    assert hits
    for hit in hits:
        whole = texts[hit.evidence_id]
        assert whole[hit.start : hit.end] == hit.text
        assert hit.text in hit.sentence
        assert hit.sentence in whole
        assert kind in (hit.kind, "any")


def test_one_hit_a_person_and_no_words_twice(view: View, searcher: Searcher) -> None:
    hits = searcher.search("late delivery", limit=MOST_HITS)
    people = dict(
        view.connection.execute("SELECT response_id, coalesce(user_id, response_id) FROM responses").fetchall()
    )
    assert len({people[hit.evidence_id] for hit in hits}) == len(hits) > 10
    assert len({hit.text.casefold().strip(" .!") for hit in hits}) == len(hits)


def test_both_ways_find_more_than_either(view: View, searcher: Searcher) -> None:
    both = searcher.search("reimbursement of my money", limit=20)
    words = Searcher(view).search("reimbursement of my money", limit=20)
    assert len(both) > len(words)
    assert all(hit.meaning is None and hit.words_rank is not None for hit in words)
    assert any("refund" in hit.text.casefold() for hit in both)
    assert all(hit.words_rank is not None or "meaning" in hit.why for hit in both)


def test_the_query_bounds_window_metric_and_people(view: View, searcher: Searcher) -> None:
    query = choose_query(view, "nps", WindowChoice(week="2026-W45"), (("platform", "ANDROID"),))
    hits = searcher.search("the app", query=query, limit=20)
    kinds = dict(view.connection.execute("SELECT response_id, kind FROM responses").fetchall())
    assert hits
    assert all("2026-11-02" <= (hit.at or "") <= "2026-11-08" for hit in hits)
    assert all(kinds[hit.evidence_id] == "nps" for hit in hits)
    assert all(dict(hit.segments)["platform"] == "android" for hit in hits)


def test_an_unknown_segment_leaves_nothing(view: View, searcher: Searcher) -> None:
    query = choose_query(view, "nps", WindowChoice(week="2026-W45")).within((("planet", "mars"),))
    assert searcher.search("delivery", query=query) == []


@pytest.mark.parametrize(("band", "low", "high"), [("detractor", 0, 6), ("passive", 7, 8), ("promoter", 9, 10)])
def test_bands(view: View, searcher: Searcher, band: str, low: int, high: int) -> None:
    query = choose_query(view, "nps", WindowChoice(month="2026-10"))
    hits = searcher.search("delivery", query=query, band=band, limit=20)  # type: ignore[arg-type]
    assert hits
    assert all(hit.score is not None and low <= hit.score <= high for hit in hits)


def test_themes_and_sentiment_are_kept_to(searcher: Searcher) -> None:
    theme = next(hit.theme_id for hit in searcher.search("delivery", limit=20) if hit.theme_id)
    hits = searcher.search("delivery", themes=[theme], sentiment="negative", limit=20)
    assert {(hit.theme_id, hit.sentiment) for hit in hits} <= {(theme, "negative")}


def test_a_screen_is_named_or_was_met_before(view: View, searcher: Searcher) -> None:
    hits = searcher.search("payment", screen="checkout", limit=20)
    met = {
        row[0]
        for row in view.connection.execute(
            """SELECT r.response_id FROM responses r JOIN exposures e USING (user_id)
               WHERE e.screen = 'Checkout' AND e.signal <> 'visit' AND e.at < r.submitted_at"""
        ).fetchall()
    }
    assert hits
    assert all(hit.evidence_id in met or "checkout" in hit.text.casefold() for hit in hits)


@pytest.mark.parametrize(
    "nothing", ["", "   ", "🙂🙂", '""', "gearbox oil change", "swimming pool temperature", "guitar lessons"]
)
def test_what_nobody_spoke_of_is_not_found(searcher: Searcher, nothing: str) -> None:
    assert searcher.search(nothing) == []


@pytest.mark.parametrize("hostile", ["a" * 10_000, '" OR NEAR(* ^: -{}', "\x00refund", "'; DROP TABLE responses;--"])
def test_hostile_questions_are_only_words(searcher: Searcher, hostile: str) -> None:
    assert len(searcher.search(hostile)) <= 10


def test_a_phrase_must_stand_as_it_is(searcher: Searcher) -> None:
    hits = searcher.search('"delivery pass"', limit=20)
    assert hits
    assert all("delivery pass" in hit.text.casefold() for hit in hits)


def test_the_limit_is_bounded(searcher: Searcher) -> None:
    assert len(searcher.search("delivery", limit=10_000)) <= MOST_HITS
    assert searcher.search("delivery", limit=0) == []


def test_the_same_question_finds_the_same(view: View, searcher: Searcher) -> None:
    again = open_search(view)[0]
    assert searcher.search("slow app", limit=20) == again.search("slow app", limit=20)


def test_nothing_after_the_clock_is_found(sample_workspace: Path) -> None:
    early = open_view(load_settings(workspace=sample_workspace), fixed_clock(datetime(2026, 10, 1, tzinfo=UTC)))
    hits = open_search(early)[0].search("delivery", limit=MOST_HITS)
    assert hits
    assert all((hit.at or "") < "2026-10-01" for hit in hits)


def test_threads_may_search_at_once(searcher: Searcher) -> None:
    wanted = [hit.opinion_id for hit in searcher.search("refund")]
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append([hit.opinion_id for hit in searcher.search("refund")]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4


def test_themes_near_a_text(view: View, opened: tuple[Searcher, ThemeMeanings]) -> None:
    near = opened[1].themes_near("getting a refund", 3)
    labels = dict(view.connection.execute("SELECT theme_id, label FROM themes").fetchall())
    assert near
    assert [cosine for _, cosine in near] == sorted((cosine for _, cosine in near), reverse=True)
    assert not {theme for theme, _ in near} & set(SYSTEM_THEMES)
    assert all(theme in labels for theme, _ in near)
    assert opened[1].themes_near("", 3) == []
    assert opened[1].themes_near("gearbox oil change", 3) == []


def test_sentence_around() -> None:
    text = "Fine. I like it but it is slow. Bye."
    start = text.index("it is slow")
    assert sentence_around(text, start, start + 10) == "I like it but it is slow."
