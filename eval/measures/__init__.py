"""Measures of quality, each a plain function of plain values, one file a subject."""

from eval.measures.ranking import ndcg, rank_biased_overlap
from eval.measures.themes import (
    adjusted_mutual_information,
    adjusted_rand_index,
    b_cubed,
    coverage,
    label_coverage,
    majority_names,
    mapped_f1,
    stability,
)

__all__ = [
    "adjusted_mutual_information",
    "adjusted_rand_index",
    "b_cubed",
    "coverage",
    "label_coverage",
    "majority_names",
    "mapped_f1",
    "ndcg",
    "rank_biased_overlap",
    "stability",
]
