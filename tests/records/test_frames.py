"""The tables that a run starts from: schemas, joins, exposures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from analyst.core.settings import Settings
from analyst.core.tables import schema
from analyst.records import Change, Customer, Event, Response, ScreenVisit, Session, Store, Ticket, read_records
from tests.records.conftest import Bring

T0 = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def response(number: int, **fields: Any) -> Response:
    values = {"kind": "nps", "score": 3.0, "scale_min": 0.0, "scale_max": 10.0, "submitted_at": T0, "text": "slow"}
    return Response(source="s", source_id=f"r{number}", **{**values, **fields})


def visited(number: int, user: str | None, at: datetime, *screens: ScreenVisit, **fields: Any) -> Session:
    return Session(source="s", source_id=f"s{number}", user_id=user, started_at=at, screens=screens, **fields)


def by_id(table: pa.Table, column: str = "source_id") -> dict[str, dict[str, Any]]:
    return {row[column]: row for row in table.to_pylist()}


def test_an_empty_store_gives_empty_tables(lite: Store, settings: Settings) -> None:
    tables = read_records(lite, settings)
    for name in ("responses", "sessions", "exposures", "tickets", "customers", "changes"):
        table = getattr(tables, name)
        assert table.num_rows == 0 and table.schema == schema(name)


def test_schemas_hold_and_rows_are_sorted(store: Store, settings: Settings) -> None:
    store.write([response(i, segments={"plan": "pro"}) for i in range(20)], "i")
    store.write([visited(i, "u1", T0, ScreenVisit(screen="Home")) for i in range(12)], "i")
    store.write([Ticket(source="s", source_id="t1", text="help", created_at=T0)], "i")
    store.write([Customer(source="s", source_id="u1", mrr=3.5, segments={"country": "DE"})], "i")
    store.write([Change(source="s", source_id="c1", kind="release", at=T0, version="4.2.0")], "i")
    tables = read_records(store, settings)
    assert tables.dimensions == ("country", "plan")
    for name in ("responses", "sessions", "exposures", "tickets", "customers", "changes"):
        table = getattr(tables, name)
        wanted = schema(name, tables.dimensions)
        assert table.schema == wanted, name
        assert table.num_rows > 0
    ids = tables.responses["response_id"].to_pylist()
    assert ids == sorted(ids) and tables.sessions["session_id"].to_pylist() == sorted(f"s{i}" for i in range(12))
    assert read_records(store, settings) == tables


def test_y_follows_kind_and_direction(lite: Store, settings: Settings) -> None:
    lite.write(
        [
            response(1, score=9.0), response(2, score=7.0), response(3, score=6.0), response(4, score=None),
            response(5, kind="csat", scale_min=1.0, scale_max=5.0, score=4.0),
            response(6, kind="ces", scale_min=1.0, scale_max=7.0, score=5.0),
            response(7, kind="ces", scale_min=1.0, scale_max=7.0, score=5.0, higher_is_better=False),
            response(8, kind=None, score=None),
        ],
        "i",
    )  # fmt: skip
    found = {i: row["y"] for i, row in by_id(read_records(lite, settings).responses).items()}
    assert found == {"r1": 100, "r2": 0, "r3": -100, "r4": None, "r5": 100, "r6": 100, "r7": 0, "r8": None}


def test_a_response_fills_its_gaps_from_customer_and_session(lite: Store, settings: Settings) -> None:
    lite.write(
        [
            Customer(
                source="c", source_id="u1", signed_up_at=T0 - 200 * DAY, segments={"plan": "pro", "channel": "ads"}
            ),
            Customer(source="c", source_id="u2", signed_up_at=T0 + DAY, segments={"plan": "free"}),
        ],
        "i",
    )
    phone = {"platform": "android", "app_version": "4.2.0", "segments": {"device": "Pixel"}}
    lite.write(
        [
            visited(1, "u1", T0 - 3 * DAY, platform="ios", app_version="4.1.0"),
            visited(2, "u1", T0 - DAY, **phone),
            visited(3, "u1", T0 + DAY, platform="web", app_version="9"),
            visited(4, "u2", T0 - 30 * DAY, **phone),
        ],
        "i",
    )
    lite.write(
        [
            response(1, user_id="u1", channel="email"),
            response(2, user_id="u1", segments={"plan": "free", "platform": "android", "channel": "own"}),
            response(3, user_id="u1", segments={"platform": "web"}),
            response(4, user_id="u2"),
            response(5),
            response(6, user_id="u1", submitted_at=None),
        ],
        "i",
    )
    found = {
        i: {
            name.removeprefix("seg_"): value
            for name, value in row.items()
            if name.startswith("seg_") and value is not None
        }
        for i, row in by_id(read_records(lite, settings).responses).items()
    }
    joined = {"platform": "android", "app_version": "4.2.0", "device": "Pixel", "tenure": "3-12 months"}
    assert found == {
        "r1": {**joined, "plan": "pro", "channel": "ads", "survey_channel": "email"},
        "r2": {**joined, "plan": "free", "channel": "own"},
        "r3": {"platform": "web", "plan": "pro", "channel": "ads", "tenure": "3-12 months"},
        "r4": {"plan": "free"},  # the session is too old, the sign-up came after the answer
        "r5": {},
        "r6": {"plan": "pro", "channel": "ads"},
    }


def test_tenure_is_that_of_the_moment(lite: Store, settings: Settings) -> None:
    lite.write([Customer(source="c", source_id="u1", signed_up_at=T0)], "i")
    lite.write(
        [response(days, user_id="u1", submitted_at=T0 + days * DAY) for days in (0, 90, 91, 364, 365, 730, 900)], "i"
    )
    found = by_id(read_records(lite, settings).responses)
    assert [found[f"r{days}"]["seg_tenure"] for days in (0, 90, 91, 364, 365, 730, 900)] == [
        "<3 months", "<3 months", "3-12 months", "3-12 months", "1-2 years", "2+ years", "2+ years",
    ]  # fmt: skip


def test_an_email_joins_to_its_customer(lite: Store, settings: Settings, bring: Bring) -> None:
    bring(lite, "user_id,email,signed_up_at,plan\nu1,jo@example.com,2026-01-01,pro\n", name="customers.csv")
    bring(lite, "id,nps,email,date\nr1,3,JO@example.com,2026-06-01\n", name="nps.csv")
    (row,) = read_records(lite, settings).responses.to_pylist()
    assert row["user_id"] == "u1" and row["seg_plan"] == "pro"


def test_exposures_from_sessions(lite: Store, settings: Settings) -> None:
    pay = ScreenVisit(screen="Payment", rage_taps=4, ui_freezes=1)
    lite.write([visited(1, "u1", T0, ScreenVisit(screen="Home"), pay, ScreenVisit(screen="Payment", rage_taps=2))], "i")
    lite.write([visited(2, "u2", T0, ScreenVisit(screen="Home"), summary="Looked around.")], "i")
    tables = read_records(lite, settings)
    found = {(e["session_id"], e["screen"], e["signal"]): e["count"] for e in tables.exposures.to_pylist()}
    assert found == {
        ("s1", "Home", "visit"): 1, ("s1", "Payment", "visit"): 2, ("s1", "Payment", "rage_tap"): 6,
        ("s1", "Payment", "ui_freeze"): 1, ("s2", "Home", "visit"): 1,
    }  # fmt: skip
    sessions = by_id(tables.sessions)
    assert sessions["s1"]["summary"] is None  # the themes room writes one from the signals
    assert sessions["s2"]["summary"] == "Looked around." and not sessions["s2"]["summary_written"]


def test_exposures_from_events_alone_and_beside_sessions(lite: Store, settings: Settings) -> None:
    lite.write([visited(1, "u1", T0, ScreenVisit(screen="Payment", rage_taps=2))], "i")
    rage = {"source": "e", "session_id": "s1", "screen": "Payment", "signal": "rage_tap"}
    lite.write(
        [
            Event(**rage, source_id="e1", at=T0),
            Event(
                source="e",
                source_id="e2",
                session_id="x9",
                user_id="u2",
                at=T0,
                screen="Home",
                segments={"plan": "pro"},
            ),
            Event(
                source="e",
                source_id="e3",
                session_id="x9",
                at=T0 + timedelta(seconds=30),
                screen="Home",
                signal="crash",
            ),
            Event(source="e", source_id="e4", user_id="u3", at=T0, screen="Home", signal="error", count=2),
            Event(source="e", source_id="e5", session_id="x9", at=T0, name="background sync"),
        ],
        "i",
    )
    tables = read_records(lite, settings)
    found = {
        (e["session_id"], e["user_id"], e["screen"], e["signal"]): e["count"] for e in tables.exposures.to_pylist()
    }
    made = next(e["session_id"] for e in tables.exposures.to_pylist() if e["user_id"] == "u3")
    assert found == {
        ("s1", "u1", "Payment", "visit"): 1, ("s1", "u1", "Payment", "rage_tap"): 2, ("x9", "u2", "Home", "visit"): 1,
        ("x9", "u2", "Home", "crash"): 1, (made, "u3", "Home", "visit"): 1, (made, "u3", "Home", "error"): 2,
    }  # fmt: skip
    told = by_id(tables.sessions, "session_id")
    assert set(told) == {"s1", "x9", made} and told["x9"]["duration_s"] == 30 and told["x9"]["seg_plan"] == "pro"


def test_session_files_with_a_row_a_screen_and_a_row_a_session(lite: Store, settings: Settings, bring: Bring) -> None:
    header = (
        "session_id,user_id,started_at,duration_s,platform,device,app_version,screen,dwell_s,rage_taps,crashes,"
        "summary,replay_url"
    )
    rows = [
        "s1,u1,2026-06-01T07:57:40Z,214,iOS,iPhone,4.2.0,Basket,64,0,0,,https://r.example.com/1",
        "s2,u2,2026-06-01T07:57:40Z,20,Android,Pixel,4.2.0,Home,20,0,0,Mail jo@example.com,javascript:alert(1)",
        's1,u1,2026-06-01T07:57:40Z,214,iOS,iPhone,4.2.0,Payment,150,4,true,"Pressed, left",https://r.example.com/1',
        's1,u1,2026-06-01T07:57:40Z,214,iOS,iPhone,4.2.0,Payment,150,4,true,"Pressed, left",https://r.example.com/1',
        ",u1,2026-06-01T07:57:40Z,214,iOS,iPhone,4.2.0,Payment,150,4,0,,",
    ]
    report = bring(lite, "\n".join([header, *rows]) + "\n", name="sessions.csv")
    assert (report.read, report.new, report.duplicates, report.refused) == (5, 2, 1, 1)
    found = by_id(read_records(lite, settings).sessions)
    assert (found["s1"]["platform"], found["s1"]["summary"], found["s1"]["seg_device"]) == (
        "ios",
        "Pressed, left",
        "iPhone",
    )
    assert found["s2"]["summary"] == "Mail [email-1]" and found["s2"]["replay_url"] is None
    bring(lite, "session_id,started_at,rage taps\nq1,2026-06-01,3\nq2,2026-06-01,0\n", name="flat.csv")
    met = {(e["session_id"], e["signal"]) for e in read_records(lite, settings).exposures.to_pylist()}
    assert ("q1", "rage_tap") in met and not any(session == "q2" for session, _ in met)


def test_ids_that_two_sources_share_are_told_apart(lite: Store, settings: Settings) -> None:
    lite.write([Ticket(source="a", source_id="1", text="x"), Ticket(source="b", source_id="1", text="y")], "i")
    lite.write([Ticket(source="b", source_id="2", text="z")], "i")
    assert read_records(lite, settings).tickets["ticket_id"].to_pylist() == ["2", "a:1", "b:1"]


def test_the_latest_import_of_a_customer_wins_field_by_field(lite: Store, settings: Settings) -> None:
    old = Customer(source="crm", source_id="u1", mrr=9.0, signed_up_at=T0, segments={"plan": "free", "country": "DE"})
    lite.write([old], "20260101T000000-a")
    lite.write([Customer(source="bill", source_id="u1", mrr=19.0, segments={"plan": "pro"})], "20260201T000000-b")
    (row,) = read_records(lite, settings).customers.to_pylist()
    assert (row["mrr"], row["signed_up_at"], row["seg_plan"], row["seg_country"]) == (19.0, T0, "pro", "DE")


def test_dimensions_that_are_no_groups_are_named(lite: Store, settings: Settings) -> None:
    lite.write(
        [response(i, segments={"plan": "ab"[i % 2], "shop": f"s{i % 250}", "badge": f"b{i}"}) for i in range(500)], "i"
    )
    tables = read_records(lite, settings)
    assert tables.dimensions == ("badge", "plan", "shop") and tables.wide_dimensions == ("badge", "shop")


def test_sessions_without_responses_and_the_reverse(lite: Store, settings: Settings) -> None:
    lite.write([response(1, user_id="u1")], "i")
    assert read_records(lite, settings).sessions.num_rows == 0
    lite.write([visited(1, "u9", T0)], "i")
    assert read_records(lite, settings).responses.num_rows == 1


def test_forty_thousand_records_are_read(lite: Store, settings: Settings) -> None:
    people = [Customer(source="s", source_id=f"u{i}", signed_up_at=T0, segments={"plan": "pro"}) for i in range(2_000)]
    lite.write(people, "i")
    answers = [response(i, user_id=f"u{i % 2_000}", segments={"os": "ab"[i % 2]}) for i in range(20_000)]
    visits = [
        visited(i, f"u{i % 2_000}", T0, ScreenVisit(screen="Home", errors=i % 2), platform="ios") for i in range(18_000)
    ]
    for at in range(0, 20_000, 500):
        lite.write(answers[at : at + 500], "i")
        lite.write(visits[at : at + 500], "i")
    tables = read_records(lite, settings)
    assert tables.responses.num_rows + tables.sessions.num_rows + tables.customers.num_rows == 40_000
