"""What customers propose and what sessions say: counted, quoted as they stand, never made up."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analyst.core.values import Quote
from analyst.fixes.suggested import Ask, suggestions, summary_words
from analyst.runs.counting import connect
from tests.fixes.shop import LATE, query
from tests.runs.small_run import at, response, write_run

SAID = (  # day, user, text, theme, suggestion
    (10, "u1", "please keep my card details", "cards", True),
    (11, "u2", "keep my card details", "cards", True),
    (2, "u3", "you should keep the card details I typed", "cards", True),
    (12, "u4", "let me pay with a gift voucher", "cards", True),
    (12, "u4", "add dark mode", "other", True),
    (12, "u5", "my card was declined", "cards", False),
    (25, "u6", "keep my card details please", "cards", True),  # after the window
)
SENTENCES = (
    *(["Card declined, then the Payment screen froze."] * 3),
    "The Payment screen froze when the card was declined.",
    "User left.",
    "Payment page loaded, the user paid, then looked at recipes for a long time, and then at offers.",
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder: Path = tmp_path_factory.mktemp("said")
    responses = [response(i, day, 3.0, user_id=user, text=text) for i, (day, user, text, _, _) in enumerate(SAID)]
    opinions: list[dict[str, Any]] = [
        {"opinion_id": f"o{i:02}", "response_id": f"r{i:03}", "field": "text", "text": text, "theme_id": theme,
         "state": "core", "suggestion": suggestion}
        for i, (_, _, text, theme, suggestion) in enumerate(SAID)
    ]  # fmt: skip
    began: datetime = at(10)
    sessions, exposures = [], []
    for i, sentence in enumerate(SENTENCES):
        began += timedelta(hours=1)
        sessions.append({"session_id": f"s{i}", "user_id": f"u{i}", "started_at": began, "summary": sentence,
                         "summary_written": i == 2})  # fmt: skip
        exposures.append({"session_id": f"s{i}", "user_id": f"u{i}", "screen": "Payment", "signal": "ui_freeze",
                          "count": 1, "at": began})  # fmt: skip
        opinions.append({"opinion_id": f"s{i:02}", "session_id": f"s{i}", "field": "summary", "text": sentence})
    connection = connect(
        write_run(folder, responses=responses, opinions=opinions, sessions=sessions, exposures=exposures)
    )
    yield connection
    connection.close()


def test_people_are_counted_and_the_commonest_proposal_is_quoted(connection: duckdb.DuckDBPyConnection) -> None:
    cards, none = suggestions(connection, query(), [Ask(["cards"]), Ask([])], until=LATE)
    assert cards.people == 4
    assert [quote.text for quote in cards.quotes] == ["keep my card details", "let me pay with a gift voucher"]
    assert cards.quotes[0] == Quote("keep my card details", "r001", 3.0, "2026-11-11")
    assert none.people == 0 and none.quotes == []


def test_of_a_trouble_only_what_is_about_it(connection: duckdb.DuckDBPyConnection) -> None:
    heard, about = suggestions(
        connection, query(), [Ask(["cards"], {"r003"}), Ask(["cards"], set(), frozenset({"card"}))], until=LATE
    )
    assert [q.text for q in heard.quotes] == ["let me pay with a gift voucher"] and heard.people == 1
    assert about.people == 3 and "card details" in about.quotes[0].text


def test_the_sentence_that_most_sessions_say(connection: duckdb.DuckDBPyConnection) -> None:
    found = summary_words(
        connection, query(), [[("Payment", "ui_freeze")], [("Home", "crash")], []], until=LATE
    )  # fmt: skip
    assert found == ["Card declined, then the Payment screen froze.", None, None]
    assert summary_words(connection, query(), [[("Payment", "ui_freeze")]], until=at(10)) == [None]
