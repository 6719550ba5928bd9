"""The sentiment of an opinion: word rules where there is a list, and a head trained on the run's own scores.

The head learns from responses that hold one opinion only, where the score can mean nothing else, how the
vector of a text goes with a good or a bad score. It adds to the word rules what they cannot see ("you used
to pick up within a minute"), and it is all there is in languages without a list. It never meets a theme, and never
the score of the text it judges alone: it is one linear map for everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analyst.themes.polarity import WORDED, polarity

Sentiment = Literal["positive", "negative", "neutral", "unknown"]
_POSITIVE, _NEGATIVE = 0.2, -0.05  # complaints are often worded mildly, so the negative side begins nearer to zero
_MIN_EACH = 40  # scored single-opinion responses of each side before a head is trusted
_SURE = 0.65
# Words and head together: log odds plus _WORDS times the words' polarity, and how far from zero is far enough.
# Chosen by cross-validation on the training parts of SemEval-2014 restaurants and MAMS (bench/themes/opinions.py).
_WORDS = 4.0
_CLEAR = 0.6
_CLEAR_WITHOUT_WORDS = 1.2  # where no word tells, the head must be surer: it was never shown a neutral text
_SILENT = 0.05  # a polarity nearer to zero than this tells nothing
_MIN_HELD = 20  # held-out rows of a language, each side counted, before the head is believed to know it


@dataclass(frozen=True)
class SentimentHead:
    """A linear map from a unit vector to the log odds of being positive."""

    weights: NDArray[np.float32]  # (d,)
    bias: float
    accuracy: float  # balanced, on a held-out fifth
    languages: frozenset[str] = frozenset({"en"})  # those in which it was seen to beat guessing

    def probability(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probability of being positive, (n,), for unit rows (n, d)."""
        logits = vectors.astype(np.float64) @ self.weights.astype(np.float64) + self.bias
        result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30)))
        return result


def train_head(
    vectors: NDArray[np.float32], y: NDArray[np.float64], languages: Sequence[str] | None = None
) -> SentimentHead | None:
    """A head from vectors (n, d) of single-opinion responses and their y (+100 promoter, -100 or 0 detractor).

    None where either side has fewer than 40 rows, or where the head does not beat guessing on a held-out fifth
    (balanced accuracy under 0.65). With the rows' `languages` it is believed in those alone where it passes the
    same test on at least 20 held-out rows. Rows are taken as given; sort them first for the same head every time.
    """
    from sklearn.linear_model import LogisticRegression

    positive = y > 50
    negative = y < 0 if bool((y < 0).any()) else y <= 0
    rows = np.flatnonzero(positive | negative)
    if positive.sum() < _MIN_EACH or negative.sum() < _MIN_EACH:
        return None
    held = np.arange(len(rows)) % 5 == 0
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=300)
    model.fit(vectors[rows[~held]], positive[rows[~held]])
    guessed = model.predict(vectors[rows[held]])
    truth = positive[rows[held]]
    accuracy = _balanced(truth, guessed)
    if accuracy is None or accuracy < _SURE:
        return None
    known = frozenset({"en"})
    if languages is not None:
        spoken = np.array(languages, dtype=object)[rows[held]]
        known = frozenset(one for one in sorted(set(languages)) if _knows(truth, guessed, spoken == one))
    model.fit(vectors[rows], positive[rows])
    return SentimentHead(model.coef_[0].astype(np.float32), float(model.intercept_[0]), accuracy, known)


def _balanced(truth: NDArray[np.bool_], guessed: NDArray[np.bool_]) -> float | None:
    """Mean of the two sides' recall; None where one side is empty."""
    if truth.all() or not truth.any():
        return None
    return float((guessed[truth].mean() + (~guessed[~truth]).mean()) / 2)


def _knows(truth: NDArray[np.bool_], guessed: NDArray[np.bool_], here: NDArray[np.bool_]) -> bool:
    accuracy = _balanced(truth[here], guessed[here]) if here.sum() >= _MIN_HELD else None
    return accuracy is not None and accuracy >= _SURE


def by_words(text: str, language: str = "en") -> Sentiment:
    """The sentiment of a text by its words alone; unknown in a language without a word list."""
    if language not in WORDED:
        return "unknown"
    value = polarity(text, language)
    if value >= _POSITIVE:
        return "positive"
    return "negative" if value <= _NEGATIVE else "neutral"


def by_words_and_head(
    texts: list[str],
    head: SentimentHead | None,
    vectors: NDArray[np.float32],
    languages: Sequence[str] | None = None,
) -> list[Sentiment]:
    """The sentiment of texts by words and by their vectors (n, d): log odds plus the words' polarity.

    `languages` (English where not given) are of those with a word list. Without a head, and in languages that it was
    not seen to know, by words alone.
    """
    spoken = ["en"] * len(texts) if languages is None else list(languages)
    alone = [by_words(text, language) for text, language in zip(texts, spoken, strict=True)]
    if head is None:
        return alone
    chances = np.clip(head.probability(vectors), 1e-6, 1 - 1e-6)
    words = np.array([polarity(text, language) for text, language in zip(texts, spoken, strict=True)])
    odds = np.log(chances / (1 - chances)) + _WORDS * words
    clear = np.where(np.abs(words) < _SILENT, _CLEAR_WITHOUT_WORDS, _CLEAR)
    both: list[Sentiment] = [
        "positive" if value >= bound else "negative" if value <= -bound else "neutral"
        for value, bound in zip(odds.tolist(), clear.tolist(), strict=True)
    ]
    return [b if language in head.languages else a for a, b, language in zip(alone, both, spoken, strict=True)]


def by_head(
    head: SentimentHead | None, vectors: NDArray[np.float32], languages: Sequence[str] | None = None
) -> list[Sentiment]:
    """The sentiment of texts in languages without a word list, from their vectors (n, d).

    Unknown without a head and, where the texts' `languages` are given, in those that the head was not seen to know.
    """
    if head is None:
        return ["unknown"] * len(vectors)
    told: list[Sentiment] = [
        "positive" if p >= _SURE else "negative" if p <= 1 - _SURE else "neutral" for p in head.probability(vectors)
    ]
    if languages is None:
        return told
    return [one if spoken in head.languages else "unknown" for one, spoken in zip(told, languages, strict=True)]
