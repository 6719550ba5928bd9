"""A run whose opinions are all different: the sample company repeats itself, people do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.answers.search import Searcher, open_search
from analyst.answers.search.meaning import MeaningIndex
from analyst.answers.search.words import fold

if TYPE_CHECKING:
    from analyst.runs.view import View


def all_different(view: View) -> Searcher:
    """A searcher over as many opinions as `view` has, each its words with another's after them and a vector between
    the two, so that no two are alike; loaded."""
    found = open_search(view)[0]
    shelf, vectors = found.shelf, np.asarray(view.run.vectors(), dtype=np.float32)
    other = np.random.default_rng(7).permutation(shelf.n)
    texts = [
        f"{shelf.texts[a]} {shelf.texts[b]} {n}"
        for n, (a, b) in enumerate(zip(shelf.text, shelf.text[other], strict=True))
    ]
    mixed = vectors[np.maximum(shelf.row, 0)] + 0.3 * vectors[np.maximum(shelf.row[other], 0)]
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    numbers = np.arange(shelf.n)
    found.__dict__["shelf"] = replace(
        shelf, texts=texts, text=numbers, folded=[fold(text) for text in texts], said=numbers, row=numbers
    )
    found.__dict__["_meaning"] = MeaningIndex(mixed.astype(np.float16))
    found.search("anything")
    return found
