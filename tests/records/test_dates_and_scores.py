"""Dates and scores in all the forms that exports write them in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analyst.records.cells import amount, clean, count, neutralised, number, user_key, verbatim
from analyst.records.dates import DateOrder, moment_reader
from analyst.records.scores import Scale, kind_of, outcome, parse_scale

EIGHT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        1780300800, "1780300800", 1780300800000, "1780300800000", 1780300800000000, "2026-06-01T08:00:00Z",
        "2026-06-01T08:00:00.000Z", "2026-06-01T10:00:00+02:00", "2026-06-01 08:00:00", "2026-06-01 08:00",
        "2026-06-01 08:00:00 UTC", "01.06.2026 08:00", "1/6/2026 08:00:00", "2026/06/01 08:00", "20260601T08",
        "1 Jun 2026 08:00", "June 1, 2026 8:00 AM", "Mon, 1 Jun 2026 08:00:00 GMT", "1. Juni 2026 08:00",
        "1 Haziran 2026 08:00",
        "1 de junio de 2026 08:00", 46174.333333333336, "46174.333333333336", EIGHT, datetime(2026, 6, 1, 8),
    ],
)  # fmt: skip
def test_one_moment_in_many_forms(value: Any) -> None:
    assert moment_reader(UTC, "dmy")(value)[0] == EIGHT


@pytest.mark.parametrize("value", ["2026-06-01", "20260601", date(2026, 6, 1), "01/06/2026", 20260601])
def test_a_day_is_its_midnight(value: Any) -> None:
    assert moment_reader(UTC, "dmy")(value)[0] == datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["", "soon", "0001-01-01T00:00:00Z", "31.02.2026", "12", 3, "2026-13-01", "99/99/2026", "x" * 99]
)
def test_what_is_no_date(value: Any) -> None:
    assert moment_reader(UTC)(value) == (None, None)


def test_american_order_and_half_days() -> None:
    assert moment_reader(UTC, "mdy")("06/01/2026 08:00:00 AM")[0] == EIGHT
    assert moment_reader(UTC, "mdy")("06/01/2026 12:30 am")[0] == datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
    assert moment_reader(UTC, "mdy")("06/01/2026 12:30 PM")[0] == datetime(2026, 6, 1, 12, 30, tzinfo=UTC)


def test_zones_are_kept_or_taken_from_the_workspace() -> None:
    berlin = moment_reader(ZoneInfo("Europe/Berlin"))
    assert berlin("2026-06-01 10:00") == (EIGHT, 120)
    assert berlin("2026-12-01 10:00") == (datetime(2026, 12, 1, 9, tzinfo=UTC), 60)
    assert berlin("2026-06-01T08:00:00Z") == (EIGHT, 0)
    assert berlin("2026-06-01T13:30:00+05:30") == (EIGHT, 330)
    assert berlin("01.06.2026 13:30 +05:30") == (EIGHT, 330)


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_the_order_of_day_and_month(order: DateOrder) -> None:
    found = moment_reader(UTC, order)("03/04/2026")[0]
    assert found == datetime(2026, 4, 3, tzinfo=UTC) if order == "dmy" else datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("3", 3), ("3.0", 3), ("3,5", 3.5), ("10 - Extremely likely", 10), ("4 stars", 4), ("5/5", 5), ("-1", -1),
        (7, 7),
        ("n/a", None), ("abc", None), ("", None), (float("nan"), None), ("inf", None), ("3 of us", None), (True, 1),
    ],
)  # fmt: skip
def test_numbers(value: Any, wanted: float | None) -> None:
    assert number(value) == wanted


def test_cells() -> None:
    assert clean(" N/A ") is None and clean("-") is None and clean(3.0) == "3" and clean("007") == "007"
    assert verbatim("-") == "-" and verbatim("n/a") == "n/a" and verbatim("NULL") is None and verbatim("  ") is None
    assert amount("$1,299.50") == 1299.5 and amount("1.299,50 €") == 1299.5 and amount("1,299") == 1299
    assert count("true") == 1 and count("3") == 3 and count("-2") == 0 and count("many") == 0
    assert neutralised("=1+1") == "'=1+1" and neutralised("-5") == "'-5" and neutralised("a=1") == "a=1"


def test_an_address_as_user_id_becomes_a_lasting_pseudonym() -> None:
    key = user_key(" Jo@Example.com ")
    assert key == user_key("jo@example.com") and key is not None and key.startswith("user-") and "jo" not in key
    assert user_key("u_1001") == "u_1001" and user_key("0007") == "0007" and user_key("n/a") is None


def test_what_a_score_is_worth() -> None:
    nps, five, seven, ten = Scale(0, 10), Scale(1, 5), Scale(1, 7), Scale(1, 10)
    assert [outcome("nps", s, nps) for s in (10, 9, 8, 7, 6, 0)] == [100, 100, 0, 0, -100, -100]
    assert [outcome("csat", s, five) for s in (5, 4, 3, 1)] == [100, 100, 0, 0]
    assert [outcome("csat", s, seven) for s in (7, 6, 5)] == [100, 100, 0]
    assert [outcome("csat", s, ten) for s in (10, 9, 8)] == [100, 100, 0]
    assert [outcome("csat", s, Scale(1, 2)) for s in (2, 1)] == [100, 0]
    assert [outcome("csat", s, Scale(0, 100)) for s in (100, 80, 79)] == [100, 100, 0]
    assert [outcome("ces", s, seven) for s in (7, 5, 4, 1)] == [100, 100, 0, 0]
    assert [outcome("ces", s, Scale(1, 7, False)) for s in (1, 3, 4, 7)] == [100, 100, 0, 0]
    assert [outcome("csat", s, Scale(1, 5, False)) for s in (1, 2, 3)] == [100, 100, 0]


def test_scales_and_kinds_in_words() -> None:
    assert parse_scale("0-10") == (0, 10) and parse_scale("1 to 7") == (1, 7) and parse_scale("5") == (1, 5)
    assert parse_scale("5-1") is None and parse_scale("good") is None
    assert kind_of("NPS") == "nps" and kind_of("Customer Effort Score") == "ces" and kind_of("CSAT") == "csat"
    assert kind_of("relationship survey") == "nps" and kind_of("lounge") is None
