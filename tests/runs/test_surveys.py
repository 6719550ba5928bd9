"""Surveys and questions are never mixed unasked, and voices weigh as asked."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest

from analyst.core.errors import CannotTell, UsageProblem
from analyst.core.query import Query
from analyst.core.windows import parse_window, zone
from analyst.runs.counting import connect
from analyst.runs.frame import design_frame
from analyst.runs.surveys import mixing_note, survey_counts, with_survey
from analyst.runs.weighting import parse_weighting, weighted
from tests.runs.small_run import response, write_run

UTC_ZONE = zone("UTC")
LATE = datetime(2027, 1, 1, tzinfo=UTC)
QUERY = Query("nps", parse_window("2026-11-10..2026-11-12", UTC_ZONE), parse_window("2026-11-01..2026-11-09", UTC_ZONE))
USUAL = {"survey": "relationship", "question": "How likely?"}
OTHER = {"survey": "delivery", "question": "How likely?"}
ASIDE = {"survey": "relationship", "question": "And after today?"}


def _run(folder: Path, **rows: list[dict[str, object]]) -> duckdb.DuckDBPyConnection:
    return connect(write_run(folder, **rows))


@pytest.fixture
def several(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """Three answers to the usual survey, two to another, one to another question of the usual one."""
    kinds = [USUAL, USUAL, USUAL, OTHER, OTHER, ASIDE]
    return _run(tmp_path, responses=[response(i, 10 - i % 2, 10) | kind for i, kind in enumerate(kinds)])


def _ids(connection: duckdb.DuckDBPyConnection, query: Query) -> list[str]:
    return [str(i) for i in design_frame(connection, query, join_days=14, until=LATE).response_id]


def test_the_survey_with_most_answers_is_read_and_the_others_are_named(several: duckdb.DuckDBPyConnection) -> None:
    query = with_survey(several, QUERY, until=LATE)
    assert (query.survey, query.question) == ("relationship", "How likely?")
    assert _ids(several, query) == ["r000", "r001", "r002"]
    (note,) = mixing_note(several, query, until=LATE)
    assert "relationship (3 answers)" in note and "delivery (2)" in note and "And after today? (1)" in note


def test_another_survey_or_all_of_them_on_request(several: duckdb.DuckDBPyConnection) -> None:
    assert _ids(several, with_survey(several, QUERY, "Delivery", until=LATE)) == ["r003", "r004"]
    assert _ids(several, with_survey(several, QUERY, "and after today?", until=LATE)) == ["r005"]
    mixed = with_survey(several, QUERY, "all", until=LATE)
    assert len(_ids(several, mixed)) == 6
    assert "mixed here, as asked" in mixing_note(several, mixed, until=LATE)[0]
    with pytest.raises(UsageProblem, match="no answer to the survey 'exit'"):
        with_survey(several, QUERY, "exit", until=LATE)


def test_one_survey_needs_no_word(tmp_path: Path) -> None:
    connection = _run(tmp_path, responses=[response(1, 10, 10), response(2, 5, 3)])
    query = with_survey(connection, QUERY, until=LATE)
    assert query == QUERY and mixing_note(connection, query, until=LATE) == []


def test_a_question_worded_for_each_person_is_one_question(tmp_path: Path) -> None:
    answers = [response(i, 10, 10) | {"survey": "s", "question": f"How likely, person {i}?"} for i in range(20)]
    connection = _run(tmp_path, responses=answers)
    assert [c.n for c in survey_counts(connection, QUERY, until=LATE)] == [20]
    assert with_survey(connection, QUERY, until=LATE) == QUERY


def test_people_and_revenue_weigh_as_asked(tmp_path: Path) -> None:
    answers = [
        response(1, 10, 10) | {"user_id": "a"}, response(2, 11, 3) | {"user_id": "a"},
        response(3, 10, 3) | {"user_id": "b"}, response(4, 5, 10) | {"user_id": "a"}, response(5, 5, 10),
    ]  # fmt: skip
    customers = [{"user_id": "a", "mrr": 30.0}, {"user_id": "b", "mrr": 10.0}, {"user_id": "c", "mrr": None}]
    connection = _run(tmp_path, responses=answers, customers=customers)
    frame = design_frame(connection, QUERY, join_days=14, until=LATE)
    people, (said,) = weighted(frame, "people", connection)
    assert list(people.weight) == [0.5, 0.5, 1.0, 1.0, 1.0] and "Every person" in said
    revenue, (told,) = weighted(frame, "revenue", connection)
    assert list(revenue.response_id) == ["r001", "r002", "r003", "r004"]
    np.testing.assert_allclose(revenue.weight, [15.0, 15.0, 10.0, 30.0])
    assert "4 of 5 answers" in told
    assert weighted(frame, "answers", connection) == (frame, [])
    with pytest.raises(UsageProblem, match="no weighting"):
        parse_weighting("loudness")


def test_revenue_that_nobody_knows_is_a_sentence(tmp_path: Path) -> None:
    connection = _run(tmp_path, responses=[response(1, 10, 10)], customers=[{"user_id": "zz", "mrr": 1.0}])
    frame = design_frame(connection, QUERY, join_days=14, until=LATE)
    with pytest.raises(CannotTell, match="known revenue"):
        weighted(frame, "revenue", connection)
