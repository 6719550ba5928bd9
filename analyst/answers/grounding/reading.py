"""A claim's sentence taken apart once, for all rules: quotes, names, dates, numbers, and the segments they stand in.

A segment is a stretch between commas that join sentences, semicolons, brackets, and words such as while, against, than
and and. What a number is about is said in its own segment, or else in the nearest one before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from analyst.answers.grounding.dates import When, times_in
from analyst.answers.grounding.folding import lower, tidy
from analyst.answers.grounding.naming import Mention, blank, known_names, mentions_in
from analyst.answers.grounding.numerals import Numeral, numerals_in

_QUOTED = re.compile(
    r"“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|\"([^\"]*)\"|‘((?:[^‘']|'(?=\w))*)'(?!\w)|(?<![\w'])'((?=\S)(?:[^']|"
    r"(?<=\w)'(?=\w))+)'(?!\w)"
)
_IDS = re.compile(r"(?<![\w-])(?:\[?f\d{1,4}\]?|fix-[0-9a-f]{8})(?![\w-])")
_LEVEL = re.compile(
    r"\b95\s?(?:%|percent|per cent)(?=[- ]?(?:confidence|interval|CI\b|credible|certain|sure|level|range|uncertainty))"
    r"|(?<=at )95\s?%(?! of)|(?<=with )95\s?% (?=confidence|certainty)|\b95\s?%(?=:? ?[+-]?\d[\d.]* to )|"
    r"(?<=\b[Oo]ut of )10\b|(?<=\d)/10\b|\b0[- ](?:to |-|–)?10\b(?= scale)|(?<=95% )CI\b"
    r"|\b30-day\b|\bday-to-day\b|\bone-off\b|\bNo\. ?1\b"
)
_SEPARATOR = re.compile(
    r"[;:()\[\]]|,\s(?=(?:but|and|while|whereas|which|with|then|or|up|down|from|of|where|who|whose|compared|"
    r"against|versus|yet|so|as|at|elsewhere|(?:for |among |by )?(?:all |the )?(?:others?|rest|remaining|"
    r"everybody else|everyone else))\b)"
    r"|,\s(?=[“\"]?[\ue000+\d-])|,\s(?=(?:in|from|of|across|among|over) (?:about |all |the )?\d)|\s[–—-]\s|[.!?]\s"
    r"|\b(?:but|while|whilst|nor|ahead of|followed by|whereas|although|though|against|versus|vs\.?|"
    r"compared (?:with|to)|relative to|than(?! (?:before|"
    r"(?:doubl|tripl|halv|quadrupl)\w*|twice|half|an? (?:third|quarter|fifth|tenth))\b)|"
    r"(?:below|above)(?= (?:the )?[+-]?\d)|and|"
    r"or|as opposed to|rather than|instead of)\b"
)
_ASIDE = re.compile(r"(?:While|Whilst|Whereas|Although|Though|Of the)\b[^,;:()]*,\s(?![\d+-])", re.IGNORECASE)
_METRIC = re.compile(
    r"\b(?:NPS|CSAT|CES)\b|\bnet promoter score\b|\bcustomer satisfaction(?: score)?\b|\bcustomer effort(?: score)?\b",
    re.IGNORECASE,
)
_METRIC_OF = {"net": "nps", "customer s": "csat", "customer e": "ces"}


@dataclass(frozen=True)
class Quoted:
    """Words in quotation marks; `start` and `end` include the marks."""

    inner: str
    start: int
    end: int


@dataclass(frozen=True)
class Segment:
    """A stretch of the sentence, with the names and times that it mentions itself. `opener` is what parted it off."""

    start: int
    end: int
    opener: str
    names: tuple[str, ...]
    times: tuple[When, ...]
    metrics: tuple[str, ...]
    clause: int = 0  # what stands before and after a bracket is one clause


class Sentence:
    """The readings of one text; each is made when first asked for."""

    def __init__(self, text: str, names: frozenset[str]) -> None:
        self.text = tidy(text)
        self.known = names
        mentions = mentions_in(self.text, names)
        lowered = known_names(names).lowered
        quotes: list[Quoted] = []
        for match in _QUOTED.finditer(self.text):
            inner = next(group for group in match.groups() if group is not None).strip()
            if any(m.start <= match.start() and match.end() <= m.end for m in mentions):
                continue  # a quotation inside a name, such as a fix's title
            if lower(inner).rstrip(".,") in lowered:
                if not any(m.start <= match.start() + 1 and match.end() - 1 <= m.end for m in mentions):
                    mentions = [m for m in mentions if m.end <= match.start() or m.start >= match.end()]
                    mentions.append(Mention(lower(inner).rstrip(".,"), match.start(), match.end()))
                continue
            quotes.append(Quoted(inner, match.start(), match.end()))
        inside = [(quoted.start, quoted.end) for quoted in quotes]
        self.quotes = tuple(quotes)
        self.mentions = tuple(
            sorted(
                (m for m in mentions if not any(s <= m.start and m.end <= e for s, e in inside)),
                key=lambda mention: mention.start,
            )
        )
        self.spoken = blank(self.text, inside)  # all but customers' words
        self._unnamed = blank(self.spoken, [(m.start, m.end) for m in self.mentions])

    @cached_property
    def times(self) -> list[When]:
        """Dates, weeks, months and years outside quotes and names."""
        return times_in(self._unnamed)

    @cached_property
    def bare(self) -> str:
        """The sentence without quotes, names, dates, ids and confidence levels; positions hold."""
        text = blank(self._unnamed, [(when.start, when.end) for when in self.times])
        spans = [match.span() for pattern in (_IDS, _LEVEL) for match in pattern.finditer(text)]
        return blank(text, spans, " ")

    @cached_property
    def low(self) -> str:
        """`bare` in lower case."""
        return lower(self.bare)

    @cached_property
    def ids(self) -> list[str]:
        """Ids of facts and fixes written into the sentence."""
        return [match.group().strip("[]") for match in _IDS.finditer(self._unnamed)]

    @cached_property
    def numerals(self) -> list[Numeral]:
        """Every number said in digits or words."""
        return numerals_in(self.bare)

    @cached_property
    def segments(self) -> list[Segment]:
        """The stretches of the sentence, in order; they cover it."""
        cuts = [(0, 0, "")]
        aside = _ASIDE.match(self.bare)  # 'While NPS lost 13 points, Android lost 40'
        for match in _SEPARATOR.finditer(self.bare):
            if aside and cuts[-1][1] < aside.end() < match.start():
                cuts.append((aside.end() - 2, aside.end(), ","))
            if not (aside and match.start() < aside.end() < match.end()):
                cuts.append((match.start(), match.end(), match.group().strip().lower()))
        if aside and cuts[-1][1] < aside.end():
            cuts.append((aside.end() - 2, aside.end(), ","))
        found: list[Segment] = []
        outer: list[int] = []  # clauses that a bracket has interrupted
        for i, (_, begin, word) in enumerate(cuts):
            end = cuts[i + 1][0] if i + 1 < len(cuts) else len(self.bare)
            clause = i
            if word in ("(", "["):
                outer.append(found[-1].clause if found else i)
            elif word in (")", "]") and outer:
                clause = outer.pop()
            found.append(self._segment(begin, end, word, clause))
        return found

    def _segment(self, start: int, end: int, opener: str, clause: int) -> Segment:
        names = tuple(m.name for m in self.mentions if start <= m.start < end)
        times = tuple(when for when in self.times if start <= when.start < end)
        metrics = tuple(metric_of(match.group()) for match in _METRIC.finditer(self.bare, start, end))
        return Segment(start, end, opener, names, times, metrics, clause)

    def clause(self, segment: Segment) -> list[Segment]:
        """The segments that make one clause with `segment`, itself among them."""
        return [one for one in self.segments if one.clause == segment.clause]

    def names_at(self, place: int) -> tuple[str, ...]:
        """The names that the segment at `place` is about: its clause's own, else those of the nearest clause before."""
        for at in range(place, -1, -1):
            names = tuple(name for one in self.clause(self.segments[at]) for name in one.names)
            if names:
                return names
        return ()

    def segment_at(self, position: int) -> int:
        """The place of the segment that holds `position`."""
        return max((i for i, segment in enumerate(self.segments) if segment.start <= position), default=0)

    @cached_property
    def metrics(self) -> list[tuple[str, int]]:
        """The metrics named, with where."""
        return [(metric_of(match.group()), match.start()) for match in _METRIC.finditer(self.bare)]


def metric_of(said: str) -> str:
    """nps, csat or ces."""
    low = said.lower()
    return next((metric for start, metric in _METRIC_OF.items() if low.startswith(start)), low)
