"""Lasting ids: matching by centroid, members and keywords, the events with their numbers, and what lasts of a theme."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analyst.themes.assign import Assignment
from analyst.themes.catalogue import Shared, match, moves, shared_members, theme_days, with_history
from analyst.themes.model import CatalogueTheme, among_heard, consistent

_EYE = np.eye(6, dtype=np.float32)
_WORDS = [["card"], ["crash"], ["late"], ["price"], ["login"], ["search"]]


def placement(theme: list[int]) -> Assignment:
    places = np.array(theme, dtype=np.int64)
    return Assignment(places, np.ones(len(places), np.float32), np.full(len(places), "core"))


def overlap(then: list[int], now: list[int], m: int, k: int) -> Shared | None:
    hashes = np.arange(len(then), dtype=np.uint64)
    return shared_members(hashes, np.array(now, np.int32), hashes, np.array(then, np.int32), k, m)


def kinds(events: list[dict[str, object]]) -> list[str]:
    return sorted(str(event["kind"]) for event in events)


def test_members_count_on_the_texts_of_both_runs_only() -> None:
    then = np.arange(100, dtype=np.uint64)
    now = np.arange(50, 250, dtype=np.uint64)
    shared = shared_members(now, np.array([0] * 30 + [1] * 170), then, np.array([0] * 60 + [1] * 40), 2, 2)
    assert shared is not None
    assert shared.both.tolist() == [[10, 20], [0, 20]]
    assert shared.jaccard[1].tolist() == [0.0, 0.5]
    assert shared_members(now, np.zeros(200, np.int32), then + 1000, np.zeros(100, np.int32), 1, 1) is None


def test_members_decide_where_centroids_cannot() -> None:
    """Two themes that lie on one spot, and two runs whose vectors have nothing to do with each other."""
    then = [0] * 40 + [1] * 40
    now = [1] * 40 + [0] * 40
    shared = overlap(then, now, 2, 2)
    spot = np.repeat(_EYE[:1], 2, axis=0)
    assert match(spot, [["a"], ["b"]], spot, [["a"], ["b"]], shared).old == [1, 0]
    found = match(_EYE[:2], [["x"], ["y"]], None, [["a"], ["b"]], shared)
    assert found.old == [1, 0]
    assert [(event["cosine"], event["shared"]) for event in found.events] == [(0.0, 1.0), (0.0, 1.0)]


def test_a_split_and_a_merge_are_told_by_where_members_went() -> None:
    then = [0] * 100 + [1] * 100 + [2] * 100
    now = [0] * 60 + [3] * 40 + [1] * 100 + [2] * 100
    split = match(_EYE[:4], _WORDS[:4], _EYE[:3], _WORDS[:3], overlap(then, now, 3, 4))
    assert kinds(split.events) == ["continue", "continue", "continue", "split"]
    told = next(event for event in split.events if event["kind"] == "split")
    assert (told["new"], told["old"], told["shared"]) == (3, 0, 0.4)
    merged = match(_EYE[:3], _WORDS[:3], _EYE[:4], _WORDS[:4], overlap(now, then, 4, 3))
    assert kinds(merged.events) == ["continue", "continue", "continue", "merge"]
    assert next(event for event in merged.events if event["kind"] == "merge")["old"] == 3


def test_a_theme_of_unheard_texts_is_born_and_one_without_texts_is_dormant() -> None:
    then, now = [0] * 50 + [1] * 50 + [-1] * 50, [0] * 50 + [-1] * 50 + [1] * 50
    found = match(_EYE[[0, 4]], _WORDS[:1] + _WORDS[4:5], _EYE[:2], _WORDS[:2], overlap(then, now, 2, 2))
    assert kinds(found.events) == ["birth", "continue", "dormant"]
    assert found.old == [0, -1]


def test_a_dormant_theme_comes_back_under_its_id() -> None:
    found = match(_EYE[:2], _WORDS[:2], _EYE[:3], _WORDS[:3], None, [False, True, True])
    assert found.old == [0, 1]
    assert kinds(found.events) == ["continue", "return"]  # the third was dormant and stays so: no news


def test_the_best_pairing_overall_beats_the_nearest_first() -> None:
    old = np.array([[1, 0, 0], [0.96, 0.28, 0]], dtype=np.float32)
    new = np.array([[0.99, 0.14, 0], [0.85, -0.5, 0]], dtype=np.float32)
    new /= np.linalg.norm(new, axis=1, keepdims=True)
    assert match(new, [["a"], ["a"]], old, [["a"], ["a"]]).old == [1, 0]


@pytest.mark.parametrize(("k", "m"), [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_match(k: int, m: int) -> None:
    found = match(_EYE[:k], _WORDS[:k], _EYE[:m], _WORDS[:m])
    assert found.old == [-1] * k
    assert kinds(found.events) == ["birth"] * k + ["dormant"] * m


THEME = CatalogueTheme("t-1", "Card declined", [], "", kind="emerging")


def test_the_first_day_never_moves_to_a_later_one() -> None:
    first = with_history(THEME, None, (date(2026, 1, 5), date(2026, 1, 9)), date(2026, 1, 9), large=False)
    assert (first.born, first.last_seen, first.kind, first.status) == ("2026-01-05", "2026-01-09", "emerging", "active")
    later = with_history(THEME, first, (date(2026, 1, 8), date(2026, 1, 16)), date(2026, 1, 16), large=False)
    assert (later.born, later.last_seen, later.kind) == ("2026-01-05", "2026-01-16", "emerging")
    without = with_history(THEME, later, (None, None), date(2026, 1, 16), large=False)
    assert (without.born, without.last_seen) == ("2026-01-05", "2026-01-16")


def test_a_birth_that_lasts_or_grows_is_discovered() -> None:
    lasted = with_history(THEME, None, (date(2026, 1, 5), date(2026, 1, 19)), date(2026, 1, 19), large=False)
    grown = with_history(THEME, None, (date(2026, 1, 5), date(2026, 1, 6)), date(2026, 1, 6), large=True)
    assert (lasted.kind, grown.kind) == ("discovered", "discovered")


def test_eight_weeks_of_silence_make_a_theme_dormant() -> None:
    silent = with_history(THEME, None, (date(2026, 1, 5), date(2026, 1, 20)), date(2026, 3, 18), large=False)
    assert silent.status == "dormant"
    back = with_history(THEME, silent, (date(2026, 1, 5), date(2026, 3, 18)), date(2026, 3, 18), large=False)
    assert back.status == "active"


def test_days_of_themes() -> None:
    placed = placement([0, 0, 1, -1, 2])
    day = date(2026, 1, 5).toordinal()
    days = theme_days(placed, np.array([day, day + 3, 0, day, day]), np.array([day, day + 9, 0, day, day]), 3)
    assert days == [(date(2026, 1, 5), date(2026, 1, 14)), (None, None), (date(2026, 1, 5), date(2026, 1, 5))]


def test_what_moved_is_counted_in_mentions() -> None:
    told = moves(placement([0, 0, 1, -1]), placement([0, 1, -1, 1]), np.array([5, 2, 1, 9]), ["a", "b"], ["a", "b"])
    assert told["placed_before"] == 8
    assert told["kept"] == round(5 / 8, 4)
    assert told["changes"] == [{"from": "a", "to": "b", "n": 2}, {"from": "b", "to": None, "n": 1}]
    assert moves(placement([-1]), placement([0]), np.array([1]), [], ["a"])["kept"] is None


def test_the_sample_of_texts_is_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyst.themes.model._REMEMBERED", 3)
    heard = consistent(np.array([9, 2, 7, 4], dtype=np.uint64))
    assert heard.tolist() == [2, 4, 7]
    met, told = among_heard(np.array([2, 3, 9], dtype=np.uint64), heard)
    assert met.tolist() == [True, False, False]
    assert told.tolist() == [True, True, False]  # of what lies beyond the sample it cannot tell


def test_a_run_of_old_without_members_can_be_opened(tmp_path: Path) -> None:
    from analyst.themes.assign import train_head
    from analyst.themes.model import ThemeModel

    rows = np.repeat(_EYE[:2], 20, axis=0)
    head = train_head(rows, np.repeat([0, 1], 20), np.ones(40, np.float32), np.ones(40, np.int64), 0.85)
    made = ThemeModel(
        head, [THEME, THEME], np.zeros((0, 6), np.float32), "words-1", members=np.arange(3, dtype=np.uint64)
    )
    made.save(tmp_path)
    assert ThemeModel.load(tmp_path).members.tolist() == [0, 1, 2]
    with np.load(tmp_path / "model.npz") as kept:
        arrays = {name: kept[name] for name in kept if name not in ("heard", "members", "member_of")}
    np.savez(tmp_path / "model.npz", **arrays)
    assert len(ThemeModel.load(tmp_path).heard) == 0
