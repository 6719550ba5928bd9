"""A numeral where it stands: the words before and after it, its segment, and its partner in a pair."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from analyst.answers.grounding.case import Case
from analyst.answers.grounding.cues import BY, FROM, INTERVAL_WORDS, MOVES, PAIR
from analyst.answers.grounding.numerals import Numeral
from analyst.answers.grounding.reading import Segment


@dataclass(frozen=True)
class Place:
    """A numeral where it stands."""

    case: Case
    index: int

    @property
    def numeral(self) -> Numeral:
        """The numeral itself."""
        return self.case.sentence.numerals[self.index]

    @cached_property
    def at(self) -> int:
        """The place of its segment."""
        return self.case.sentence.segment_at(self.numeral.start)

    @cached_property
    def segment(self) -> Segment:
        """Its segment."""
        return self.case.sentence.segments[self.at]

    @cached_property
    def before(self) -> str:
        """The words before it, back to the number before."""
        numerals = self.case.sentence.numerals
        begin = numerals[self.index - 1].end if self.index else 0
        return self.case.sentence.low[begin : self.numeral.start]

    @cached_property
    def after(self) -> str:
        """The words after it, up to the next number."""
        numerals = self.case.sentence.numerals
        end = numerals[self.index + 1].start if self.index + 1 < len(numerals) else None
        return self.case.sentence.low[self.numeral.end : end]

    @cached_property
    def own(self) -> str:
        """Its segment in lower case."""
        return self.case.sentence.low[self.segment.start : self.segment.end]

    @cached_property
    def wide(self) -> str:
        """Its whole clause in lower case, with what stands after a bracket."""
        sentence = self.case.sentence
        clause = sentence.clause(self.segment)
        if self.at:  # what a bracket, or what follows a colon, is about stands before it
            clause = [*sentence.clause(sentence.segments[self.at - 1]), *clause]
        return " ".join(sentence.low[one.start : one.end] for one in clause)

    @cached_property
    def lead(self) -> str:
        """From the beginning of its segment to the numeral."""
        return self.case.sentence.low[self.segment.start : self.numeral.start]

    @cached_property
    def partner(self) -> tuple[int, int] | None:
        """Its index and the other's where two numbers make a pair: `a to b`, `between a and b`, `a–b`."""
        for left in (self.index - 1, self.index):
            if self._joined(left):
                return left, left + 1
        return None

    def _joined(self, left: int) -> bool:
        numerals = self.case.sentence.numerals
        if left < 0 or left + 1 >= len(numerals):
            return False
        low = self.case.sentence.low
        between = low[numerals[left].end : numerals[left + 1].start]
        if not PAIR.match(between):
            return False
        word = between.strip()
        if BY.search(low[: numerals[left].start]):  # 'fell by 13.3 points to +10.0'
            return False
        if word.startswith("and"):
            return bool(re.search(r"\bbetween (?:about |around )?$", low[: numerals[left].start]))
        if word == ",":
            return bool(re.search(r"\[$", self.case.sentence.text[: numerals[left].start]))
        return True

    @cached_property
    def follows_a_number(self) -> bool:
        """Whether its pair comes right after a number, of which it may be the interval."""
        if self.partner is None or not self.partner[0]:
            return False
        numerals = self.case.sentence.numerals
        between = self.case.sentence.low[numerals[self.partner[0] - 1].end : numerals[self.partner[0]].start]
        return bool(re.fullmatch(r"\W*(?:points?)?\W*from ", between))

    @cached_property
    def in_pair_said_as_change(self) -> bool:
        """'fell from a to b': the first of a pair is the level before, the second the one now."""
        if self.partner is None:
            return False
        first = self.case.sentence.numerals[self.partner[0]]
        lead = self.case.sentence.low[: first.start]
        tail = lead[-60:]
        return bool(FROM.search(lead)) and bool(MOVES.search(tail)) and not INTERVAL_WORDS.search(lead[-24:])
