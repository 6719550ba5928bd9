"""The bank that ships: enough texts, enough themes, every story told."""

from collections import Counter

import pytest

from analyst.sample.bank import Bank, load_bank, parse_summaries, parse_tickets
from analyst.sample.catalogue import STORIES, THEMES
from analyst.sample.markup import BankError
from analyst.sample.slots import CITIES, DEVICES, SLOTS, fill_values


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


def test_size_themes_and_languages(bank: Bank) -> None:
    assert len({verbatim.text for verbatim in bank.verbatims}) >= 1_000
    subjects = {theme.name for theme in THEMES if theme.kind == "subject"}
    themes = Counter(piece.theme for verbatim in bank.verbatims for piece in verbatim.opinions)
    assert len(subjects) >= 20
    assert all(themes[name] >= 12 for name in subjects), themes
    languages = Counter(verbatim.language for verbatim in bank.verbatims)
    assert languages["es"] >= 25
    assert languages["de"] >= 25


def test_lengths_are_those_of_people(bank: Bank) -> None:
    words = [len(verbatim.text.split()) for verbatim in bank.verbatims]
    assert min(words) == 1
    assert max(words) >= 100
    assert sum(len(verbatim.opinions) > 1 for verbatim in bank.verbatims) >= 150


def test_people_do_not_name_the_theme(bank: Bank) -> None:
    """No theme's name is pasted into its texts: most texts on a theme share no word with its name."""
    for theme in THEMES:
        if theme.kind != "subject":
            continue
        stems = [word.rstrip("s")[:5] for word in theme.name.split("_")]
        texts = [
            p.text.lower() for v in bank.verbatims if v.language == "en" for p in v.opinions if p.theme == theme.name
        ]
        named = sum(any(stem in text for stem in stems) for text in texts)
        assert named / len(texts) < 0.75, theme.name


def test_every_story_and_every_bad_theme_has_words(bank: Bank) -> None:
    assert set(bank.summaries) == {story.name for story in STORIES} | {"neutral"}
    assert all(len(set(texts)) >= 8 for texts in bank.summaries.values())
    assert len({ticket.body for ticket in bank.tickets}) >= 60
    subjects = {theme.name for theme in THEMES if theme.kind == "subject"}
    assert {ticket.theme for ticket in bank.tickets} == subjects
    told = {(piece.theme, piece.sentiment) for verbatim in bank.verbatims for piece in verbatim.opinions}
    assert {(name, sign) for name in subjects for sign in "+-"} <= told


def test_every_slot_can_be_filled_everywhere() -> None:
    for country in CITIES:
        for platform in DEVICES:
            for language in ("en", "es", "de"):
                values = fill_values(lambda n: n - 1, language, country, platform, "", "Tidewell")
                assert set(values) == set(SLOTS)
                assert all(values.values())
                assert values["item"] != values["item2"]


def test_broken_summaries_and_tickets_are_named() -> None:
    with pytest.raises(BankError, match=r"s\.txt:1: there is no story 'garage'"):
        parse_summaries(["@story garage"], "s.txt")
    with pytest.raises(BankError, match=r"s\.txt:1: a summary before"):
        parse_summaries(["User left."], "s.txt")
    with pytest.raises(BankError, match=r"s\.txt:2: there is no slot amount"):
        parse_summaries(["@story neutral", "User paid {amount}."], "s.txt")
    with pytest.raises(BankError, match=r"t\.txt:1: there is no theme"):
        list(parse_tickets(["@theme garage"], "t.txt"))
    with pytest.raises(BankError, match=r"t\.txt:2: expected 'subject"):
        list(parse_tickets(["@theme search", "only a subject"], "t.txt"))
