"""Filters are conjunctions with one value a dimension."""

import pytest

from analyst.core.errors import UsageProblem
from analyst.core.query import parse_where, where_text


def test_filters_are_sorted_and_trimmed() -> None:
    assert parse_where(["plan = pro", "country=DE,platform=android"]) == (
        ("country", "DE"),
        ("plan", "pro"),
        ("platform", "android"),
    )


def test_values_may_hold_an_equals_sign() -> None:
    assert parse_where(["campaign=a=b"]) == (("campaign", "a=b"),)


@pytest.mark.parametrize("text", ["plan", "=pro", "plan="])
def test_half_a_filter_says_so(text: str) -> None:
    with pytest.raises(UsageProblem, match="is not a filter"):
        parse_where([text])


def test_two_values_of_one_dimension_say_so() -> None:
    with pytest.raises(UsageProblem, match="at once"):
        parse_where(["plan=pro", "plan=free"])


def test_everyone_has_a_name() -> None:
    assert where_text(()) == "everyone"
