"""Customers' words as inert data, and the shapes of answers."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from prompts import DigestSummary, FixWording, ThemeLabels, as_data, clean_text

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values)
@settings(deadline=None)
def test_data_is_json_that_closes_nothing(value: object) -> None:
    text = as_data(value)
    json.loads(text)
    assert not {"<", ">"} & set(text)
    text.encode()  # no lone surrogate gets through to the wire


@given(st.text(), st.integers(2, 50))
@settings(deadline=None)
def test_cleaning_is_short_plain_and_final(text: str, longest: int) -> None:
    clean = clean_text(text, longest)
    assert len(clean) <= longest
    assert all(unicodedata.category(character)[0] != "C" for character in clean)
    assert clean_text(clean, longest) == clean


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("don't  stop\n\nnow\u2028ok", "don't stop now ok"),
        ("ig\u200bno\u200dre", "ignore"),
        ("abc\u202edef\u2066", "abcdef"),
        ("hi\U000e0041\U000e0042", "hi"),
        ("A\ufe0f\U000e0101B", "AB"),
        ("null\x00byte", "null byte"),
        ("é ñ 漢字 👍 €", "é ñ 漢字 👍 €"),
    ],
)
def test_what_nobody_sees_goes_and_what_people_write_stays(given: str, clean: str) -> None:
    assert clean_text(given) == clean


def test_long_texts_say_that_they_were_cut() -> None:
    assert clean_text("word " * 100, 12) == "word word w…"
    assert as_data(["x" * 50], 10) == '[\n"xxxxxxxxx…"\n]'
    assert as_data([]) == "[]"


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot show a set"):
        as_data({"a": {1, 2}})
    with pytest.raises(ValueError):
        as_data(float("nan"))


def test_a_summary_rests_on_facts() -> None:
    good = {"text": " NPS fell. ", "facts": ["f1"]}
    assert DigestSummary.model_validate({"sentences": [good]}).sentences[0].text == "NPS fell."
    refused: tuple[dict[str, object], ...] = (
        {"sentences": []},
        {"sentences": [good] * 7},
        {"sentences": [good | {"facts": []}]},
        {"sentences": [good | {"text": " "}]},
        {"sentences": [good], "aside": "hello"},
    )
    for bad in refused:
        with pytest.raises(ValidationError):
            DigestSummary.model_validate(bad)


def test_labels_are_short_and_tell_apart() -> None:
    def labels(*pairs: tuple[str, str]) -> ThemeLabels:
        return ThemeLabels.model_validate({"labels": [{"theme_id": i, "label": text} for i, text in pairs]})

    assert len(labels(("t1", "Checkout freezes on payment"), ("t2", "Price of the family plan")).labels) == 2
    with pytest.raises(ValidationError, match="more than 6 words"):
        labels(("t1", "one two three four five six seven"))
    with pytest.raises(ValidationError, match="the theme t1 appears more than once"):
        labels(("t1", "A"), ("t1", "B"))
    with pytest.raises(ValidationError, match="the label price appears more than once"):
        labels(("t1", "Price"), ("t2", "price "))


def test_a_fix_has_words_and_facts() -> None:
    FixWording.model_validate({"title": "Stop the freeze", "action": "Reproduce it.", "facts": ["f1"]})
    with pytest.raises(ValidationError):
        FixWording.model_validate({"title": "Stop the freeze", "action": "Reproduce it.", "facts": []})
