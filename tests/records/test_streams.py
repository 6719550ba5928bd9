"""Event streams become sessions, paths and friction signals."""

import json
from typing import Any

from analyst.core.settings import Settings
from analyst.records import Store
from analyst.records.frames import read_records
from analyst.records.sources.product_events import screen_of
from analyst.records.streams import LONGEST_PATH, event_paths, is_tap, path, with_screens, with_sessions, with_signals
from analyst.themes.opinions import with_summaries
from tests.records.conftest import Bring

S = 1_000_000


def event(second: float, name: str = "page view", screen: str | None = "Home", **more: Any) -> dict[str, Any]:
    """An event of one user and session, so many seconds after the first moment."""
    return {
        "session_id": "s", "user_id": "u", "at": int(second * S), "name": name, "screen": screen, "signal": None,
        "count": 1, "source": "web", **more,
    }  # fmt: skip


def signals(events: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(e["signal"], e["at"] // S) for e in with_signals(events) if e["signal"] is not None]


def test_thirty_minutes_of_silence_end_a_session() -> None:
    loose = [event(s, session_id=None) for s in (0, 60, 60 + 1800, 60 + 1800 + 1801)]
    loose.append(event(10, session_id=None, user_id="v"))
    loose.append(event(10, session_id=None, user_id=None))
    ids = [e["session_id"] for e in with_sessions(loose, [])]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert ids[4] not in ids[:4] and ids[5] is None
    assert [e["session_id"] for e in with_sessions(loose, [])] == ids


def test_an_event_within_a_known_session_belongs_to_it() -> None:
    loose = [event(s, session_id=None) for s in (5, 99, 101)]
    ids = [e["session_id"] for e in with_sessions(loose, [("known", "u", 0, 100.0), ("other", "v", 0, 500.0)])]
    assert ids[:2] == ["known", "known"] and ids[2] not in ("known", "other")


def test_a_burst_of_taps_on_one_element_is_one_rage_tap() -> None:
    pay, back = "click: Pay", "click: Back"
    assert signals([event(0, pay), event(0.8, pay), event(1.9, pay), event(2.5, pay)]) == [("rage_tap", 0)]
    assert signals([event(0, pay), event(1.2, pay), event(2.4, pay)]) == []  # three, but not within two seconds
    assert signals([event(0, pay), event(0.5, back), event(1, pay)]) == []
    assert signals([event(0, "click"), event(0.5, "click"), event(1, "click")]) == []  # nobody knows on what
    twice = [event(s, pay) for s in (0, 0.5, 1, 10, 10.5, 11)]
    assert signals(twice) == [("rage_tap", 0), ("rage_tap", 10)]


def test_a_source_that_tells_rage_taps_itself_is_believed() -> None:
    taps = [event(s, "click: Pay") for s in (0, 0.5, 1)]
    told = event(50, "$rageclick", signal="rage_tap")
    assert signals([*taps, told]) == [("rage_tap", 50)]
    assert signals([*taps, told | {"source": "app"}]) == [("rage_tap", 50), ("rage_tap", 0)]


def test_dead_taps_only_where_taps_usually_show_a_reaction() -> None:
    def taps(answered: int, silent: int) -> list[dict[str, Any]]:
        found = [event(100 * i, "tap: Pay") for i in range(answered + silent)]
        return found + [event(100 * i + 1, "page view", "Done") for i in range(answered)]

    assert [name for name, _ in signals(taps(25, 4))] == ["dead_tap"] * 4
    assert signals(taps(0, 40)) == []  # a stream that tells of no reactions
    assert signals(taps(10, 2)) == []  # too few to know


def test_a_signal_without_a_screen_happened_on_the_last_one_seen() -> None:
    events = [event(0), event(5, "x", None, signal="crash"), event(6, "x", None), event(9, screen=None, session_id="t")]
    assert [e["screen"] for e in with_screens(events)] == ["Home", "Home", None, None]


def test_paths_keep_the_order_of_time() -> None:
    events = [event(9, screen="Done"), event(1), event(2), event(5, screen="Pay"), event(6), event(7, screen=None)]
    assert event_paths(events) == {"s": ["Home", "Pay", "Home", "Done"]}
    assert path([None, ""]) is None
    assert path(["a", "a", None, "b", "a"]) == ["a", "b", "a"]
    assert len(path(str(i) for i in range(9999)) or []) == LONGEST_PATH


def test_what_a_tap_is_called() -> None:
    assert all(
        map(is_tap, ("click", "$mp_click", "Element_Clicked: Pay", "$autocapture", "[Amplitude] Element Clicked"))
    )
    assert not any(map(is_tap, (None, "page view", "tapestry opened", "view: tap")))


def test_screens_of_addresses() -> None:
    assert screen_of("https://shop.example.com/orders/123/pay?card=4#top") == "/orders/:id/pay"
    assert (screen_of("/"), screen_of("Payment"), screen_of(" "), screen_of("https://a.example")) == (
        "/", "Payment", None, "/"
    )  # fmt: skip


def test_event_exports_of_product_analytics(lite: Store, settings: Settings, bring: Bring) -> None:
    def mixpanel(name: str, second: int, url: str, **more: str) -> str:
        known = {"time": 1780300800 + second, "distinct_id": "u1", "$insert_id": f"m{second}{name}", "$os": "iOS"}
        return json.dumps({"event": name, "properties": {**known, "$current_url": f"https://e.example{url}", **more}})

    lines = [mixpanel("$mp_web_page_view", 0, "/cart/17"), mixpanel("$mp_web_page_view", 9, "/pay"),
             mixpanel("$mp_rage_click", 12, "/pay"), mixpanel("$mp_web_page_view", 4000, "/home")]  # fmt: skip
    report = bring(lite, "\n".join([*lines, lines[0]]), name="mixpanel.ndjson")
    assert (report.source, report.record, report.new, report.duplicates) == ("mixpanel-events", "events", 4, 1)
    amplitude = {
        "$insert_id": "a1", "amplitude_id": 1, "event_type": "[Amplitude] Rage Click", "event_time":
        "2026-06-01 08:00:41.010000", "user_id": "ada@example.com", "device_id": "d", "session_id": 1780300660000,
        "event_properties": {"[Amplitude] Page Path": "/checkout"}, "platform": "Web",
        "user_properties": {"plan": "pro"},
    }  # fmt: skip
    outside = {**amplitude, "$insert_id": "a2", "session_id": -1, "event_type": "opened", "user_id": "bob"}
    report = bring(lite, f"{json.dumps(amplitude)}\n{json.dumps(outside)}", name="amplitude.ndjson")
    assert (report.source, report.new) == ("amplitude-events", 2)
    posthog = {
        "uuid": "p1", "event": "$dead_click", "distinct_id": "u3", "timestamp": "2026-06-01T08:00:41+00:00",
        "properties": {"$session_id": "ph1", "$pathname": "/checkout", "$os": "Android"},
        "person_properties": {"plan": "free", "email": "eve@example.com"},
    }  # fmt: skip
    report = bring(lite, json.dumps(posthog), name="posthog.ndjson")
    assert (report.source, report.new) == ("posthog-events", 1)
    tables = read_records(lite, settings)
    sessions = tables.sessions.to_pylist()
    assert [s["screens"] for s in sessions if s["user_id"] == "u1"].count(["/cart/:id", "/pay"]) == 1
    assert sum(s["user_id"] == "u1" for s in sessions) == 2
    (ph,) = [s for s in sessions if s["session_id"] == "ph1"]
    assert (ph["seg_plan"], ph["seg_platform"], ph["screens"]) == ("free", "android", ["/checkout"])
    met = {(e["screen"], e["signal"]) for e in tables.exposures.to_pylist() if e["signal"] != "visit"}
    assert met == {("/pay", "rage_tap"), ("/checkout", "rage_tap"), ("/checkout", "dead_tap")}
    assert "example.com" not in json.dumps(sessions, default=str)


def test_a_written_summary_follows_the_path(lite: Store, settings: Settings, bring: Bring) -> None:
    rows = [
        "session_id,user_id,at,event,screen",
        "s1,u,2026-11-09T10:00:00Z,page view,Zebra",
        "s1,u,2026-11-09T10:00:20Z,app crash,Zebra",
        "s1,u,2026-11-09T10:01:00Z,page view,Basket",
        "s1,u,2026-11-09T10:01:09Z,rage click,Basket",
        "s2,u,2026-11-09T12:01:00Z,rage click,Basket",
        "s2,u,2026-11-09T12:02:00Z,page view,Apples",
    ]
    bring(lite, "\n".join(rows), name="events.csv")
    tables = read_records(lite, settings)
    told = with_summaries(tables.sessions, tables.exposures)
    assert dict(zip(told["session_id"].to_pylist(), told["summary"].to_pylist(), strict=True)) == {
        "s1": "Met a crash on Zebra; rage-tapped once on Basket, then left.",
        "s2": "Rage-tapped once on Basket.",
    }
