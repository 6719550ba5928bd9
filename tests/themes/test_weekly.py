"""Births, grown heads and refits that remember, on clouds of vectors whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from analyst.themes.assign import Head, assign, train_head
from analyst.themes.cluster import Clusters, Floats, Ints
from analyst.themes.weekly import Birth, find_births, grow_head, remember
from embeddings.contract import unit_rows

_WIDTH = 32


def cloud(subject: int, count: int, seed: int = 0, spread: float = 0.14) -> Floats:
    """`count` unit rows around one of 32 directions."""
    rows = spread * np.random.default_rng([seed, subject]).normal(size=(count, _WIDTH))
    return unit_rows(rows + np.eye(_WIDTH)[subject])


def taught(groups: list[Floats]) -> Head:
    """A head that knows each of `groups` as a theme."""
    rows = np.vstack(groups)
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return train_head(rows, labels, np.ones(len(rows), np.float32), np.ones(len(rows), np.int64), 0.85)


def births_of(heard: list[Floats], unheard: list[Floats]) -> list[Birth]:
    old, new = np.vstack(heard), np.vstack(unheard)
    return find_births(np.vstack([old, new]), np.arange(len(old) + len(new)) >= len(old))


def test_a_subject_that_nobody_spoke_of_is_born() -> None:
    heard = [cloud(subject, 150) for subject in range(4)]
    births = births_of(heard, [*(cloud(subject, 60, seed=1) for subject in range(4)), cloud(9, 30)])
    assert len(births) == 1
    assert len(births[0].rows) >= 20
    assert (births[0].rows >= 600 + 240).all()  # of the new subject's rows only
    assert births[0].heard == 0
    assert births[0].p < 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_more_of_the_same_bears_nothing(seed: int) -> None:
    heard = [cloud(subject, 150, seed) for subject in range(6)]
    assert births_of(heard, [cloud(subject, 90, seed + 100) for subject in range(6)]) == []


def test_twice_as_much_of_one_subject_is_no_birth() -> None:
    heard = [cloud(subject, 150) for subject in range(4)]
    assert births_of(heard, [cloud(0, 150, seed=1), *(cloud(s, 40, seed=1) for s in (1, 2, 3))]) == []


def test_one_text_said_often_is_one_voice() -> None:
    heard = [cloud(subject, 150) for subject in range(4)]
    copies = unit_rows(np.repeat(cloud(9, 1), 40, axis=0) + 1e-3 * np.random.default_rng(0).normal(size=(40, _WIDTH)))
    assert births_of(heard, [*(cloud(subject, 60, seed=1) for subject in range(4)), copies]) == []


@pytest.mark.parametrize(("heard", "unheard"), [(0, 40), (40, 0), (3, 3), (200, 5)])
def test_too_little_to_tell(heard: int, unheard: int) -> None:
    rows = cloud(0, heard + unheard)
    assert find_births(rows, np.arange(len(rows)) >= heard) == []


def test_a_grown_head_takes_the_new_and_leaves_the_old_in_place() -> None:
    groups = [cloud(subject, 120) for subject in range(4)]
    head = taught(groups)
    rows = np.vstack([*groups, cloud(9, 30)])
    new = np.arange(480, 510)
    centre = unit_rows(rows[new].mean(axis=0, keepdims=True))[0]
    grown = grow_head(head, rows, Birth(new, centre, 30, 0, 1e-9))
    assert grown.count == 5
    assert np.array_equal(grown.weights[:4], head.weights)
    before, after = assign(head, rows[:480]), assign(grown, rows[:480])
    assert np.mean(before.theme == after.theme) >= 0.99
    assert np.mean(assign(grown, cloud(9, 200, seed=5)).theme == 4) >= 0.9
    assert np.mean(assign(grown, cloud(17, 200, seed=5)).theme == 4) <= 0.05


def refit(labels: Ints, rows: Floats, head: Head) -> Clusters:
    count = int(labels.max()) + 1
    found = Clusters(labels, np.where(labels >= 0, 1, 0).astype(np.float32), np.full(count, 0.9, np.float32))
    return remember(rows, np.ones(len(rows), np.int64), found, assign(head, rows), head.centroids)


def test_a_refit_that_numbers_themes_anew_changes_nothing() -> None:
    groups = [cloud(subject, 100) for subject in range(4)]
    head, rows = taught(groups), np.vstack(groups)
    truth = np.repeat(np.arange(4), 100)
    again = refit(np.array([2, 0, 3, 1])[truth], rows, head)
    assert again.count == 4
    placed = again.labels >= 0
    assert np.mean(again.labels[placed] == truth[placed]) >= 0.99


def test_a_theme_cut_in_two_by_chance_stays_one_and_apart_ones_part() -> None:
    groups = [cloud(subject, 100) for subject in range(4)]
    truth = np.repeat(np.arange(4), 100)
    chance = truth.copy()
    chance[:50] = 4  # half of the first cloud, at random
    assert refit(chance, np.vstack(groups), taught(groups)).count == 4
    joined = taught([np.vstack(groups[:2]), *groups[2:]])
    again = refit(truth, np.vstack(groups), joined)
    assert again.count == 4
    assert len(set(again.labels[:100])) == 1
    assert set(again.labels[:100]).isdisjoint(again.labels[100:200])


def test_a_theme_that_no_cluster_continues_is_kept_unless_another_lies_on_it() -> None:
    groups = [cloud(subject, 100) for subject in range(4)]
    truth = np.repeat(np.arange(4), 100)
    lost = np.where(truth == 3, -1, truth)
    assert refit(lost, np.vstack(groups), taught(groups)).count == 4
    near = [*groups[:3], unit_rows(groups[2] + 0.2 * cloud(20, 100, spread=0.0))]
    rows = np.vstack(near)
    assert refit(np.where(truth == 3, 2, truth), rows, taught(near)).count == 3


def test_a_cluster_of_what_had_no_theme_is_new() -> None:
    groups = [cloud(subject, 100) for subject in range(3)]
    rows = np.vstack([*groups, cloud(11, 60)])
    again = refit(np.repeat(np.arange(4), [100, 100, 100, 60]), rows, taught(groups))
    assert again.count == 4
    assert np.mean(again.labels[300:] == 3) >= 0.9
