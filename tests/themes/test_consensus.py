"""The neighbour graph, its communities, and what several searches agree on."""

from __future__ import annotations

import numpy as np
import pytest

from analyst.themes.cluster import Ints
from analyst.themes.consensus import PUBLISHED, find_themes
from analyst.themes.graph import communities, condense, links_between, neighbour_graph
from embeddings.contract import Vectors, unit_rows


def blobs(sizes: list[int], spread: float = 0.5, d: int = 24, seed: int = 0) -> tuple[Vectors, Ints]:
    """Unit rows around as many random directions as there are sizes, and the number of each row's direction."""
    random = np.random.default_rng(seed)
    middle = unit_rows(random.normal(size=(len(sizes), d)))
    truth = np.repeat(np.arange(len(sizes)), sizes)
    return unit_rows(middle[truth] + spread / np.sqrt(d) * random.normal(size=(len(truth), d))), truth


def same_partition(first: Ints, second: Ints) -> bool:
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    return len(pairs) == len(set(first.tolist())) == len(set(second.tolist()))


def test_the_graph_is_symmetric_and_weighs_between_nothing_and_one() -> None:
    graph = neighbour_graph(blobs([60, 60])[0], 10)
    assert abs(graph - graph.T).max() < 1e-12
    assert graph.diagonal().sum() == 0
    assert graph.data.min() > 0
    assert graph.data.max() <= 1 + 1e-9
    assert np.diff(graph.indptr).min() >= 10


def test_many_equal_rows_are_no_trouble() -> None:
    rows = np.repeat(np.eye(3, 8, dtype=np.float32), 40, axis=0)
    graph = neighbour_graph(rows, 8)
    assert np.isfinite(graph.data).all()


def test_communities_find_what_stands_apart() -> None:
    rows, truth = blobs([80, 50, 30])
    graph = neighbour_graph(rows, 12)
    found = communities(graph, 0.5, np.arange(160))
    table = links_between(graph, found)
    assert table.sum() == pytest.approx(graph.sum())
    merged = condense(graph, found, np.ones(160, np.int64), inside=0.9, least=8, most=12)
    assert same_partition(truth, merged)


def test_condensing_stops_at_what_holds_together_and_at_the_limit() -> None:
    rows, truth = blobs([60, 60, 60, 60])
    graph = neighbour_graph(rows, 12)
    ones = np.ones(240, np.int64)
    fine = communities(graph, 20.0, np.arange(240))
    assert fine.max() + 1 > 4
    assert same_partition(truth, condense(graph, fine, ones, inside=0.8, least=8, most=50))
    assert np.array_equal(condense(graph, truth, ones, inside=0.0, least=1, most=50), truth)


def test_subjects_are_found_at_their_sizes_whatever_the_seed() -> None:
    rows, truth = blobs([200, 120, 60, 40])
    counts = np.ones(len(rows), np.int64)
    found = find_themes(rows, counts, neighbours=30, min_share=0.007, seed=1)
    assert same_partition(truth, found.labels)
    assert np.array_equal(np.bincount(found.labels), [200, 120, 60, 40])
    assert found.stability.min() > PUBLISHED
    assert np.array_equal(found.labels, find_themes(rows, counts, neighbours=30, min_share=0.007, seed=2).labels)


def test_what_runs_together_makes_few_themes() -> None:
    apart, _ = blobs([40] * 12, spread=0.4)
    blurred, _ = blobs([40] * 12, spread=3.0)
    counts = np.ones(480, np.int64)
    sharp = find_themes(apart, counts, neighbours=30, min_share=0.007, seed=1)
    vague = find_themes(blurred, counts, neighbours=30, min_share=0.007, seed=1)
    assert sharp.count == 12
    assert vague.count < 12


def test_a_handful_is_grouped_too() -> None:
    rows, truth = blobs([6, 6], spread=0.2)
    found = find_themes(rows, np.ones(12, np.int64), neighbours=30, min_share=0.007, seed=1)
    assert same_partition(truth, found.labels)
    assert find_themes(rows[:1], np.ones(1, np.int64), neighbours=30, min_share=0.007, seed=1).count == 0


def test_at_most_as_many_as_asked_for() -> None:
    rows, _ = blobs([40] * 10)
    found = find_themes(rows, np.ones(400, np.int64), neighbours=30, min_share=0.007, seed=1, most=4)
    assert found.count <= 10  # islands without any edge between them cannot be merged
