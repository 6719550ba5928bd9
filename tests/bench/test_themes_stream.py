"""The weekly stream deals as it says, its constructed merges are judged fairly, and its pages say what was measured."""

from __future__ import annotations

import numpy as np

from analyst.themes.cluster import canonical_order
from analyst.themes.corpus import Corpus
from bench.themes.peers import scored
from bench.themes.sets import Documents, Units
from bench.themes.speed import markdown as speed_page
from bench.themes.stream import FIRST_PLANTED, HISTORY, WEEKS, corpus_until, deal, markdown, parted
from embeddings.contract import unit_rows

LABELS = [f"label {n}" for n in range(14)]
ABOUT = {"machine": {"processor": "P", "cores": 2, "python": "3.11"}, "date": "2026-01-01"}


def documents(each: int = 90) -> Documents:
    gold = [frozenset({LABELS[n % len(LABELS)]}) for n in range(each * len(LABELS))]
    texts = [f"{min(one)} said in its own words {n}" for n, one in enumerate(gold)]
    return Documents("made up", texts, ["en"] * len(texts), gold, False)


def units(made: Documents) -> Units:
    """One unit a document, around its label's direction."""
    random = np.random.default_rng(0)
    order = canonical_order(made.texts)
    label = np.array([LABELS.index(min(made.gold[place])) for place in order])
    vectors = unit_rows(np.eye(len(LABELS), 24)[label] + 0.1 * random.normal(size=(len(order), 24)))
    n = len(order)
    corpus = Corpus(
        [made.texts[place] for place in order], ["en"] * n, vectors, np.ones(n, np.int64),
        np.ones(n, bool), np.zeros(n, bool), np.zeros((0, 24), np.float32), {},
    )  # fmt: skip
    row = np.empty(n, dtype=np.int64)
    row[order] = np.arange(n)
    return Units(np.arange(n), row, [None] * n, made.texts, corpus)


def test_every_document_is_dealt_once_and_evenly() -> None:
    week = deal(documents(), None, seed=1)
    assert sorted(set(week.tolist())) == list(range(HISTORY + WEEKS))
    sizes = np.bincount(week)
    assert sizes.max() - sizes.min() <= 1
    assert not np.array_equal(week, deal(documents(), None, seed=2))


def test_a_label_held_back_is_one_per_cent_from_the_fourth_week_on() -> None:
    made = documents(200)
    week = deal(made, "label 3", seed=0)
    held = np.array(["label 3" in one for one in made.gold])
    first = HISTORY + FIRST_PLANTED - 1
    assert not (held & (week >= 0) & (week < first)).any()
    for at in range(first, HISTORY + WEEKS):
        share = (held & (week == at)).sum() / (~held & (week == at)).sum()
        assert 0.007 <= share <= 0.013


def test_a_week_holds_all_that_was_said_so_far_with_its_days() -> None:
    made = documents(20)
    week = deal(made, None, seed=0)
    part, rows = corpus_until(units(made), week, 3)
    assert part.counts.sum() == (week <= 3).sum()
    assert len(part.texts) == len(rows) == len(part.vectors)
    assert part.first_day is not None
    assert part.last_day is not None
    assert (part.last_day >= part.first_day).all()
    assert part.last_day.max() - part.first_day.min() == 21


def test_constructed_merges_and_splits_are_told() -> None:
    told = parted(units(documents()), documents(), seed=0, trials=3)
    assert told == {"trials": 3, "merges_told": 1.0, "splits_told": 1.0}


def test_a_peer_is_scored_with_its_outliers() -> None:
    made = documents(50)
    right = np.array([LABELS.index(min(one)) for one in made.gold])
    assert scored(made, right)["ami"] == 1.0
    some = np.where(np.arange(len(right)) % 4 == 0, -1, right)
    found = scored(made, some)
    assert found["k"] == len(LABELS)
    assert found["unassigned"] == 0.25
    assert found["ami"] < 0.95


def test_the_pages_show_what_the_rows_hold() -> None:
    rows = [
        {"set": "s", "part": "still", "seed": 0, "code": "abc", "documents": 1200, "themes": 20, "ids_kept": 0.97,
         "ids_kept_first_to_last": 0.9, "texts_kept": 0.99, "texts_kept_at_refits": [0.91],
         "false_births_a_week": 0.004},
        {"set": "s", "part": "planted", "seed": 0, "code": "abc", "label": "Food", "planted": 50,
         "weeks_until_birth": None, "other_births": 1},
        {"set": "s", "part": "parted", "seed": 0, "code": "abc", "trials": 20, "merges_told": 1.0, "splits_told": 0.95},
    ]  # fmt: skip
    page = markdown({**ABOUT, "rows": rows})
    assert "| s | 0 | 1,200 | 20 | 0.970 | 0.900 | 0.990 | 0.910 | 0.004 |" in page
    assert "s planted abc, s still abc" in page
    assert "| s | Food | 50 | not found | – | – | – | 1 |" in page
    assert "| s | 0 | 20 | 1.00 | 0.95 |" in page
    mine = {"what": "ours", "verbatims": 10_000, "unique_texts": 9, "seconds": 50.0, "cpu_seconds": 40.0,
            "peak_mib": 900, "stages": {"themes": 30.0}}  # fmt: skip
    theirs = {"what": "BERTopic default", "verbatims": 10_000, "seconds": 70.0, "cpu_seconds": 60.0, "peak_mib": 1000}
    assert "| BERTopic default | 10,000 | – | 70 | 60 | 1,000 | 1.50 |" in speed_page(
        {**ABOUT, "load": 1.0, "rows": [mine, theirs]}
    )
