"""Keywords and labels: what each theme is called, in words that its own members use.

A label is a real phrase of the members ("card was declined", "waiting for support"), chosen for three things
at once: it belongs to this theme and not to its neighbours, it says what the theme's middle says, and many
members speak of it. Themes take turns, so that no two get the same name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyst.themes.areas import group_themes
from analyst.themes.cluster import Floats, Ints, centroids
from analyst.themes.keywords import Phrases, association, collect_phrases, stem
from analyst.themes.lexicon import word_lists
from analyst.themes.polarity import polarity
from analyst.themes.words import STOP_WORDS, tokens

Embed = Callable[[list[str]], Floats]
Keep = Callable[[list[list[str]]], dict[int, str]]
_MID_SENTENCE = re.compile(r"(?<=[a-zäöüß,] )[^\W\d_]+")

_CANDIDATES = 40  # phrases a theme offers for its label
_KEYWORDS = 8
_LEAST_HOLDERS = 2
_MOST_TEXTS = 30_000


@dataclass(frozen=True)
class Naming:
    """The name of one theme, and its keywords, best first."""

    label: str
    keywords: list[str]


@dataclass(frozen=True)
class _Theme:
    """What a theme brings to the choice of its label: phrases offered, their closeness, and its own words."""

    offered: list[int]
    near: NDArray[np.float64]  # (len(offered),)
    npmi: NDArray[np.float64]  # (m,)
    counts: NDArray[np.float64]  # (m,)
    size: int
    words: dict[str, tuple[float, float]]  # stem -> (npmi, share of members)
    mood: float


def name_themes(
    texts: list[str],
    languages: list[str],
    vectors: Floats,
    groups: Ints,
    embed: Embed,
    *,
    spelling: dict[str, str] | None = None,
    keep: Keep | None = None,
) -> list[Naming]:
    """Names of the groups 0..k-1 in `groups` (n,), where `texts` (n) have unit rows `vectors` (n, d).

    `embed` turns phrases into unit rows of the same space. `spelling` maps words in lower case to the way
    people write them (iOS, Zoom). `keep` is asked, once the keywords are known, which labels stay as they are.
    """
    count = int(groups.max(initial=-1)) + 1
    if count == 0:
        return []
    rows = _rows_to_read(groups)
    read, spoken = [texts[i] for i in rows], [languages[i] for i in rows]
    phrases = collect_phrases(read, spoken, _LEAST_HOLDERS if len(rows) > 40 else 1)
    npmi, counts = association(phrases, groups[rows])
    sizes = np.bincount(groups[rows][groups[rows] >= 0], minlength=count)
    offered = [_offers(npmi[g], counts[g], sizes[g], phrases) for g in range(count)]
    near = _closeness(offered, phrases, centroids(vectors, groups), embed)
    strengths = _word_strengths(phrases, npmi, counts, sizes)
    moods = _moods(read, spoken, groups[rows], count)
    keywords = [_keywords(offered[g], near[g], npmi[g], counts[g], phrases) for g in range(count)]
    kept = keep(keywords) if keep else {}
    chosen = dict(kept)
    area = group_themes(centroids(vectors, groups), sizes)
    used: dict[int, dict[str, float]] = {int(a): {} for a in np.unique(area)}
    for g, label in chosen.items():
        _use(used, int(area[g]), label)
    for g in range(count):
        if g not in chosen:
            theme = _Theme(offered[g], near[g], npmi[g], counts[g], int(sizes[g]), strengths[g], float(moods[g]))
            found = _choose(theme, used[int(area[g])], set(chosen.values()), phrases)
            chosen[g] = found or _fallback(texts, vectors, groups, g)
            _use(used, int(area[g]), chosen[g])
    as_written = spelling or {}
    return [
        Naming(
            chosen[g] if g in kept else _sentence_case(chosen[g], as_written), [_spelled(k, as_written) for k in words]
        )
        for g, words in enumerate(keywords)
    ]


def _rows_to_read(groups: Ints) -> list[int]:
    """All rows, or for a very large run the first ones: rows come in hash order, so that is a fair sample."""
    return list(range(min(len(groups), _MOST_TEXTS)))


def _offers(npmi: NDArray[np.float64], counts: NDArray[np.float64], size: int, phrases: Phrases) -> list[int]:
    """The phrases of one theme worth a closer look: held by enough members, and more at home here than elsewhere."""
    least = max(2.0, 0.006 * size) if size > 12 else 1.0
    able = np.flatnonzero((counts >= least) & (npmi > 0.02))
    weight = npmi[able] * np.log1p(counts[able])
    best = able[np.lexsort((able, -weight))][: _CANDIDATES * 2]
    # Long phrases are rarer than the words in them and would lose every count: they get seats of their own.
    longer = [int(j) for j in best if len(phrases.keys[j]) > 1][:_CANDIDATES]
    single = [int(j) for j in best if len(phrases.keys[j]) == 1][: _CANDIDATES // 2]
    return sorted({*longer, *single})


def _closeness(offered: list[list[int]], phrases: Phrases, middle: Floats, embed: Embed) -> list[NDArray[np.float64]]:
    """Cosine of every offered phrase to its theme's centroid."""
    wanted = sorted({j for one in offered for j in one})
    made = embed([phrases.surface[j] for j in wanted]) if wanted else np.zeros((0, middle.shape[1]), np.float32)
    place = {j: row for row, j in enumerate(wanted)}
    return [
        (made[[place[j] for j in one]] @ middle[g]).astype(np.float64) if one else np.zeros(0)
        for g, one in enumerate(offered)
    ]


