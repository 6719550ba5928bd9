"""Measures of movements, grounding and questions, each worked by hand."""

import math

import pytest

from eval.measures.grounding import (
    Checked,
    citation_validity,
    fallback_rate,
    number_validity,
    quote_validity,
    unsupported_rate,
)
from eval.measures.movement import (
    covered,
    false_alarm,
    segment_overlap,
    smallest_visible,
    true_class,
    verdict_right,
)
from eval.measures.themes import b_cubed, label_coverage, stability


def test_b_cubed_by_hand() -> None:
    # Items a a b in themes 1 2 2. Precision: 1, 1/2, 1/2; recall: 1/2, 1/2, 1.
    found = b_cubed(["a", "a", "b"], [1, 2, 2])
    assert [found.precision, found.recall, found.f1] == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    assert b_cubed(["a", "b"], [1, 2]).f1 == 1
    assert math.isnan(b_cubed([], []).f1)


def test_one_theme_for_all_has_full_recall_only() -> None:
    found = b_cubed(["a", "a", "b", "b"], [1, 1, 1, 1])
    assert (found.precision, found.recall) == (0.5, 1)


def test_stability_is_blind_to_names() -> None:
    assert stability(["x", "x", "y"], ["p", "p", "q"]) == pytest.approx(1)


def test_labels_name_themes_by_their_words() -> None:
    wanted = {"delivery_time": "Orders arriving late", "login": "Signing in", "prices": "What goods cost"}
    assert label_coverage(wanted, ["Driver arrived", "Sign the form"]) == pytest.approx(2 / 3)
    assert label_coverage(wanted, ["The and for"]) == 0
    assert math.isnan(label_coverage({}, ["Late"]))


def test_a_word_of_many_themes_names_none() -> None:
    wanted = {"one": "parcels", "two": "parcels", "three": "parcels"}
    assert label_coverage(wanted, ["Parcels"]) == 0


def test_what_can_be_seen_by_hand() -> None:
    assert smallest_visible(400, 100, 900, 225) == pytest.approx(2.8 * math.sqrt(4 + 4))
    assert smallest_visible(400, 0, 900, 225) == math.inf


def test_the_truth_demands_a_verdict_only_where_it_is_clear() -> None:
    assert true_class(-12, 10) == "moved"
    assert true_class(5, 10) == "between"
    assert true_class(-2, 10) == "still"
    assert verdict_right("moved", "moved") == 1
    assert verdict_right("moved", "noise") == 0
    assert verdict_right("still", "noise") == verdict_right("still", "too_little_data") == 1
    assert verdict_right("still", "masked") == 0
    assert verdict_right("between", "moved") is None


def test_alarms_are_false_only_where_nothing_moved() -> None:
    assert false_alarm("still", "moved", 0) == false_alarm("still", "noise", 1) == 1
    assert false_alarm("still", "noise", 0) == 0
    assert false_alarm("moved", "moved", 1) is None


def test_segment_f1_pools_over_rows() -> None:
    rows = [segment_overlap(["a", "b"], ["a"]), segment_overlap([], ["c"]), segment_overlap([], [])]
    assert rows[0].f1 == pytest.approx(2 / 3)
    assert rows[2].f1 is None
    pooled = sum((row.f1 or 0) * row.weight for row in rows) / sum(row.weight for row in rows)
    assert pooled == pytest.approx(2 * 1 / (2 + 1 + 0 + 1))  # 1 hit, 2 found, 2 true


def test_covered_by_hand() -> None:
    assert covered(1.0, 0.5, 1.0) == 1
    assert covered(1.1, 0.5, 1.0) == 0
    assert covered(1.0, None, 2.0) is None


def test_rates_of_checked_sentences() -> None:
    checked = Checked(sentences=4, unsupported=1, citations=5, valid_citations=4, numbers=2, valid_numbers=2)
    assert unsupported_rate(checked) == (0.25, 4)
    assert citation_validity(checked) == (0.8, 5)
    assert number_validity(checked) == (1, 2)
    rate, weight = quote_validity(checked)
    assert math.isnan(rate) and weight == 0
    assert fallback_rate(Checked(fell_back=True)) == (1, 1)
