"""Windows begin and end where people expect, in the workspace's zone."""

from datetime import UTC, datetime

import pytest

from analyst.core.errors import UsageProblem
from analyst.core.windows import month, parse_window, previous, span, week, zone


def test_a_week_starts_on_monday_in_the_workspaces_zone() -> None:
    berlin = zone("Europe/Berlin")
    found = week("2026-W46", berlin)
    assert found.start == datetime(2026, 11, 8, 23, tzinfo=UTC)
    assert found.days == 7
    assert found.label == "2026-W46"


def test_a_week_with_a_clock_change_keeps_seven_days() -> None:
    found = week("2026-W43", zone("Europe/Berlin"))  # clocks go back on 25 October 2026
    assert (found.end - found.start).total_seconds() == 7 * 86400 + 3600
    assert found.days == 7


def test_four_weeks_before_a_week_and_across_the_year() -> None:
    before = previous(week("2026-W02", zone("UTC")), zone("UTC"), 4)
    assert before.label == "2025-W50..2026-W01"
    assert before.days == 28
    assert before.end == week("2026-W02", zone("UTC")).start


def test_the_month_before_january() -> None:
    before = previous(month("2026-01", zone("UTC")), zone("UTC"), 1)
    assert (before.label, before.kind) == ("2025-12", "month")


def test_four_spans_of_equal_length() -> None:
    before = previous(span("2026-11-01", "2026-11-03", zone("UTC")), zone("UTC"), 4)
    assert before.days == 12


@pytest.mark.parametrize(
    "text", ["2026-W54", "2026-W0", "W12", "2026-13", "2026-11-31", "2026-11-05..2026-11-01", "soon"]
)
def test_what_is_no_window_says_so(text: str) -> None:
    with pytest.raises(UsageProblem):
        parse_window(text, zone("UTC"))


def test_an_unknown_zone_says_so() -> None:
    with pytest.raises(UsageProblem, match="no time zone called 'Mars/Base'"):
        zone("Mars/Base")