def _score(npmi: NDArray[np.float64], near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Geometric mean of how much a phrase belongs here and how close it lies (the Topeax paper, arXiv 2601.21465)."""
    result: NDArray[np.float64] = np.sqrt(np.clip((1 + npmi) / 2, 0, 1) * np.clip((1 + near) / 2, 0, 1))
    return result


def _keywords(
    offered: list[int],
    near: NDArray[np.float64],
    npmi: NDArray[np.float64],
    counts: NDArray[np.float64],
    phrases: Phrases,
) -> list[str]:
    """The best phrases of one theme; a phrase that only repeats words of a better one is left out."""
    if not offered:
        return []
    score = _score(npmi[offered], near) * (1 + 0.08 * np.log1p(counts[offered]))
    found: list[str] = []
    seen: set[str] = set()
    for place in np.lexsort((np.array(offered), -score)):
        key = phrases.content[offered[place]]
        if len(phrases.keys[offered[place]]) > 3 or not set(key) - seen:
            continue
        seen |= set(key)
        found.append(phrases.surface[offered[place]])
        if len(found) == _KEYWORDS:
            break
    return found


def _word_strengths(
    phrases: Phrases, npmi: NDArray[np.float64], counts: NDArray[np.float64], sizes: Ints
) -> list[dict[str, tuple[float, float]]]:
    """For each theme: stem -> (npmi, share of members that hold it), from the phrases of one word."""
    single = [(j, key[0]) for j, key in enumerate(phrases.keys) if len(key) == 1]
    return [
        {
            word: (float(npmi[g, j]), float(counts[g, j]) / max(int(sizes[g]), 1))
            for j, word in single
            if counts[g, j] > 0
        }
        for g in range(len(sizes))
    ]


def _moods(texts: list[str], languages: list[str], groups: Ints, count: int) -> NDArray[np.float64]:
    """The mean polarity of each group's English texts, (k,), -1 to 1: a label must not say the opposite."""
    total, n = np.zeros(count), np.zeros(count)
    for text, language, group in zip(texts, languages, groups.tolist(), strict=True):
        if group >= 0 and language == "en":
            total[group] += polarity(text)
            n[group] += 1
    result: NDArray[np.float64] = total / np.maximum(n, 1)
    return result


def _choose(theme: _Theme, used: dict[str, float], names: set[str], phrases: Phrases) -> str | None:
    """The best phrase of a theme that is no other theme's name yet; None when it offers none.

    A phrase that few members speak of would name the whole after a part: there, the theme's two commonest
    words of its own make a plainer name ("Account and password").
    """
    taken = {_content(name) for name in names}
    strongest = max((belongs for belongs, _ in theme.words.values()), default=0.0)
    scores = {
        j: _label_score(j, float(theme.near[place]), theme, strongest, used, phrases)
        for place, j in enumerate(theme.offered)
    }
    for j in sorted(scores, key=lambda j: (-scores[j], j)):
        if frozenset(phrases.content[j]) in taken:
            continue
        single = len(phrases.keys[j]) == 1
        if single and (fuller := _fuller(j, scores, theme, taken, phrases)) is not None:
            return phrases.surface[fuller]
        pair = _pair(theme, phrases)
        narrow = _covered(phrases.content[j], theme) < _NARROW or _rarest(phrases.content[j], theme) < _RARE
        if pair and (narrow or single) and _content(pair) not in taken:
            return pair
        return phrases.surface[j]
    return None


def _fuller(
    j: int, scores: dict[int, float], theme: _Theme, taken: set[frozenset[str]], phrases: Phrases
) -> int | None:
    """A phrase that says more than the one word `j`, which most members hold, and that enough of them use; or None."""
    if _covered(phrases.content[j], theme) < _WHOLE:
        return None
    word = phrases.keys[j][0]
    able = [
        other
        for other, score in scores.items()
        if word in phrases.content[other]
        and len(phrases.content[other]) > 1
        and score >= scores[j] - _NEARLY
        and float(theme.counts[other]) >= max(3.0, _SAID_WHOLE * theme.size)
        and frozenset(phrases.content[other]) not in taken
    ]
    return min(able, key=lambda other: (-scores[other], other), default=None)


def _content(label: str) -> frozenset[str]:
    """The stems of a label's words of content: two labels of the same ones would be one name."""
    return frozenset(stem(token) for token in tokens(label) if token not in STOP_WORDS["en"])


def _covered(content: Iterable[str], theme: _Theme) -> float:
    """The share of members that speak of any of these words, as if words met independently; own words only."""
    known = [theme.words.get(word, (0.0, 0.0)) for word in content]
    return 1.0 - float(np.prod([1.0 - share for belongs, share in known if belongs > 0.02]))


def _rarest(content: Iterable[str], theme: _Theme) -> float:
    """The share of members that hold the rarest of these words: low for "cat food" in a theme on food."""
    return min((theme.words.get(word, (0.0, 0.0))[1] for word in content), default=0.0)


def _pair(theme: _Theme, phrases: Phrases) -> str | None:
    """The two words that most belong to the theme and are most said in it, joined; None without two that count."""
    place = {
        phrases.keys[j][0]: (j, float(theme.near[at]))
        for at, j in enumerate(theme.offered)
        if len(phrases.keys[j]) == 1
    }
    worth = {
        word: (share**0.5) * belongs * max(place[word][1], 0.05)
        for word, (belongs, share) in theme.words.items()
        if word in place and belongs > 0.05 and word not in _PLAIN
    }
    best = sorted(worth, key=lambda word: (-worth[word], word))
    other = next((word for word in best[1:_PARTNERS] if not _related(best[0], word)), None)
    if other is None or theme.words[other][1] < 0.04:
        return None
    return " and ".join(phrases.surface[place[word][0]] for word in (best[0], other))


def _related(a: str, b: str) -> bool:
    """Whether two stems are forms of one word (crash, crashing) or mean no two things worth an "and"."""
    short = min(len(a), len(b), 5)
    return a[:short] == b[:short] or (short >= 4 and a[:4] == b[:4])


_NUMBERS = frozenset(
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twice", "half", "forty")
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow", "yesterday")
_MONTHS = ("january", "february", "march", "april", "june", "july", "august", "september", "october", "november")
_TIMES = frozenset((*_DAYS, *_MONTHS, "december", "tonight"))
# Words that make no name of a subject: judgements and numbers.
_PLAIN = word_lists("bare_words")["praise"] | word_lists("bare_words")["complaint"] | _NUMBERS
_PARTNERS = 4  # places down the list where a word for the second half is looked for
_SIBLING, _STRANGER = 0.35, 0.05  # what it costs to repeat a word of a label in the same area, or elsewhere
_WHOLE = 0.5  # share of the members from which one word alone could stand for the theme: a phrase with it ...
_NEARLY = 0.3  # ... that scores nearly as well says more
_NARROW = 0.12  # share of members that a label's words must reach ...
_RARE = 0.035  # ... and that each of them must
_SAID_WHOLE = 0.02  # share of the members that should use a phrase as it stands
_USUAL = 0.15  # a word held by this share of the members is as good as any


def _label_score(
    j: int, near: float, theme: _Theme, strongest: float, used: dict[str, float], phrases: Phrases
) -> float:
    content = phrases.content[j]
    known = [theme.words.get(word, (-0.2, 0.0)) for word in content]
    if not known:
        return -1.0
    covered = _covered(content, theme)
    common = 0.25 * min(_rarest(content, theme), _USUAL) / _USUAL
    counting = 0.3 * any(word in _NUMBERS or word in _TIMES or word[0].isdigit() for word in content)
    best = max(belongs for belongs, _ in known) / max(strongest, 1e-9)
    belonging = float(np.mean([belongs for belongs, _ in known]))
    weakest = min(0.0, *(belongs for belongs, _ in known))
    denial = _denial(j, theme, phrases)
    mood = theme.mood * polarity(phrases.surface[j])
    repeats = sum(used.get(word, 0.0) for word in content)
    return (
        near
        + 0.6 * belonging
        + 0.15 * best
        + 0.35 * min(covered, 0.6)
        + 0.3 * float(theme.npmi[j])
        + 0.04 * float(np.log1p(theme.counts[j]))
        + _LENGTH.get(len(phrases.keys[j]), -0.02)
        - _rare_saying(j, theme, phrases)
        + 0.2 * mood
        - repeats
        + weakest
        - denial
        - counting
        + common
    )


def _rare_saying(j: int, theme: _Theme, phrases: Phrases) -> float:
    """How much a phrase of several words that hardly anybody uses whole loses: "pizza in the fridge" names one case."""
    if len(phrases.keys[j]) == 1:
        return 0.0
    needed = max(3.0, _SAID_WHOLE * theme.size)
    return 0.3 * (1.0 - min(1.0, float(theme.counts[j]) / needed))


def _denial(j: int, theme: _Theme, phrases: Phrases) -> float:
    """How much a phrase that opens with "no" or "not" overstates: 0 where its noun is mostly met that way."""
    if phrases.keys[j][0] not in _DENIALS:
        return 0.0
    share = float(theme.counts[j]) / max(theme.size, 1)
    rest = max((theme.words.get(word, (0.0, 0.0))[1] for word in phrases.content[j]), default=0.0)
    return 0.0 if share >= 0.25 * rest else 0.4


_DENIALS = frozenset(("no", "not", "never", "without", "don't", "nicht", "kein", "keine", "ohne", "sin", "nunca"))


# One word is seldom a name a person would give; a phrase of more than four is read, not recognised.
_LENGTH = {1: -0.28, 2: 0.02, 3: 0.05, 4: 0.03}


def _use(used: dict[int, dict[str, float]], area: int, label: str) -> None:
    """Note the words of a label: to repeat one costs a sibling, a theme of the same area, more than a stranger."""
    for word in _content(label):
        for other, words in used.items():
            words[word] = max(words.get(word, 0.0), _SIBLING if other == area else _STRANGER)


def spelling_of(texts: list[str]) -> dict[str, str]:
    """How words are written mid-sentence where most people do not write them in lower case: ios -> iOS."""
    forms: dict[str, Counter[str]] = {}
    for text in texts:
        if not text.isupper():
            for word in _MID_SENTENCE.findall(text):
                forms.setdefault(word.lower(), Counter())[word] += 1
    found = {}
    for low, counted in forms.items():
        form, times = min(counted.items(), key=lambda item: (-item[1], item[0]))
        if form != low and times >= 3 and times > 0.5 * counted.total():
            found[low] = form
    return found


def _spelled(phrase: str, spelling: dict[str, str]) -> str:
    return " ".join("I" + w[1:] if w == "i" or w.startswith("i'") else spelling.get(w, w) for w in phrase.split())


def _sentence_case(phrase: str, spelling: dict[str, str]) -> str:
    text = _spelled(phrase, spelling)
    first = text.split(" ", 1)[0]
    return text if first != first.lower() else text[:1].upper() + text[1:]


def _fallback(texts: list[str], vectors: Floats, groups: Ints, group: int) -> str:
    """The most central short member, when no phrase is shared by any two."""
    rows = np.flatnonzero(groups == group)
    if not len(rows):
        return f"Theme {group + 1}"
    middle = vectors[rows].mean(axis=0)
    order = sorted(rows, key=lambda row: (-float(vectors[row] @ middle), texts[row]))
    short = next((texts[row] for row in order if len(texts[row].split()) <= 6), texts[order[0]])
    return " ".join(short.split()[:6]).strip(" .,;:!?")
