"""Every opinion is an exact, ordered, disjoint piece of its text, whatever the text is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.themes.clauses import MAX_WORDS, cut, sentences
from analyst.themes.words import spans

LANGUAGES = st.sampled_from(["en", "de", "es", "zh", "ar", "xx", ""])
WORDS = (
    "great app",
    "it crashes daily",
    "the slow checkout screen",
    "wish",
    "I wish there was a map",
    "支付失败",
    "3.5",
)
FOREIGN = ("aber die Lieferung war zu spät", "pero no funciona nada", "z.B. ", "A. ", "e.g. ", "[email-1]")
MARKS = ("but", " however", ", and also ", ". ", "!? ", "…", "\n", "\r\n", "😍 ", "。", "؟ ", ";", "(", ")", "؟", " ")
PIECES = st.sampled_from([*WORDS, *FOREIGN, *MARKS])
LISTS = st.lists(PIECES, max_size=40)
TEXTS = st.one_of(st.text(max_size=300), LISTS.map("".join), LISTS.map(" ".join))


def parts(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in cut(text, language)]


@settings(max_examples=300, deadline=None)
@given(TEXTS, LANGUAGES)
def test_every_opinion_is_an_exact_substring(text: str, language: str) -> None:
    found = cut(text, language)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    for start, end in found:
        assert text[start:end] == text[start:end].strip()
    # No word is lost, except those that only join two clauses' punctuation.
    covered = {place for start, end in found for place in range(start, end)}
    assert all(place in covered for start, end in spans(text) for place in range(start, end))
    assert bool(found) == bool(text.strip())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Great app! Payment fails.", ["Great app!", "Payment fails."]),
        ("Good food but slow service", ["Good food", "but slow service"]),
        (
            "I love the recipes, however the app keeps crashing at checkout",
            ["I love the recipes", "however the app keeps crashing at checkout"],
        ),
        ("It took approx. 5 min. and Mr. Smith helped.", ["It took approx. 5 min. and Mr. Smith helped."]),
        ("Love it 😍 Would be nice if it had a map", ["Love it 😍", "Would be nice if it had a map"]),
        ("slow and\nugly", ["slow and", "ugly"]),
        ("Payment fails. Why?", ["Payment fails. Why?"]),
        ("works on my phone but not", ["works on my phone but not"]),
        ("version 4.2.0 broke it", ["version 4.2.0 broke it"]),
        ("great.But it crashes", ["great.", "But it crashes"]),
        ("这个应用很好。但是支付失败！", ["这个应用很好。", "但是支付失败！"]),
        ("هل يعمل؟ لا يعمل أبدا", ["هل يعمل؟", "لا يعمل أبدا"]),
    ],
)
def test_cuts_that_a_person_would_make(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_german_and_spanish_markers() -> None:
    german = "Die Fahrer sind freundlich und schnell, aber die App stürzt beim Bezahlen dauernd ab"
    assert len(parts(german, "de")) == 2
    spanish = "La aplicación es bonita y sencilla, pero el pago con tarjeta nunca funciona bien"
    assert len(parts(spanish, "es")) == 2


def test_long_and_hostile_verbatims_are_cut_without_hanging() -> None:
    text = "the checkout screen froze and I waited for support but nobody came " * 850
    assert len(text.split()) >= 10_000
    found = cut(text)
    assert max(len(text[a:b].split()) for a, b in found) <= MAX_WORDS
    for hostile in (
        "." * 100_000,
        "but " * 30_000,
        "a" * 100_000,
        "(" * 100_000,
        "? ! " * 30_000,
        "\n" * 100_000 + "x",
    ):
        cut(hostile)  # anything worse than linear would not come back from this


def test_sentences_keep_semicolons_when_asked() -> None:
    text = "The map did not move; user tapped three times. Then left."
    assert len(sentences(text)) == 3
    assert len(sentences(text, semicolons=False)) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Great food and friendly staff", ["Great food", "and friendly staff"]),
        ("The service was excellent and the food was cold", ["The service was excellent", "and the food was cold"]),
        ("fast and easy to use", ["fast and easy to use"]),
        ("I ordered bread, milk and eggs", ["I ordered bread, milk and eggs"]),
        ("a nice place with tables which I liked", ["a nice place with tables which I liked"]),
    ],
)
def test_and_parts_two_judgements_not_two_things(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


def test_long_runs_without_spaces_are_cut_at_their_commas() -> None:
    text = "支付页面打不开，" * 60
    found = parts(text, "zh")
    assert len(found) > 1
    assert max(map(len, found)) <= 2 * MAX_WORDS + 10
    assert all(part.endswith("，") for part in found)
