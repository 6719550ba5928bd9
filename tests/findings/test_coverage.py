"""How many answers can be joined with sessions, and what is said where they cannot."""

from pathlib import Path
from typing import Any

from analyst.answers.facts import FactBook, Pack
from analyst.answers.grounding import keep_grounded
from analyst.answers.joins import join_claims, join_sentences
from analyst.findings import JoinCoverage, join_coverage
from analyst.runs.counting import connect
from analyst.runs.frame import design_frame
from tests.findings.test_screens import LATE, _query
from tests.runs.small_run import at, response, write_run


def _join(folder: Path, answers: list[dict[str, Any]], sessions: list[dict[str, Any]]) -> JoinCoverage:
    connection = connect(write_run(folder, responses=answers, sessions=sessions))
    frame = design_frame(connection, _query(), join_days=14, until=LATE)
    return join_coverage(connection, frame, _query(), until=LATE, join_days=14)


def _session(number: int, day: int, user: str | None, hour: int = 9) -> dict[str, Any]:
    return {"session_id": f"s{number}", "user_id": user, "started_at": at(day, hour)}


def test_counted_by_hand(tmp_path: Path) -> None:
    answers = [
        response(1, 10, 3, user_id="a"), response(2, 10, 3, user_id="b"), response(3, 10, 10, user_id="c"),
        response(4, 10, 10), response(5, 4, 3, user_id="a"),
    ]  # fmt: skip
    sessions = [_session(1, 9, "a"), _session(2, 9, "a"), _session(3, 10, "b", 15), _session(4, 9, None)]
    join = _join(tmp_path, answers, sessions)
    assert (join.answers, join.joined, join.low, join.low_joined, join.named) == (4, 1, 2, 1, 3)
    assert (join.sessions, join.sessions_named, join.only_after) == (4, 3, 1)
    assert not join.skewed  # one such answer is no sign of a wrong clock
    assert join_sentences(join) == [
        "50% of the 2 detractors and 25% of the 4 answers have a session in the 14 days before."
    ]


def test_sessions_after_their_answer_are_counted_and_said(tmp_path: Path) -> None:
    answers = [response(i, 10, 3, user_id=f"u{i}") for i in range(40)]
    sessions = [_session(i, 10, f"u{i}", 13) for i in range(40)]  # an hour after noon: a zone too far east
    join = _join(tmp_path, answers, sessions)
    assert (join.joined, join.only_after, join.skewed) == (0, 40, True)
    said = " ".join(join_sentences(join))
    assert "40 answers have no session before them" in said and "ignored" in said


def test_what_cannot_be_joined_is_explained(tmp_path: Path) -> None:
    named = [response(i, 10, 3, user_id=f"u{i}") for i in range(4)]
    bare = [response(i, 10, 3) for i in range(4)]

    def said(name: str, answers: list[dict[str, Any]], users: list[str | None]) -> str:
        sessions = [_session(i, 9, user) for i, user in enumerate(users)]
        return " ".join(join_sentences(_join(tmp_path / name, answers, sessions)))

    assert "No sessions are known" in said("none", named, [])
    assert "No session names its user" in said("no users", named, [None, None])
    assert "Only 25% of the sessions name their user" in said("few", named, ["u1", None, None, None])
    assert "No answer names its user" in said("bare", bare, ["u1"])
    assert "never meet" in said("other ids", named, ["x1", "x2"])


def test_every_sentence_on_the_join_is_grounded() -> None:
    for join in (
        JoinCoverage(14, 400, 310, 120, 73, 390, 9000, 8000, 3),
        JoinCoverage(14, 400, 200, 0, 0, 390, 9000, 2000, 100),
        JoinCoverage(14, 400, 0, 90, 0, 390, 0, 0, 0),
    ):
        book = FactBook("2026-W46", "undertone why")
        claims = join_claims(join, book)
        assert keep_grounded(claims, Pack(book.facts, {})) == (claims, [])
