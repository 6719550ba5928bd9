"""Opinions found by words and by meaning together, and themes near a text. Only redacted text is ever seen."""

from analyst.answers.search.hits import Hit
from analyst.answers.search.meanings import ThemeMeanings
from analyst.answers.search.opening import open_search, quick_encoder
from analyst.answers.search.searcher import Encode, Searcher

__all__ = ["Encode", "Hit", "Searcher", "ThemeMeanings", "open_search", "quick_encoder"]
