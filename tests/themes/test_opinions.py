"""What is read of each kind of row."""

from __future__ import annotations

from analyst.themes.opinions import (
    Friction,
    embedding_text,
    friction_spans,
    read_opinions,
    with_summaries,
    write_summary,
)
from tests.themes.conftest import records, table


def test_a_summary_is_written_from_the_signals() -> None:
    friction = [Friction("Payment", "rage_tap", 4), Friction("Payment", "ui_freeze", 2)]
    assert write_summary(friction, "Payment") == "Rage-tapped 4 times and met 2 freezes on Payment, then left."
    assert write_summary(friction, "Home") == "Rage-tapped 4 times and met 2 freezes on Payment."
    assert write_summary([Friction("Home", "crash", 1)]) == "Met a crash on Home."
    assert write_summary([Friction("Home", "visit", 3)]) == ""
    assert write_summary([]) == ""


def test_only_friction_is_read_of_a_summary() -> None:
    summary = "User browsed recipes. Then tapped Pay four times after the card was declined; nothing happened."
    found = [summary[a:b] for a, b in friction_spans(summary, True)]
    assert found == ["Then tapped Pay four times after the card was declined; nothing happened."]
    smooth = "Browsed recipes and paid."
    assert friction_spans(smooth, False) == []
    assert [smooth[a:b] for a, b in friction_spans(smooth, True)] == [smooth]


def test_rows_of_every_kind() -> None:
    rows = records(
        ["The card was declined. The driver was late though.", None, "  "],
        sessions=[
            {"session_id": "s1", "summary": None},
            {"session_id": "s2", "summary": None},
            {"session_id": "s3", "summary": "The app froze twice on Search."},
        ],
        exposures=[{"session_id": "s1", "screen": "Payment", "signal": "rage_tap", "count": 3}],
        tickets=[{"ticket_id": "t1", "subject": "Refund", "text": "I was charged twice for one order."}],
    )
    sessions = with_summaries(rows.sessions, rows.exposures)
    assert sessions.column("summary_written").to_pylist() == [True, False, False]
    assert sessions.column("summary").to_pylist()[0] == "Rage-tapped 3 times on Payment, then left."
    found = read_opinions(rows.responses, sessions, rows.exposures, rows.tickets)
    assert [(one.record, one.record_id, one.field) for one in found] == [
        ("response", "r00000", "text"),
        ("response", "r00000", "text"),
        ("session", "s1", "summary"),
        ("session", "s3", "summary"),
        ("ticket", "t1", "subject"),
        ("ticket", "t1", "text"),
    ]
    assert len({one.opinion_id for one in found}) == len(found)


def test_a_title_is_a_field_of_its_own_unless_it_repeats_the_text() -> None:
    rows = table(
        "responses",
        [
            {"response_id": "a", "title": "Crashes at login", "text": "It closes whenever I enter my password."},
            {"response_id": "b", "title": "Crashes", "text": "Crashes, all day long."},
        ],
    )
    empty = records([])
    found = read_opinions(rows, empty.sessions, empty.exposures, empty.tickets)
    assert [(one.record_id, one.field, one.text) for one in found if one.field == "title"] == [
        ("a", "title", "Crashes at login")
    ]


def test_the_vendors_reply_is_not_the_customers_words() -> None:
    text = "The app keeps crashing.\n-------------------------------\nDeveloper: so sorry, please write to us."
    empty = records([text])
    found = read_opinions(empty.responses, empty.sessions, empty.exposures, empty.tickets)
    assert [one.text for one in found] == ["The app keeps crashing."]


def test_the_encoder_reads_one_form_of_many_spellings() -> None:
    assert embedding_text("  The App CRASHES!! ") == "the app crashes"
    assert embedding_text("@tidewell my order is late") == "my order is late"
    assert embedding_text("<b>Slow</b> &amp; ugly") == "slow ugly"
    four, seven = (embedding_text(f"User tapped Pay {n} times.", "summary") for n in (4, 7))
    assert four == seven == "tapped pay times"
    assert embedding_text("@@@") == "@@@"


def test_strange_verbatims_are_read_whole() -> None:
    arabic = "التطبيق بطيء جدا. الدفع لا يعمل أبدا"
    endless = "the checkout froze and nobody answered " * 1_700
    rows = records(["😡😡😡", arabic, endless, *["great app but slow checkout page"] * 20])
    found = read_opinions(rows.responses, rows.sessions, rows.exposures, rows.tickets)
    by_row: dict[str, list[str]] = {}
    for one in found:
        by_row.setdefault(one.record_id, []).append(one.text)
    assert by_row["r00000"] == ["😡😡😡"]
    assert by_row["r00001"] == ["التطبيق بطيء جدا.", "الدفع لا يعمل أبدا"]
    assert sum(len(text.split()) for text in by_row["r00002"]) >= 10_000
    assert max(len(text.split()) for text in by_row["r00002"]) <= 60
    assert len({tuple(by_row[f"r{row:05d}"]) for row in range(3, 23)}) == 1
