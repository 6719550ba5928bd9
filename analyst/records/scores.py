"""What a score column measures and on which scale, and what a score is worth.

`y` is +100, 0 or -100 for NPS (9-10 promoters, 0-6 detractors, Reichheld 2003); 100 or 0 for CSAT by its top box
and for CES by its easy side.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analyst.core.errors import UndertoneError
from analyst.records.cells import number
from analyst.records.mapping import FileMapping
from analyst.records.synonyms import plain
from analyst.records.types import Kind

_STRAY = 0.01  # share of scores outside a scale that are taken for mistakes rather than for another scale
_ENOUGH = 200  # that many answers without a single 0 are hardly on 0-10
_MOST_WORDS = 10


@dataclass(frozen=True)
class Scale:
    """Lowest and highest possible score, and whether higher is better."""

    low: float
    high: float
    higher_is_better: bool = True


@dataclass(frozen=True)
class ScaleGuess:
    """Kind and scale of a score column with what a person should know of the guess."""

    kind: Kind | None
    scale: Scale | None
    notes: tuple[str, ...] = ()


def outcome(kind: str, score: float, scale: Scale) -> float:
    """The value `y` of a score, see the module's first lines.

    CSAT: the two best points of a scale with at least five, the best one of a shorter scale (4-5 of 5, 6-7 of 7,
    9-10 of 10), the best fifth of a scale with more than eleven points. CES: above the middle of the scale (5-7 of 7,
    the "agree" side of CES 2.0). A reversed scale is turned first.
    """
    best = scale.high if scale.higher_is_better else scale.low
    distance = abs(best - score)  # points below the best answer
    if kind == "nps":
        width = scale.high - scale.low
        from_top = distance * 10 / width if width != 10 else distance
        return 100.0 if from_top <= 1 else 0.0 if from_top < 4 else -100.0
    span = scale.high - scale.low
    if kind == "ces":
        return 100.0 if distance < span / 2 else 0.0
    points = span + 1
    if points > 11:
        return 100.0 if distance <= span / 5 else 0.0
    return 100.0 if distance <= (1 if points >= 5 else 0) else 0.0


def parse_scale(text: str | None) -> tuple[float, float] | None:
    """`0-10`, `1 to 5`, `1..7` or a bare `5` (one to five) as lowest and highest score, else None."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(-?\d+)\s*(?:-|–|to|bis|\.\.|:|a)\s*(\d+)\s*", text)
    if match:
        low, high = float(match[1]), float(match[2])
        return (low, high) if low < high else None
    if re.fullmatch(r"\d{1,3}", text.strip()):
        high = float(text)
        return (0.0, 10.0) if high in (10, 11) else (1.0, high) if high > 1 else None
    return None


def kind_of(word: str | None) -> Kind | None:
    """nps, csat or ces as people write them (`NPS`, `eNPS`, `customer effort score`, `stars`), else None."""
    text = plain(word or "")
    if re.search(r"\be?nps\b|net promoter|recommend|relationship|weiterempfehl|tavsiye|recomend", text):
        return "nps"
    if re.search(r"\bces2?\b|effort|how easy|aufwand|\beasy\b|esfuerzo", text):
        return "ces"
    if re.search(r"\bcsat\b|satisf|zufrieden|memnun|\bstars?\b|rating|smiley|thumbs", text):
        return "csat"
    return None


