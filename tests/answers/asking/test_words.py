"""Questions as plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyst.answers.asking.intents import score_intents
from analyst.answers.asking.words import cleaned, distance, mended, plain, quoted, stem, tables, word_list

VOCABULARY = frozenset(("android", "detractors", "payment", "refunds", "october", "compare", "prices"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("What’s goin on w/ android??", "what is going on with android"),
        ("why did nps tank last wk??", "why did nps drop last week"),
        ("NPS\u200b for  “plus”", "nps for plus"),
        ("0-6 scorers", "0 to 6 scorers"),
        ("fix-e54410fe", "fix-e54410fe"),
        ("2026-W45 and 2026-10-05", "2026-w45 and 2026-10-05"),
        ("5-18 October", "5 to 18 october"),
        ("sooooo slow", "so slow"),
        ("plan=pro", "plan = pro"),
        ("the app didn't start", "the app did not start"),
        ("customers with <3 months", "customers with <3 months"),
        ("", ""),
    ],
)
def test_a_question_is_read_as_plain_words(written: str, read: str) -> None:
    assert plain(cleaned(written)) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("adnroid", "android"),
        ("detracters", "detractors"),
        ("paymnt", "payment"),
        ("refnuds", "refunds"),
        ("pricess", "prices"),
        ("octobr", "october"),
        ("compair", "compare"),
    ],
)
def test_a_typing_mistake_is_mended_and_told(written: str, read: str) -> None:
    assert mended(written, VOCABULARY) == (read, {written: read})


@pytest.mark.parametrize("word", ["parent", "paint", "order", "prize", "xyz", "ios", "4.2.0", "zzzzzzzz"])
def test_what_is_a_word_or_too_far_is_left_alone(word: str) -> None:
    assert mended(word, VOCABULARY) == (word, {})


def test_slips_are_counted_by_hand() -> None:
    assert distance("abc", "abc", 2) == 0
    assert distance("abc", "acb", 2) == 1  # two neighbours swapped
    assert distance("abc", "ab", 2) == 1
    assert distance("abc", "xbcd", 2) == 2
    assert distance("abcdef", "ghijkl", 2) == 3  # more than asked for


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_slips_are_the_same_both_ways(one: str, other: str) -> None:
    assert distance(one, other, 7) == distance(other, one, 7)
    assert (distance(one, other, 7) == 0) == (one == other)


@pytest.mark.parametrize(
    "family",
    [
        ("refund", "refunds", "refunded"),
        ("delivery", "deliveries", "delivered"),
        ("price", "prices"),
        ("crash", "crashes", "crashing"),
    ],
)  # fmt: skip
def test_forms_of_a_word_share_their_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


def test_a_phrase_in_quotation_marks_is_found() -> None:
    assert quoted('show quotes with "oat milk" please') == "oat milk"
    assert quoted("what's the customers' view") == ""


def test_every_rule_of_the_lexicon_can_be_read() -> None:
    assert score_intents("why did METRIC drop", ()).best == "why"
    for name in ("shorthand", "names", "groups", "declining", "languages", "sets", "intents"):
        assert tables(name)
    assert "android" not in word_list("carriers")


def test_shorthand_does_not_run_in_circles() -> None:
    phrases = tables("shorthand")["phrases"]
    for written in phrases:
        once = plain(written)
        assert plain(once) == once, written
