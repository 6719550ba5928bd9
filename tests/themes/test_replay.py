"""People's edits on a fit: what they ask for is there, the rest stays as it was."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from analyst.core.progress import Progress
from analyst.core.settings import Settings
from analyst.themes import ThemeResult, build_themes
from analyst.themes.cluster import content_hash
from analyst.themes.edits import (
    Action,
    Edit,
    Exclude,
    Hands,
    Merge,
    Move,
    Part,
    Pin,
    Rename,
    Said,
    Seed,
    SeedRow,
    Split,
    Undo,
    content_key,
    hands,
    made_up_id,
)
from analyst.themes.opinions import embedding_text
from analyst.themes.replay import forget, take_apart
from embeddings.contract import Vectors
from tests.themes.conftest import SUBJECTS, WordEncoder, comments, records, subject_of

COUNT = 400
AT = datetime(2026, 11, 16, 8, tzinfo=UTC)


def said(*actions: Action) -> Hands:
    return hands(Edit(number, AT, "ana", action) for number, action in enumerate(actions, start=1))


def theme_of(result: ThemeResult) -> dict[str, str | None]:
    rows = result.opinions
    return dict(zip(rows.column("text").to_pylist(), rows.column("theme_id").to_pylist(), strict=True))


def labels(result: ThemeResult) -> dict[str, str]:
    return {theme.theme_id: theme.label for theme in result.model.active}


def main_theme(result: ThemeResult, subject: str) -> str:
    """The theme that holds most comments of `subject`."""
    counted = Counter(theme for text, theme in theme_of(result).items() if theme and subject_of(text) == subject)
    return counted.most_common(1)[0][0]


def alike(one: ThemeResult, other: ThemeResult, but: set[str]) -> float:
    """Share of texts outside `but` that both runs put into the same theme."""
    before, after = theme_of(one), theme_of(other)
    return float(np.mean([after[text] == theme for text, theme in before.items() if text not in but]))


@pytest.fixture(scope="module")
def first(encoder: WordEncoder, settings: Settings) -> ThemeResult:
    return build_themes(records(list(comments(COUNT))), encoder, settings)


def again(
    first: ThemeResult, encoder: WordEncoder, settings: Settings, told: Hands, count: int = COUNT, seed: int = 7
) -> ThemeResult:
    """The next run, with `told` said of the themes; another seed makes it a refit."""
    other = settings.model_copy(update={"themes": settings.themes.model_copy(update={"seed": seed})})
    return build_themes(records(list(comments(count))), encoder, other, first.model, said=told)


def test_edits_that_need_no_fit_leave_it_alone(first: ThemeResult, encoder: WordEncoder, settings: Settings) -> None:
    one, other = main_theme(first, "login"), main_theme(first, "price")
    told = said(Rename(one, "Signing in"), Merge(one, other), Exclude(other))
    result = again(first, encoder, settings, told)
    assert result.opinions.equals(again(first, encoder, settings, Hands()).opinions)
    assert result.stats["lessons"] == 0


def test_a_correction_teaches_its_neighbours_and_moves_nothing_else(
    first: ThemeResult, encoder: WordEncoder, settings: Settings
) -> None:
    target = main_theme(first, "delivery")
    source = main_theme(first, "support")
    wrong = [text for text, theme in theme_of(first).items() if theme == source and subject_of(text) == "support"][:12]
    told = said(Move(target, tuple(Said("x", content_key(content_hash(embedding_text(text)))) for text in wrong)))
    result = again(first, encoder, settings, told)
    assert not result.stats["refit"] and result.stats["lessons"] == 1
    now = theme_of(result)
    assert np.mean([now[text] == target for text in wrong]) >= 0.75
    others = {text for text in now if subject_of(text) in ("support", "delivery")}
    assert alike(first, result, others) >= 0.98
    assert again(result, encoder, settings, told).opinions.equals(result.opinions)  # learned once, not again and again


@pytest.mark.parametrize("seed", [7, 8])
def test_a_split_takes_a_theme_apart_and_keeps_it_apart(
    first: ThemeResult, encoder: WordEncoder, settings: Settings, seed: int
) -> None:
    theme = main_theme(first, "payment")
    joined = {text: one for text, one in theme_of(first).items() if one == theme}
    parts = (Part(theme, "Declined", ("card declined",)), Part("t-part", "Visa fee", ("visa charge transaction",)))
    told = said(Split(theme, parts, "Payment"))
    result = again(first, encoder, settings, told)
    now = theme_of(result)
    held = Counter(now[text] for text in joined)
    assert held[theme] >= 5 and held["t-part"] >= 5
    assert alike(first, result, set(joined)) >= 0.97
    assert labels(result)["t-part"] == "Visa fee"
    later = again(result, encoder, settings, told, round(COUNT * 1.1), seed)
    assert later.stats["refit"] == (seed == 8)
    kept = theme_of(later)
    mine = [text for text in joined if now[text] in (theme, "t-part")]
    assert np.mean([kept[text] == now[text] for text in mine]) >= 0.8


def test_a_split_by_what_is_said(first: ThemeResult, encoder: WordEncoder, settings: Settings) -> None:
    theme = main_theme(first, "crash")
    told = said(Split(theme, (Part(theme), Part("t-p1"), Part("t-p2")), "Crash"))
    result = again(first, encoder, settings, told)
    held = Counter(theme_of(result).values())
    assert min(held[theme], held["t-p1"], held["t-p2"]) >= 3
    assert held[theme] >= held["t-p1"] * 0.5
    assert len(set(labels(result).values())) == len(labels(result))


def test_groups_are_the_same_every_time_and_largest_first() -> None:
    random = np.random.default_rng(0)
    middle = np.eye(8, dtype=np.float32)[:2]
    rows = np.vstack([middle[0] + 0.1 * random.normal(size=(30, 8)), middle[1] + 0.1 * random.normal(size=(70, 8))])
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    parts = (Part("t-a"), Part("t-b"))

    def none(texts: list[str]) -> np.ndarray:
        raise AssertionError("nothing was written of these parts")

    group = take_apart(rows, np.ones(100, np.int64), parts, none, 7)
    assert np.bincount(group).tolist() == [70, 30]
    assert (group == take_apart(rows, np.ones(100, np.int64), parts, none, 7)).all()


@pytest.mark.parametrize("seed", [7, 8])
def test_a_seeded_theme_is_there_and_the_rest_is_still_found(
    first: ThemeResult, encoder: WordEncoder, settings: Settings, seed: int
) -> None:
    rows = (
        SeedRow("t-food", "Spoilt food", "stale and rotten", ("rotten fruit", "mouldy bread", "stale milk")),
        SeedRow("t-bare", "Courier parcel doorstep"),
    )
    result = again(first, encoder, settings, said(Seed(rows)), seed=seed)
    known = labels(result)
    assert known["t-food"] == "Spoilt food"
    assert {theme.kind for theme in result.model.active if theme.theme_id == "t-food"} == {"seeded"}
    for theme, subject in (("t-food", "fresh"), ("t-bare", "delivery")):
        held = Counter(subject_of(text) for text, one in theme_of(result).items() if one == theme)
        assert held.most_common(1)[0][0] == subject and held[subject] / held.total() >= 0.8
    assert {main_theme(result, subject) for subject in ("login", "crash", "price")}.isdisjoint({"t-food", "t-bare"})
    back = again(result, encoder, settings, said(Seed(rows), Undo(1)))
    assert "t-food" not in labels(back)
    assert main_theme(back, "fresh") is not None


def test_a_seed_before_anything_was_found(encoder: WordEncoder, settings: Settings) -> None:
    rows = tuple(SeedRow(made_up_id(name), name, "", tuple(words.split()[:4])) for name, words in SUBJECTS.items())
    result = build_themes(records(list(comments(COUNT))), encoder, settings, said=said(Seed(rows)))
    now = theme_of(result)
    right = [now[text] == made_up_id(subject_of(text)) for text in now if now[text] in {row.theme for row in rows}]
    assert len(right) >= 0.6 * COUNT and np.mean(right) >= 0.9


def test_a_pinned_theme_outlives_its_data_and_a_refit(
    first: ThemeResult, encoder: WordEncoder, settings: Settings
) -> None:
    theme = main_theme(first, "search")
    result = again(first, encoder, settings, said(Pin(theme)), seed=8)
    assert result.stats["refit"]
    assert labels(result)[theme] == labels(first)[theme]
    assert main_theme(result, "search") == theme


def test_an_edit_of_a_theme_that_is_gone_waits(first: ThemeResult, encoder: WordEncoder, settings: Settings) -> None:
    gone = said(Pin("t-gone"), Split("t-gone", (Part("t-gone"), Part("t-new"))), Move("t-gone", (Said("x", "00"),)))
    result = again(first, encoder, settings, gone)
    assert result.stats["lessons"] == 0
    assert not {"t-gone", "t-new"} & set(labels(result))


def test_a_forgotten_theme_leaves_the_others_in_order(first: ThemeResult) -> None:
    model = first.model
    theme = model.active[1].theme_id
    less = forget(model, {theme})
    assert less.head.count == model.head.count - 1
    assert [one.theme_id for one in less.active] == [t.theme_id for t in model.active if t.theme_id != theme]
    assert np.array_equal(less.head.centroids[1], model.head.centroids[2])
    assert forget(model, {"t-gone"}) is model


@pytest.mark.parametrize("count", [1, 2, 20])
def test_few_responses_and_many_edits(encoder: WordEncoder, settings: Settings, count: int) -> None:
    texts = list(comments(count))
    one = build_themes(records(texts), encoder, settings)
    ids = [theme.theme_id for theme in one.model.active] or ["t-none"]
    said_of = Said("x", content_key(content_hash(embedding_text(texts[0]))))
    told = said(
        Split(ids[0], (Part(ids[0]), Part("t-p")), ""),
        Seed((SeedRow("t-s", "Payments", "", ("card payment declined",)),)),
        Pin(ids[-1]),
        Move(ids[-1], (said_of,)),
    )
    result = build_themes(records(texts), encoder, settings, one.model, said=told)
    assert result.opinions.num_rows == count
    assert len(labels(result)) == result.model.head.count


def test_another_encoder_meets_the_same_themes_by_their_texts(first: ThemeResult, settings: Settings) -> None:
    class Turned(WordEncoder):
        """The same likeness in another space: every axis elsewhere."""

        name = "turned"

        def encode(self, texts: list[str], progress: Progress | None = None) -> Vectors:
            turn = np.linalg.qr(np.random.default_rng(5).normal(size=(self.dimension, self.dimension)))[0]
            return (super().encode(texts) @ turn).astype(np.float32)

    theme = main_theme(first, "search")
    told = said(Pin(theme), Rename(main_theme(first, "login"), "Signing in"))
    rows = records(list(comments(COUNT)))
    result = build_themes(rows, Turned(), settings, first.model, said=told)
    assert result.stats["refit"]
    assert labels(result)[theme] == labels(first)[theme]
    before, after = theme_of(first), theme_of(result)
    kept = [after[text] == one for text, one in before.items() if one is not None and after[text] is not None]
    assert np.mean(kept) >= 0.8
