"""The whole way from records to themes, on a company in miniature."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from analyst.core.errors import UndertoneError
from analyst.core.progress import Progress
from analyst.core.settings import Settings
from analyst.core.tables import SYSTEM_THEMES, schema
from analyst.themes import ThemeModel, ThemeResult, build_themes
from analyst.themes.words import tokens
from embeddings.contract import Vectors
from tests.themes.conftest import Records, WordEncoder, comments, records, subject_of

COUNT = 500


@pytest.fixture(scope="module")
def result(encoder: WordEncoder, settings: Settings) -> ThemeResult:
    return build_themes(records(list(comments(COUNT))), encoder, settings)


def themes_of(result: ThemeResult) -> dict[str, str | None]:
    rows = result.opinions
    return dict(zip(rows.column("text").to_pylist(), rows.column("theme_id").to_pylist(), strict=True))


def test_the_tables_keep_their_contract(result: ThemeResult) -> None:
    assert result.opinions.schema == schema("opinions")
    assert result.themes.schema == schema("themes")
    rows = result.opinions.to_pylist()
    ids = set(result.themes.column("theme_id").to_pylist())
    assert set(SYSTEM_THEMES) <= ids
    assert all((row["theme_id"] is None) == (row["state"] == "unassigned") for row in rows)
    assert {row["theme_id"] for row in rows} - {None} <= ids
    assert all((row["vector_row"] == -1) == (row["state"] == "system") for row in rows)
    assert all(0.0 <= row["probability"] <= 1.0 for row in rows)
    assert result.vectors.shape == (result.stats["unique_texts"], 64)
    counted = Counter(row["theme_id"] for row in rows)
    assert all(theme["n"] == counted[theme["theme_id"]] for theme in result.themes.to_pylist())
    assert result.themes.column("first_seen")[0].as_py() is not None


def test_the_subjects_are_found(result: ThemeResult) -> None:
    """Most opinions of a theme share a subject, and every subject has a theme."""
    held: dict[str, Counter[str]] = {}
    for text, theme in themes_of(result).items():
        if theme is not None:
            held.setdefault(theme, Counter())[subject_of(text)] += 1
    right = sum(count.most_common(1)[0][1] for count in held.values())
    assert right / sum(count.total() for count in held.values()) > 0.9
    assert {count.most_common(1)[0][0] for count in held.values()} >= {
        "payment",
        "crash",
        "delivery",
        "support",
        "login",
    }
    assert result.stats["coverage"] >= 0.8


def test_labels_are_distinct_and_made_of_members_words(result: ThemeResult) -> None:
    rows = [row for row in result.themes.to_pylist() if row["kind"] != "system"]
    labels = [row["label"] for row in rows]
    assert len(set(labels)) == len(labels)
    said = set(tokens(" ".join(result.opinions.column("text").to_pylist()))) | {"and"}
    assert all(set(tokens(label)) <= said for label in labels)
    assert all(row["keywords"] for row in rows)


def test_the_order_of_rows_does_not_matter(result: ThemeResult, encoder: WordEncoder, settings: Settings) -> None:
    rows = records(list(comments(COUNT)))
    order = np.random.default_rng(3).permutation(COUNT)
    again = build_themes(
        Records(rows.responses.take(pa.array(order)), rows.sessions, rows.exposures, rows.tickets), encoder, settings
    )
    assert again.opinions.equals(result.opinions)
    assert again.themes.equals(result.themes)
    assert np.array_equal(again.vectors, result.vectors)


def test_one_document_is_placed_as_the_run_placed_it(result: ThemeResult) -> None:
    fitted = result.model.assign(result.vectors)
    alone = [result.model.assign(row[None, :]) for row in result.vectors]
    assert np.mean([one.theme[0] for one in alone] == fitted.theme) >= 0.99
    assert np.mean([one.state[0] for one in alone] == fitted.state) >= 0.99
    kept = result.vectors.astype(np.float16).astype(np.float32)  # as a run keeps them
    assert np.mean(result.model.assign(kept).theme == fitted.theme) >= 0.99


def test_a_model_is_saved_without_pickles_and_comes_back_whole(result: ThemeResult, tmp_path: Path) -> None:
    result.model.save(tmp_path)
    again = ThemeModel.load(tmp_path)
    assert again.themes == result.model.themes
    assert again.areas == result.model.areas
    assert np.array_equal(again.pool, result.model.pool)
    ours, theirs = result.model.assign(result.vectors), again.assign(result.vectors)
    assert np.array_equal(ours.theme, theirs.theme)
    assert np.array_equal(ours.probability, theirs.probability)
    with np.load(tmp_path / "model.npz", allow_pickle=False) as arrays:
        assert "weights" in arrays
    with pytest.raises(UndertoneError, match="cannot be read"):
        ThemeModel.load(tmp_path / "nowhere")
    (tmp_path / "model.json").write_text("{", encoding="utf-8")
    with pytest.raises(UndertoneError, match="cannot be read"):
        ThemeModel.load(tmp_path)


def test_ids_and_labels_are_kept_when_rows_are_added(
    result: ThemeResult, encoder: WordEncoder, settings: Settings
) -> None:
    before = themes_of(result)
    more = build_themes(records(list(comments(round(COUNT * 1.1)))), encoder, settings, result.model)
    after = themes_of(more)
    kept = [after[text] == theme for text, theme in before.items() if theme is not None]
    assert np.mean(kept) >= 0.95
    assert not more.stats["refit"]
    labels = {row["theme_id"]: row["label"] for row in result.themes.to_pylist()}
    assert all(labels[row["theme_id"]] == row["label"] for row in more.themes.to_pylist() if row["theme_id"] in labels)


def test_ids_are_kept_through_a_refit(result: ThemeResult, encoder: WordEncoder, settings: Settings) -> None:
    other = settings.model_copy(update={"themes": settings.themes.model_copy(update={"seed": 8})})
    again = build_themes(records(list(comments(round(COUNT * 1.1)))), encoder, other, result.model)
    assert again.stats["refit"]
    before, after = themes_of(result), themes_of(again)
    kept = [after[text] == theme for text, theme in before.items() if theme is not None and after[text] is not None]
    assert np.mean(kept) >= 0.8
    assert {event["kind"] for event in again.events} >= {"continue"}


def test_a_new_subject_is_born_and_nothing_else_moves(
    result: ThemeResult, encoder: WordEncoder, settings: Settings
) -> None:
    words = ["gift", "wrapping", "ribbon", "birthday", "present", "bow", "paper", "surprise", "candles", "tag"]
    random = np.random.default_rng(1)
    fresh = [" ".join(random.choice(words, 5, replace=False)) for _ in range(90)]
    grown = build_themes(records([*comments(COUNT), *fresh]), encoder, settings, result.model)
    assert not grown.stats["refit"]
    births = [event for event in grown.events if event["kind"] in ("birth", "split")]
    assert len(births) >= 1
    before, after = themes_of(result), themes_of(grown)
    assert np.mean([after[text] == theme for text, theme in before.items() if theme is not None]) >= 0.95
    held = Counter(after[text] for text in fresh)
    assert held.most_common(1)[0][0] in {event["theme_id"] for event in births}


def test_more_of_the_same_gives_no_births(result: ThemeResult, encoder: WordEncoder, settings: Settings) -> None:
    more = build_themes(records(list(comments(round(COUNT * 1.3)))), encoder, settings, result.model)
    assert not more.stats["refit"]
    assert {event["kind"] for event in more.events} == {"continue"}


def test_ids_outlive_the_encoder(result: ThemeResult, settings: Settings) -> None:
    """Vectors of another encoder cannot be compared; the texts that two themes share can."""

    class Other(WordEncoder):
        name = "other"

        def encode(self, texts: list[str], progress: Progress | None = None) -> Vectors:
            return super().encode(texts, progress)[:, ::-1].copy()

    again = build_themes(records(list(comments(COUNT))), Other(), settings, result.model)
    assert again.stats["refit"]
    before, after = themes_of(result), themes_of(again)
    kept = [after[text] == theme for text, theme in before.items() if theme is not None and after[text] is not None]
    assert np.mean(kept) >= 0.9
    told = [event for event in again.events if event["kind"] == "continue"]
    assert all(event["cosine"] == 0.0 and event["shared"] > 0.3 for event in told)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20, 59, 61])
def test_tiny_inputs(count: int, encoder: WordEncoder, settings: Settings) -> None:
    found = build_themes(records(list(comments(count))), encoder, settings)
    assert found.opinions.num_rows == count
    assert found.themes.num_rows >= len(SYSTEM_THEMES)
    if count >= 20:
        assert found.stats["themes"] >= 2


def test_no_comments_at_all(encoder: WordEncoder, settings: Settings) -> None:
    found = build_themes(records([None, "", " "]), encoder, settings)
    assert found.opinions.num_rows == 0


def test_only_system_themes(encoder: WordEncoder, settings: Settings) -> None:
    found = build_themes(records(["great app", "n/a", "terrible"]), encoder, settings)
    assert found.opinions.column("theme_id").to_pylist() == ["sys-praise", "sys-nonanswer", "sys-complaint"]
    assert found.opinions.column("sentiment").to_pylist() == ["positive", "neutral", "negative"]


def test_all_comments_identical(encoder: WordEncoder, settings: Settings) -> None:
    found = build_themes(records(["the card payment was declined"] * 300), encoder, settings)
    assert found.opinions.num_rows == 300
    assert found.stats["unique_texts"] == 1
    assert len(set(found.opinions.column("theme_id").to_pylist())) == 1


def test_ninety_per_cent_duplicates(encoder: WordEncoder, settings: Settings) -> None:
    texts = [*["the card payment was declined"] * 900, *comments(100)]
    found = build_themes(records(texts), encoder, settings)
    theme_of = themes_of(found)
    assert theme_of["the card payment was declined"] is not None
    alike = Counter(theme_of[text] for text in comments(100) if subject_of(text) == "payment")
    assert alike.most_common(1)[0][0] == theme_of["the card payment was declined"]
    assert found.stats["themes"] >= 3


def test_one_verbatim_of_ten_thousand_words(encoder: WordEncoder, settings: Settings) -> None:
    long = " ".join(comments(1600))
    assert len(long.split()) >= 10_000
    found = build_themes(records([long]), encoder, settings)
    assert found.opinions.num_rows > 100
    for row in found.opinions.to_pylist():
        assert long[row["start"] : row["end"]] == row["text"]


def test_sessions_without_responses(encoder: WordEncoder, settings: Settings) -> None:
    sessions = [{"session_id": f"s{n}", "summary": f"{text} and it froze."} for n, text in enumerate(comments(90))]
    found = build_themes(records([], sessions=sessions), encoder, settings)
    assert found.opinions.num_rows == 90
    assert set(found.opinions.column("sentiment").to_pylist()) == {"negative"}
    assert found.stats["themes"] >= 2
