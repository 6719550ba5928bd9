"""Who writes what: comments drawn from what their writers lived through, with the opinions in them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyst.sample.answers import KINDS, Answers
from analyst.sample.bank import Bank
from analyst.sample.catalogue import THEME_NAMES, THEMES
from analyst.sample.markup import Piece, Verbatim
from analyst.sample.people import COUNTRIES, Bools, People
from analyst.sample.scores import Scored
from analyst.sample.slots import fill_values
from analyst.sample.spec import PLATFORMS, CompanySpec
from analyst.sample.style import restyle

NPS_COMMENT = {"det": 0.60, "pas": 0.44, "pro": 0.49}
OTHER_COMMENT = {"det": 0.42, "pas": 0.26, "pro": 0.29}
# Chance of a second text, by the number of words of the first: (up to words, chance).
SECOND_TEXT = ((8, 0.62), (18, 0.4), (40, 0.2))
EXTRA = 0.007
# What people write who have nothing in particular in mind: (theme, sentiment, weight).
SMALL_TALK = {
    "det": (
        ("complaint", "-", 0.55),
        ("non_answer", "0", 0.18),
        ("off_topic", "0", 0.03),
        ("", "-", 0.25),
        ("", "0", 0.06),
    ),
    "pas": (
        ("praise", "+", 0.3),
        ("complaint", "-", 0.1),
        ("non_answer", "0", 0.22),
        ("off_topic", "0", 0.02),
        ("", "0", 0.24),
        ("", "+", 0.15),
    ),
    "pro": (
        ("praise", "+", 0.52),
        ("non_answer", "0", 0.11),
        ("off_topic", "0", 0.012),
        ("", "+", 0.27),
        ("", "0", 0.08),
    ),
}
# How much a bad, a neutral and a good experience come to mind, per band.
SALIENCE = {"det": (4.0, 0.6, 0.3), "pas": (1.6, 1.0, 0.8), "pro": (0.3, 1.0, 1.5)}
# Themes that stand alone in a comment.
ALONE = ("non_answer", "off_topic")
# From this many words on, texts are equally likely; shorter ones are rarer.
FULL_LENGTH = 24
# Weight of a phrase that many use word for word.
POPULAR = 2.0
SIGN = {"-": 0, "0": 1, "+": 2}


@dataclass(frozen=True)
class Opinion:
    """The truth of one opinion: half-open code point offsets into the raw text."""

    start: int
    end: int
    theme: str
    sentiment: str
    screen: str | None


@dataclass(frozen=True)
class Comment:
    """A comment and the opinions in it; empty when the answer has none."""

    text: str
    language: str
    opinions: tuple[Opinion, ...] = ()


class Shelf:
    """The bank's verbatims by language, theme and sentiment, handing out the less used first."""

    def __init__(self, bank: Bank, rng: np.random.Generator) -> None:
        self._rng = rng
        self._uses: Counter[str] = Counter()
        self._by: dict[tuple[str, str, str], list[Verbatim]] = defaultdict(list)
        for verbatim in bank.verbatims:
            for theme, sentiment in sorted({(p.theme or "", p.sentiment) for p in verbatim.opinions}):
                self._by[verbatim.language, theme, sentiment].append(verbatim)

    def take(
        self,
        language: str,
        wish: tuple[str, str],
        band: str,
        kind: str,
        known: frozenset[tuple[str, str]],
        single: bool = False,
    ) -> Verbatim | None:
        """A text for (theme, sentiment), preferring the band, other known experiences and unused texts.

        ``single`` asks for a text with one opinion. None when the bank has nothing of the sort.
        """
        found = [v for v in self._by.get((language, *wish), []) if kind in v.kinds]
        fitting = [v for v in found if band in v.bands] or found
        if single:
            fitting = [v for v in fitting if not v.popular and len(v.pieces) <= 2 and 11 < len(v.text) < 150]
        if not fitting:
            return None
        weights = np.array([self._weight(v, wish, known) for v in fitting])
        verbatim = fitting[int(np.searchsorted(np.cumsum(weights), self._rng.random() * weights.sum()))]
        self._uses[verbatim.source] += 1
        return verbatim

    def _weight(self, verbatim: Verbatim, wish: tuple[str, str], known: frozenset[tuple[str, str]]) -> float:
        others = {(p.theme, p.sentiment) for p in verbatim.opinions} - {wish}
        fits = 1.6 if others and others <= known else 0.35 / len(others) if others else 1.0
        words = len(verbatim.text.split())
        share = POPULAR if verbatim.popular else min(1.0, words / FULL_LENGTH) ** 2
        # Two people may well write the same five words, hardly the same thirty.
        return float(
            fits * share / (1.0 + self._uses[verbatim.source]) ** (2 if words <= 10 else 3 if words <= 25 else 4)
        )


def band_of(score: int, kind: str) -> str:
    """``det``, ``pas`` or ``pro`` of an answer on its own scale."""
    low, high = {"nps": (6, 9), "csat": (2, 5), "ces": (3, 6)}[kind]
    return "det" if score <= low else "pro" if score >= high else "pas"


def write_comments(
    spec: CompanySpec, people: People, answers: Answers, scored: Scored, bank: Bank, rng: np.random.Generator
) -> list[Comment]:
    """One Comment per answer, in order; empty text where nothing was written."""
    shelf = Shelf(bank, rng)
    wants, pair, extra = rng.random(answers.n), rng.random(answers.n), rng.random(answers.n)
    reminded = rng.random(scored.met.shape) < np.array([plan.mention for plan in spec.plans])
    return [
        _comment(spec, people, answers, scored, bank, rng, shelf, i, wants[i], pair[i], extra[i], reminded[i])
        for i in range(answers.n)
    ]


