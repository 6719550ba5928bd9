"""The stages one by one: sentiment, suggestions, quotes, matching, muting, near duplicates, areas."""

from __future__ import annotations

import numpy as np
import pytest

from analyst.themes.areas import area_id, group_themes
from analyst.themes.catalogue import match, new_theme_id
from analyst.themes.cluster import canonical_order, damped, merge_twins, near_duplicates, nearest, principal
from analyst.themes.keywords import stem
from analyst.themes.muting import directions, mute, product_names
from analyst.themes.quotes import Candidate, pick_quotes
from analyst.themes.sentiment import by_head, by_words, train_head
from analyst.themes.suggestions import is_suggestion
from analyst.themes.words import base_language, guess_language
from embeddings.contract import Vectors, unit_rows


def cloud(n: int, d: int = 16, seed: int = 0) -> Vectors:
    return unit_rows(np.random.default_rng(seed).normal(size=(n, d)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The app crashes every time", "negative"),
        ("can't log in", "negative"),
        ("Nothing happens when I press pay", "negative"),
        ("Fast delivery and friendly driver", "positive"),
        ("I ordered on Tuesday", "neutral"),
    ],
)
def test_sentiment_by_words(text: str, expected: str) -> None:
    assert by_words(text) == expected


def test_a_head_is_trusted_only_when_it_can_tell() -> None:
    vectors = cloud(400)
    y = np.where(vectors[:, 0] > 0, 100.0, -100.0)
    head = train_head(vectors, y)
    assert head is not None
    assert head.accuracy > 0.8
    sure = np.eye(16, dtype=np.float32)[[0]]
    assert by_head(head, sure) == ["positive"]
    assert by_head(head, -sure) == ["negative"]
    assert train_head(vectors, np.random.default_rng(1).choice([-100.0, 100.0], 400)) is None
    assert train_head(vectors[:30], y[:30]) is None
    assert by_head(None, sure) == ["unknown"]


@pytest.mark.parametrize(
    "text",
    [
        "Please add a dark mode",
        "I wish there was a map",
        "It would be great if I could edit my order",
        "you should bring back the list",
        "needs more vegan options",
        "why not let us tip the driver",
        "Es wäre schön, wenn man filtern könnte",
        "Sería bueno poder elegir la hora",
    ],
)
def test_suggestions(text: str) -> None:
    assert is_suggestion(text)


@pytest.mark.parametrize(
    "text", ["The app crashes", "Great service", "I was charged twice", "Die App ist langsam", "No llega nunca"]
)
def test_no_suggestions(text: str) -> None:
    assert not is_suggestion(text)


def test_languages() -> None:
    assert guess_language("Die Lieferung war leider nicht pünktlich") == "de"
    assert guess_language("El pedido no llega y la aplicación es mala") == "es"
    assert guess_language("この アプリ は とても いい です") == "ja"
    assert guess_language("Crashes") == "en"
    assert base_language("de-AT", "anything") == "de"


def test_quotes_are_exact_varied_and_of_different_people() -> None:
    vectors = cloud(12)
    texts = [f"the driver left my order in the rain number {n}" for n in range(12)]
    candidates = [Candidate(t, f"u{n % 4}", (-100.0, 100.0)[n % 2], True, 0.9) for n, t in enumerate(texts)]
    chosen = pick_quotes(candidates, vectors, 4)
    assert len(chosen) == 4
    assert len({candidates[i].respondent for i in chosen}) == 4
    assert {candidates[i].y for i in chosen} == {-100.0, 100.0}
    assert pick_quotes([Candidate("[email-1] [phone-1]", "u", None, True, 1.0)], vectors[:1], 3) == []
    assert pick_quotes([], vectors[:0], 3) == []
    same = [Candidate("The same words here", None, None, False, 0.5)] * 5
    assert len(pick_quotes(same, vectors[:5], 3)) == 1


def test_quotes_prefer_a_sentence_to_a_word() -> None:
    vectors = unit_rows(np.ones((2, 4)))
    candidates = [
        Candidate("Late", "a", None, True, 0.9),
        Candidate("The courier came three hours late and did not call", "b", None, True, 0.9),
    ]
    assert pick_quotes(candidates, vectors, 1) == [1]


