"""How a sentence is taken apart: numbers in digits and words, names, dates, segments."""

from __future__ import annotations

import pytest

from analyst.answers.grounding.dates import is_window, times_in, window_days
from analyst.answers.grounding.folding import fold, tidy
from analyst.answers.grounding.naming import mentions_in
from analyst.answers.grounding.numerals import numerals_in
from analyst.answers.grounding.reading import Sentence

NAMES = frozenset({"Search", "free", "android", "US", "4.2.0", "Can't pay", "Met errors", "iPhone 16"})


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("13.3 points", 13.3, "points"),
        ("a 13.3-point drop", 13.3, "points"),
        ("1,046 answers", 1046, ""),
        ("1.2k answers", 1200, ""),
        ("31%", 31, "percent"),
        ("forty percent", 40, "percent"),
        ("6.4 pp", 6.4, "pp"),
        ("6.4 percentage points", 6.4, "pp"),
        ("8.8×", 8.8, "times"),
        ("3x", 3, "times"),
        ("twice as many", 2, "times"),
        ("two thirds", 200 / 3, "percent"),
        ("one in five", 20, "percent"),
        ("2 out of 3", 200 / 3, "percent"),
        ("half of them", 50, "percent"),
        ("twelve groups", 12, ""),
        ("two hundred answers", 200, ""),
        ("six weeks", 6, "weeks"),
    ],
)
def test_numbers_in_digits_and_words(text: str, value: float, unit: str) -> None:
    (found,) = numerals_in(text)
    assert (found.value, found.unit) == (pytest.approx(value), unit)


def test_a_range_shares_its_unit() -> None:
    assert [n.unit for n in numerals_in("32.3 to 38.1%")] == ["percent", "percent"]
    assert [n.unit for n in numerals_in("6.4 percentage points (4.0 to 9.4)")] == ["pp", "pp", "pp"]


def test_hedges_widen_on_one_side() -> None:
    (over,) = numerals_in("more than 1,000 answers")
    assert over.low < 1046 < over.high and not over.low <= 950
    (under,) = numerals_in("nearly half")
    assert under.low <= 46 <= under.high and not under.low <= 60 <= under.high


def test_a_quarter_of_a_year_is_no_fraction() -> None:
    assert [n.value for n in numerals_in("563 users a quarter")] == [563]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("crashes on Search", ["search"]),
        ("people search for milk", []),
        ("freezes on search", ["search"]),
        ("feel free to ask", []),
        ("customers on the free plan", ["free"]),
        ("Android 4.2.0", ["android", "4.2.0"]),
        ("told us", []),
        ("in the US", ["us"]),
        ("had met errors before", []),
        ("“Met errors” is new", ["met errors"]),
        ("can't pay at all", ["can't pay"]),
        ("14.2.0", []),
    ],
)
def test_names_are_told_from_ordinary_words(text: str, names: list[str]) -> None:
    assert [mention.name for mention in mentions_in(tidy(text), NAMES)] == names


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("2026-W46", "2026-W46"),
        ("week 46", "2026-W46"),
        ("the week of 2026-11-09", "2026-W46"),
        ("in November 2026", "2026-W46"),
        ("2026-W42..2026-W45", "2026-W42..2026-W45"),
        ("in October", "2026-10"),
    ],
)
def test_words_for_a_window(text: str, window: str) -> None:
    (when,) = times_in(text)
    assert is_window(when, text, window)
    assert not is_window(when, text, "2025-W20")


def test_what_is_no_window() -> None:
    assert window_days("everything") is None
    assert window_days("2026-W99") is None
    assert times_in("it may fall") == []


def test_quotes_fold_alike() -> None:
    assert fold("It’s  “fine” – really\u200b") == fold('it\'s "fine" - really')


def test_a_bracket_does_not_end_its_clause() -> None:
    sentence = Sentence("It fell 39.6 points (−49.1 to −29.8) on Android 4.2.0, while free plan users rose.", NAMES)
    assert sentence.names_at(0) == ("android", "4.2.0")
    assert sentence.names_at(len(sentence.segments) - 1) == ("free",)