def _comment(
    spec: CompanySpec,
    people: People,
    answers: Answers,
    scored: Scored,
    bank: Bank,
    rng: np.random.Generator,
    shelf: Shelf,
    i: int,
    wants: float,
    pair: float,
    extra: float,
    reminded: Bools,
) -> Comment:
    kind, user = KINDS[answers.kind[i]], answers.user[i]
    band, language = band_of(int(scored.score[i]), kind), people.language[user]
    if wants >= (NPS_COMMENT if kind == "nps" else OTHER_COMMENT)[band]:
        return Comment("", language)
    mind = list(_in_mind(spec, scored, i, reminded))
    known = frozenset((theme, sentiment) for theme, sentiment, _ in mind)
    wish = _wish(mind, band, rng)
    first = shelf.take(language, wish, band, kind, known)
    if first is None:
        theme, sign = ("praise", "+") if band == "pro" else ("complaint", "-")
        first = shelf.take(language, (theme, sign), band, kind, known)
    if first is None:
        return Comment("", language)
    texts = [first]
    rest = [entry for entry in mind if entry[0] not in {p.theme for p in first.opinions}]
    words = len(first.text.split())
    room = next((chance for limit, chance in SECOND_TEXT if words <= limit), 0.0)
    if pair < room and first.opinions[0].theme not in ALONE:
        texts += _second(shelf, first, rest, band, kind, language, known, rng)
    release = answers.release[i]
    values = fill_values(
        lambda n: int(rng.integers(n)),
        language,
        COUNTRIES[people.country[user]],
        PLATFORMS[answers.platform[i]],
        spec.releases[release][0] if release >= 0 else "",
        spec.name,
    )
    tail = bank.extras[int(rng.integers(len(bank.extras)))] if extra < EXTRA and language == "en" else ""
    return assemble(texts, values, tail, language, rng)


def _second(
    shelf: Shelf,
    first: Verbatim,
    rest: Sequence[tuple[str, str, float]],
    band: str,
    kind: str,
    language: str,
    known: frozenset[tuple[str, str]],
    rng: np.random.Generator,
) -> list[Verbatim]:
    """A second text on something else that is in mind, or a general word in the sense of the first."""
    wish = _wish(rest, band, rng)
    if wish[0] in {p.theme for p in first.opinions} or wish[0] in ALONE:
        if rng.random() < 0.5:
            return []
        wish = {"+": ("praise", "+"), "-": ("complaint", "-")}.get(first.opinions[-1].sentiment, ("praise", "+"))
    second = shelf.take(language, wish, band, kind, known, single=True)
    return [second] if second and second is not first else []


def _in_mind(spec: CompanySpec, scored: Scored, i: int, reminded: Bools) -> Iterator[tuple[str, str, float]]:
    """(theme, sentiment, weight) of what the writer of answer i lived through."""
    for column in np.flatnonzero(scored.bad[i]):
        yield THEME_NAMES[column], "-", abs(THEMES[column].bad[1])
    for column in np.flatnonzero(scored.good[i]):
        yield THEME_NAMES[column], "+", 0.7
    if scored.chatter[i]:
        yield spec.chatter.theme, "+", 1.5
        yield spec.chatter.theme, "0", 1.0
    for number in np.flatnonzero(scored.met[i] & reminded):
        yield spec.plans[number].theme, "-", max(2.5 * float(scored.harm[number]), 0.5)


def _wish(mind: Sequence[tuple[str, str, float]], band: str, rng: np.random.Generator) -> tuple[str, str]:
    """What to write about: mostly something in mind, else small talk or a harmless remark."""
    weights = [weight * SALIENCE[band][SIGN[sentiment]] for _, sentiment, weight in mind]
    options = [(theme, sentiment) for theme, sentiment, _ in mind]
    # A full mind leaves little room for small talk, an empty one nothing else.
    for theme, sentiment, weight in SMALL_TALK[band]:
        options.append((theme, sentiment))
        weights.append(weight * 0.55)
    edges = np.cumsum(weights)
    theme, sentiment = options[int(np.searchsorted(edges, rng.random() * edges[-1]))]
    if theme:
        return theme, sentiment
    subjects = [t.name for t in THEMES if t.kind == "subject" and (t.good if sentiment == "+" else t.bad)[0] > 0.01]
    return subjects[int(rng.integers(len(subjects)))], sentiment


def assemble(
    texts: Sequence[Verbatim], values: Mapping[str, str], tail: str, language: str, rng: np.random.Generator
) -> Comment:
    """Fill, join and restyle texts into one comment with exact offsets.

    Args:
        texts: one verbatim or two.
        values: slot name -> words.
        tail: a sentence to append, '' for none.
        language: of the comment.
        rng: draws the style.
    """
    pieces: list[Piece] = []
    for number, verbatim in enumerate(texts):
        if number:
            ended = pieces[-1].text.rstrip().endswith((".", "!", "?", "…", ")"))
            pieces.append(Piece(" " if ended else ". "))
        pieces += verbatim.pieces
    if tail:
        pieces.append(Piece(("" if pieces[-1].text.endswith((".", "!", "?")) else ".") + " " + tail))
    filled = [Piece(p.text.format_map(values), p.theme, p.sentiment, p.screen) for p in pieces]
    hostile = any(p.theme == "off_topic" for p in filled)
    styled = filled if hostile else restyle(filled, rng)
    text, opinions = "", []
    for piece in styled:
        if piece.theme:
            opinions.append(Opinion(len(text), len(text) + len(piece.text), piece.theme, piece.sentiment, piece.screen))
        text += piece.text
    return Comment(text, language, tuple(opinions))
