"""Sentiment by words, by a head taught on scores, and by both; in the languages that have a list, and in others."""

from __future__ import annotations

import numpy as np
import pytest

from analyst.themes.polarity import polarity
from analyst.themes.sentiment import SentimentHead, by_head, by_words, by_words_and_head, train_head
from embeddings.contract import Vectors, unit_rows


def cloud(n: int, d: int = 16, seed: int = 0) -> Vectors:
    return unit_rows(np.random.default_rng(seed).normal(size=(n, d)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("can't wait to come back", "positive"),
        ("I cannot recommend it highly enough", "positive"),
        ("couldn't be happier", "positive"),
        ("never had a problem", "positive"),
        ("the cake is to die for", "positive"),
        ("well worth the money", "positive"),
        ("isn't worth it", "negative"),
        ("used to be good", "negative"),
        ("out of stock again", "negative"),
        ("I waited two hours for a reply", "negative"),
        ("too salty", "negative"),
        ("not user-friendly at all", "negative"),
        ("needs a lot of improvement", "negative"),
        ("My friend uses a credit card", "neutral"),
        ("We went there for a party", "neutral"),
    ],
)
def test_turns_of_phrase(text: str, expected: str) -> None:
    assert by_words(text) == expected


def test_polarity_stays_in_its_range_and_knows_more_from_less() -> None:
    for text in ("", "   ", "great " * 300, "awful " * 300, "can't log in " * 200, "İİİ great", "😀" * 500):
        assert -1 <= polarity(text) <= 1
    assert polarity("very good") > polarity("okay") >= 0
    assert polarity("good but could be better") < polarity("good")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Der Fahrer war sehr nett", "de", "positive"),
        ("nicht zufrieden", "de", "negative"),
        ("geht nicht gut", "de", "negative"),
        ("keine Probleme", "de", "positive"),
        ("Ich habe am Dienstag bestellt", "de", "neutral"),
        ("muy buena atención", "es", "positive"),
        ("no funciona", "es", "negative"),
        ("sin problemas", "es", "positive"),
        ("Pedí el martes", "es", "neutral"),
        ("bagus sekali", "id", "unknown"),
        ("很好", "zh", "unknown"),
    ],
)
def test_other_languages_by_their_own_words(text: str, language: str, expected: str) -> None:
    assert by_words(text, language) == expected


def test_the_head_is_believed_only_in_languages_that_it_was_seen_to_know() -> None:
    vectors = cloud(1200)
    languages = ["en" if place % 2 else "id" for place in range(1200)]
    random = np.random.default_rng(3)
    y = np.where(vectors[:, 0] > 0, 100.0, -100.0)
    foreign = np.array([spoken == "id" for spoken in languages])
    y[foreign] = random.choice([-100.0, 100.0], int(foreign.sum()))  # in this language scores go with nothing
    head = train_head(vectors, y, languages)
    assert head is not None
    assert head.languages == {"en"}
    sure = np.eye(16, dtype=np.float32)[[0]]
    assert by_head(head, sure, ["id"]) == ["unknown"]
    assert by_head(head, sure, ["en"]) == ["positive"]


def test_words_and_head_together() -> None:
    head = SentimentHead(np.array([4.0, 0.0], dtype=np.float32), 0.0, 0.9)
    good, bad, level = (np.array([row], dtype=np.float32) for row in ([1, 0], [-1, 0], [0, 1]))
    silent = "I ordered on Tuesday"
    assert by_words_and_head([silent], head, good) == ["positive"]
    assert by_words_and_head([silent], head, bad) == ["negative"]
    assert by_words_and_head([silent], head, level) == ["neutral"]
    assert by_words_and_head(["terrible, never again"], head, level) == ["negative"]
    # A language that the head does not know has its words alone.
    assert by_words_and_head(["nicht zufrieden"], head, good, ["de"]) == ["negative"]
    assert by_words_and_head(["great"], None, level) == ["positive"]