def test_matching_is_the_best_overall_and_has_a_gate() -> None:
    old = np.eye(4, dtype=np.float32)
    new = unit_rows(np.array([[0.1, 1.0, 0, 0], [1.0, 0.1, 0, 0], [0, 0, 1, 1.0]]))
    words = [["a"], ["b"], ["c"], ["d"]]
    found = match(new, [["b"], ["a"], ["x"]], old, words)
    assert found.old[:2] == [1, 0]
    assert found.old[2] == -1
    kinds = {event["kind"] for event in found.events}
    assert "continue" in kinds
    assert "dormant" in kinds
    shuffled = match(new[[2, 0, 1]], [["x"], ["b"], ["a"]], old, words)
    assert shuffled.old == [-1, 1, 0]
    assert match(new[:0], [], old, words).events[0]["kind"] == "dormant"


def test_new_ids_do_not_collide() -> None:
    first = new_theme_id("the card was declined", set())
    assert first == new_theme_id("the card was declined", set())
    assert first != new_theme_id("the card was declined", {first})
    assert first.startswith("t-")


def test_a_muted_direction_is_gone() -> None:
    vectors = cloud(400)
    sessions = np.arange(400) % 2 == 0
    vectors[sessions] += 0.8 * np.eye(16, dtype=np.float32)[3]
    vectors = unit_rows(vectors)
    basis = directions(vectors, ["x"] * 400, [], sessions, ["en"] * 400)
    quiet = mute(vectors, basis)
    assert len(basis) == 1
    assert np.abs(quiet @ basis[0]).max() < 1e-5
    apart = np.linalg.norm(vectors[sessions].mean(axis=0) - vectors[~sessions].mean(axis=0))
    assert np.linalg.norm(quiet[sessions].mean(axis=0) - quiet[~sessions].mean(axis=0)) < 0.3 * apart
    assert np.array_equal(mute(vectors, basis[:0]), vectors)


def test_product_names_are_words_written_like_names() -> None:
    said = [("I use Tidewell to order on the iPad", "en"), ("the app is slow on monday", "en")] * 60
    assert product_names(said) == ["tidewell"]
    assert product_names([("Ich mag die App und das Essen", "de")] * 60) == []
    assert product_names([]) == []


def test_near_duplicates_follow_their_first() -> None:
    base = cloud(200, 64)
    rows = unit_rows(np.vstack([base, base + 0.01 * cloud(200, 64, seed=1), cloud(30, 64, seed=2)]))
    leader = near_duplicates(rows)
    assert leader[:200].tolist() == list(range(200))
    assert leader[200:400].tolist() == list(range(200))
    assert leader[400:].tolist() == list(range(400, 430))
    assert near_duplicates(rows[150:250]).tolist() == list(range(100))


def test_nearest_is_exact_and_starts_with_itself() -> None:
    rows = cloud(300, 8)
    indices, distances = nearest(rows, 5)
    assert indices[:, 0].tolist() == list(range(300))
    exact = np.sort(1 - rows @ rows.T, axis=1)[:, :5]
    assert np.allclose(distances[:, 1:], exact[:, 1:], atol=1e-5)


def test_small_arithmetic() -> None:
    assert damped(np.array([1, 2, 3, 500])).tolist() == [1, 2, 2, 9]
    order = canonical_order(["b", "a", "c"])
    assert [["b", "a", "c"][i] for i in order] == [["a", "c", "b"][i] for i in canonical_order(["a", "c", "b"])]
    assert principal(cloud(3), 50).shape == (3, 3)
    twins = unit_rows(np.array([[1, 0], [1, 0.01], [0, 1]]))
    assert merge_twins(twins, np.array([0, 1, 2]), np.array([1, 1, 1])).tolist() == [0, 0, 1]
    assert [stem(w) for w in ("notifications", "parties", "boxes", "bus", "crash")] == [
        "notification", "party", "box", "bus", "crash",
    ]  # fmt: skip


def test_areas() -> None:
    middle = unit_rows(np.array([[1, 0, 0], [0.95, 0.1, 0], [0, 1, 0], [0, 0.95, 0.1]]))
    assert group_themes(middle, np.array([5, 5, 9, 9])).tolist() == [1, 1, 0, 0]
    assert area_id(["t-12345678"]) == "a-12345678"
    assert group_themes(middle[:1], np.array([1])).tolist() == [0]