def guess_scale(
    columns: dict[str, str],
    scores: Counter[str],
    mapping: FileMapping,
    words: dict[str, float],
    kinds: Iterable[str] = (),
) -> ScaleGuess:
    """What the score column measures. A `kind` and a `scale` column (the house template) decide row by row.

    `kinds` are the values of the kind column.

    Raises UndertoneError when the scores are words without a number, or an effort score has no direction.
    """
    header = columns["score"]
    _refuse_words(header, scores, words)
    by_row = "kind" in columns and mapping.kind is None
    house = by_row and "scale" in columns and columns["kind"] == "kind" and columns["scale"] == "scale"
    if house:
        note = () if mapping.higher_is_better is not None else ("House template: a high effort score means easy.",)
        return ScaleGuess(None, None, note)
    said = mapping.kind or kind_of(header) or kind_of(mapping.survey) or kind_of(mapping.question)
    low_high = mapping.scale
    notes: list[str] = []
    values = Counter[float]()
    for text, times in scores.items():
        value = words.get(text.casefold(), number(text))
        if value is not None:
            values[value] += times
    by_scale = low_high is None and "scale" in columns
    if low_high is None and not by_scale:
        low_high, sure = _scale_of(values, said)
        if low_high is None:
            raise UndertoneError(
                f"The scores in '{header}' reach from {min(values):g} to {max(values):g}: the scale cannot be told.",
                "Say it in a mapping file: scale = [0, 100].",
            )
        if not sure:
            notes.append(
                f"The scale of '{header}' is taken to be {low_high[0]:g} to {low_high[1]:g}; "
                f"if that is wrong, say scale = [0, 10] in a mapping file."
            )
    kind = said
    if by_scale and said is None and not by_row:
        notes.append("Scores on 0-10 are taken for NPS, others for CSAT; if that is wrong, say kind in a mapping file.")
    if kind is None and not by_row and low_high is not None:
        kind = "nps" if low_high == (0, 10) else "csat"
        notes.append(
            f"'{header}' is taken for {kind.upper()} ({low_high[0]:g} to {low_high[1]:g}); "
            'if it is not, say kind = "csat" (or "nps", "ces") in a mapping file.'
        )
    effort = kind == "ces" or (by_row and any(kind_of(word) == "ces" for word in kinds))
    if effort and mapping.higher_is_better is None:
        raise UndertoneError(
            f"'{header}' is an effort score, and its direction is not known.",
            "Say it in a mapping file: higher_is_better = true (a high score means easy) or false.",
        )
    scale = Scale(low_high[0], low_high[1], mapping.higher_is_better is not False) if low_high else None
    return ScaleGuess(None if by_row else kind, scale, tuple(notes))


def _refuse_words(header: str, scores: Counter[str], words: dict[str, float]) -> None:
    total = sum(scores.values())
    plain_words = {t: n for t, n in scores.items() if number(t) is None and t.casefold() not in words}
    if not total or sum(plain_words.values()) <= total / 2:
        return
    shown = sorted(plain_words, key=lambda t: -plain_words[t])[:_MOST_WORDS]
    lines = "\n".join(f'  "{word}" = ' for word in shown)
    more = f" and {len(plain_words) - len(shown)} more" if len(plain_words) > len(shown) else ""
    raise UndertoneError(
        f"The scores in '{header}' are words ({', '.join(shown)}{more}).",
        f"Give each word a number in a mapping file:\n\n  scale = [1, 5]\n  [values.score]\n{lines}\n",
    )


def _scale_of(values: Counter[float], said: Kind | None) -> tuple[tuple[float, float] | None, bool]:
    """The smallest usual scale that holds the scores (all but a stray few), and whether there is no other candidate."""
    total = sum(values.values())
    if not total:
        return (0.0, 10.0), False
    if said == "nps":
        return (0.0, 10.0), True

    def inside(low: float, high: float) -> float:
        return sum(times for value, times in values.items() if low <= value <= high) / total

    for high in (5.0, 7.0):
        if inside(1, high) >= 1 - _STRAY:
            return (1.0, high), said is not None or total >= _ENOUGH
    if inside(1, 10) >= 1 - _STRAY and (total >= _ENOUGH or said is not None):
        return (1.0, 10.0), False
    if inside(0, 10) >= 0.5:
        return (0.0, 10.0), inside(0, 10) == 1 and total >= _ENOUGH
    if inside(0, 100) >= 1 - _STRAY:
        return (0.0, 100.0), False
    return None, False
