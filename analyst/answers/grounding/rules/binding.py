"""Binding: a right number in the wrong place is wrong.

Each numeral must stand for a number whose group, window and meaning are those of the words beside it. A candidate is
weighed by small tests, each of which may object; a numeral stands where at least one candidate meets no objection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from analyst.answers.facts import EVERYONE
from analyst.answers.grounding.case import Case, Fault
from analyst.answers.grounding.dates import When, is_window, times_in
from analyst.answers.grounding.facts_view import (
    CONTRIBUTIONS,
    Candidate,
    about,
    conditions,
    family,
    interval_at,
    is_about,
    is_own,
    metrics_of,
    of_others,
    signal_of,
    signals_in,
    values_of,
)
from analyst.answers.grounding.folding import tidy
from analyst.answers.grounding.numerals import Numeral
from analyst.answers.grounding.reading import Segment

_HEDGES = r"(?:about |around |roughly |nearly |almost |only |just |some |over |under |more than |less than |at least |at most |exactly |a |an |the |a mere |as much as |as many as |approximately |still |well |merely )*"
_SUBJECT = r"(?:nps |csat |ces |the score |a score |scores? )?(?:of )?"
FROM = re.compile(rf"\bfrom {_HEDGES}{_SUBJECT}$")
MOVED_BETWEEN = re.compile(
    r"\b(?:fell|rose|dropped|gained|lost|slipped|climbed|declined|down|up|grew|fall of|drop of|rise of|decline of)(?: by)?(?: somewhere| anywhere)? between $"
)
MOVED_UP_TO = re.compile(r"\b(?:is|are|was|were|went|came|back|now) (?:up|down) to $")
TO = re.compile(
    rf"(?<!up )(?<!close )(?<!down )(?<!compared )(?<!relative )(?<!due )\b(?:to|reaching|landing at|ending at|now at|stands at|stood at|sits at) {_HEDGES}{_SUBJECT}$"
)
BY = re.compile(
    r"\b(?:by|changes? of|drop of|falls? of|rise of|increase of|decrease of|decline of|gains? of|swing of|shift of|slide of|dip of|"
    r"difference of|gap of|loss of|improvement of|movement of|moved|fell|fallen|rose|risen|dropped|drops|falls|rises|grew|climbed|slipped|slid|lost|"
    r"gained|declined|increased|decreased|went|shed|jumped|plunged|sank|dipped|tumbled|improved|worsened|(?:is|are|was|were|went) (?:up|down))"
    rf" {_HEDGES}$"
)
LEVEL = re.compile(
    rf"(?:\b(?:is|was|are|were|at|reached|reads|equals|stands|stood|scored?|scores|being)(?: now| currently| still)? {_HEDGES}|\b(?:nps|csat|ces|score|level) (?:of|at|:)? ?{_HEDGES}|\b(?:nps|csat|ces|score|level): ?)$"
)
DELTA_WORDS = re.compile(
    r"\b(?:chang\w+|differ\w+|effect|gap|lift|mov\w+|drop\w*|fall\w*|fell|rise|rose|shift\w*|swing|contribut\w+|declin\w+|increas\w+|"
    r"decreas\w+|trend|expected|worth|impact|mix|gain\w*|loss|lost|slid\w*|down|up|improv\w+|worse\w*|better|points? (?:lower|higher|more|less|worse|better|below|above|behind|ahead|weaker|stronger|fewer|short|further|down|up)|lower|higher|explain\w*|account\w*|carr\w+|due|part|term|share of the|rest is|remain\w+|went|going|everybody else|everyone else|attribut\w+|swung|plus|minus|bring\w*|promis\w*|estimat\w*|together|jointly|combined)\b"
)
CONTRIB = re.compile(
    r"\b(?:of the (?:whole|total|change|fall|drop|movement|headline|overall|rise|decline|decrease|increase|nps|-|\d|\+|move|slide|dip|points)|contribut\w+|account\w*|carr(?:y|ies|ied)|"
    r"of (?:that|this|it|these|those)\b|attribut\w*|ledger|adds? up|mix|who answered|everybody|everyone|shared?|release|groups?|part|term|sits?|comes? from|makes? up|rest|out of|of a)\b|\bof [\ue000 ]*(?:-|\+|\d)"
)
AGAINST = re.compile(
    r"^(?:against|versus|vs\.?|compared (?:with|to)|relative to|than|as opposed to|rather than|instead of)$"
)
AGAINST_NEAR = re.compile(rf"\b(?:against|versus|vs\.?|compared (?:with|to)|relative to|than) {_HEDGES}$")
BEFORE_AFTER = re.compile(
    r"^[^.;,)]{0,34}?\b(?:before|previously|earlier|beforehand|in the baseline|prior|baseline|ago|used to|last time)\b(?! (?:they|the (?:answer|survey|response)|their|it|he|she|answering|an|a\b))"
)
BEFORE_BEFORE = re.compile(
    rf"\b(?:before|previously|baseline|earlier|prior|used to be|had been|was|were|had|stood at|before it was|last time|after)(?: (?:at|of|it was|that|this|the level was|then))?:?[ (]*{_HEDGES}$"
)
WAS = re.compile(
    r"\b(?:was|were|had been|used to|earlier|previous\w*|before|baseline|prior|beforehand|ago|preceding|formerly|then|start\w* (?:at|from))\b"
)
NOW_AFTER = re.compile(r"^[^.;,()]{0,22}?\b(?:now|this week|currently|today|at present|these days|this month)\b")
PRIOR = re.compile(
    r"(?<!with )(?<!against )(?<!than )(?<!from )(?<!over )(?<!since )(?<!versus )(?<!after )(?<!to )(?<!on )(?:\bthe (?:\w+ )?(?:weeks?|months?|period|window)s? (?:before|earlier|prior)\b|\b(?:the|a) (?:previous|prior|preceding) \w+)[^;:]*$"
)
NOW_BEFORE = re.compile(
    rf"\b(?:now|currently|today|at present|this week|this month|this one|this time)(?: (?:at|is|are|stands at|reads|it is|has|have|one at|one is|one))? {_HEDGES}$"
)
OTHERS = re.compile(
    r"\b(?:others?|else|else's|elsewhere|rest|remaining|without|non-\w+|untouched|not|don't|doesn't|didn't|outside|apart|excluding|remainder|everybody|average)\b"
)
OTHERS_STRICT = re.compile(
    r"\b(?:other (?:commenters|customers|users|people|sessions|answers|groups|respondents|visits|screens|platforms|versions|plans|segments)|others|elsewhere|everybody else|everyone else|the rest|rest of the|remaining)\b"
)
END_WORDS = re.compile(
    r"\b(?:at least|at most|up to|as much as|as little as|as low as|as high as|as few as|as many as|low end|high end|(?:lower|upper) (?:end|bound|limit)|bound|limit|worst case|best case|not more than|no more than|no less than|end of the interval|conservativ\w+|optimistic\w*|cautious\w*)\b"
)
INTERVAL_WORDS = re.compile(
    r"\b(?:interval|between|range|ranges|ranging|ci|confidence|anywhere|somewhere|margin|uncertain\w*|spans?|runs)\b|95%"
)
PAIR = re.compile(r"^\s?(?:to|and|-|–|—|until|through|…|\.\.\.?|,)\s?(?:about |around |as much as |as high as )?$")
MOVES = re.compile(
    r"\b(?:fell|fall\w*|rose|rise\w*|rising|drop\w*|up|down|went|gone|going|moved|climb\w*|grew|grow\w*|declin\w*|increas\w*|decreas\w*|slid|slipp\w*|sank|jump\w*|plung\w*|improv\w*|worsen\w*|chang\w*|doubl\w*|tripl\w*|halv\w*|swung|dip\w*|recover\w*|deteriorat\w*|shr\w+nk|tumbl\w*|slump\w*)\b"
)
EVERYONE_WORDS = re.compile(
    r"\b(?:overall|as a whole|in total|everyone(?! else)|everybody(?! else)|all (?:customers|users|answers|respondents)|headline|company-wide|across the board)\b"
)
PRONOUN = re.compile(
    r"\b(?:it|its|itself|there|that|those|these|this|them|they|their|group|segment|where|who|whose|which|here|former|latter|such|same|groups|segments|subgroup|inside|within|apart)\b"
)
_NOUNS = {
    "answers": "answers", "responses": "answers", "respondents": "answers", "replies": "answers", "surveys": "answers",
    "comments": "comments", "commenters": "comments", "verbatims": "comments", "mentions": "mentions",
    "sessions": "sessions", "visits": "sessions", "users": "users", "customers": "people", "people": "people",
    "groups": "groups", "segments": "groups", "subgroups": "groups", "opinions": "opinions", "detractors": "detractors",
    "passives": "passives", "promoters": "promoters", "complaints": "mentions", "themes": "themes", "screens": "screens", "fixes": "fixes",
    "rules": "rules", "alerts": "alerts", "customer": "people", "individuals": "people", "comparisons": "groups",
    "topics": "themes", "crashes": "signals", "errors": "signals", "freezes": "signals", "taps": "signals",
    "clauses": "opinions", "remarks": "mentions", "quotes": "quotes", "weeks": "weeks", "days": "days", "releases": "releases", "versions": "releases",
}  # fmt: skip
# What a count may be called, by the word in its `of`.
_CALLED = {
    "answers": {"answers", "people"}, "comments": {"comments", "answers", "people"}, "mentions": {"mentions", "comments", "answers", "people"},
    "sessions": {"sessions"}, "visits": {"sessions"}, "users": {"users", "people"}, "reach": {"users", "people"}, "groups": {"groups"},
    "checked": {"groups"}, "opinions": {"opinions", "mentions"}, "detractors": {"detractors"}, "needed": {"answers", "people"},
    "mentioners": {"mentions", "people", "comments", "answers"},
    "passives": {"passives"}, "promoters": {"promoters"}, "people": {"people", "users"}, "others": set(),
}  # fmt: skip
_BASE = re.compile(
    r"^\s?(?:of|among|across)\s(?:all |the |those |these |its |their |every |our |\ue000+ |such |nps |csat |ces |other |\d[\d,]* )*(?P<noun>[a-z]+)"
)
_BASES = {"answers": {"answers"}, "comments": {"comments"}, "sessions": {"sessions"}, "mentions": {"mentions", "people", "comments"},
          "users": {"users", "people"}, "opinions": {"opinions"}, "detractors": {"detractors"}, "mentioners": {"mentions", "people", "comments", "users"}}  # fmt: skip
_PART_WORDS = {
    "mix": re.compile(r"\b(?:mix|other people|who answered|composition|different people)\b"),
    "common": re.compile(r"\b(?:everybody|everyone|common|shared?|shares|alike|across the board)\b"),
    "release": re.compile(r"\b(?:release|version|did not exist)\b"),
    "segment": re.compile(r"\b(?:groups?|on their own|segments?)\b"),
}
_GREW = re.compile(
    r"\b(?:rose|risen|grew|grown|increased|climbed|jumped|multiplied|fell|dropped|shrank|went up|up|down)(?: by)? (?:about |around |nearly |almost |over |more than )?$"
)
_THERE = re.compile(r"\b(?:there|that group|this group|its|their|where|such|these|those)\b")
_OF_CHANGE = re.compile(
    r"\b(?:of|for) (?:the|that|this|its) (?:change|difference|drop|fall|rise|effect|movement|gap|trend|decline)\b"
)
_MENTION = re.compile(
    r"^[^.;,(]{0,24}?\b(?:mention\w*|complain\w*|talk\w*|speak\w*|bring up|raise|are about|is about|name|cite)\b"
)
_HEDGE_UNSIGNED = re.compile(r"\b(?:minus|negative|below zero)\s$")


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


Test = Callable[[Place, Candidate], str]


def binding(case: Case) -> Iterator[Fault]:
    """A fault for every numeral that has candidates of which none may stand there."""
    for objection in standing(case)[1]:
        yield Fault("binding", objection)


def standing(case: Case) -> tuple[list[list[Candidate]], list[str]]:
    """For each numeral the candidates that may stand there; and what is wrong with those that have none."""
    cached = getattr(case, "_standing", None)
    if cached is not None:
        return cached  # type: ignore[no-any-return]
    bound: list[list[Candidate]] = []
    objections: list[str] = []
    for index, candidates in enumerate(case.candidates):
        place = Place(case, index)
        weighed = [(objection(place, candidate), candidate) for candidate in candidates]
        good = [candidate for wrong, candidate in weighed if not wrong]
        bound.append(good)
        if candidates and not good:
            objections.append(f"The number {place.numeral.text.strip()} {weighed[0][0]}.")
    _check_pairs(case, bound, objections)
    case._standing = (bound, objections)  # type: ignore[attr-defined]
    return bound, objections


def objection(place: Place, candidate: Candidate) -> str:
    """Why `candidate` cannot stand there; empty where it can."""
    for test in TESTS:
        wrong = test(place, candidate)
        if wrong:
            return wrong
    return ""


def _check_pairs(case: Case, bound: list[list[Candidate]], objections: list[str]) -> None:
    """The two numbers of an interval or of a from-to belong to one fact, in the right order."""
    for index in range(len(bound) - 1):
        place = Place(case, index)
        if place.partner != (index, index + 1) or not bound[index] or not bound[index + 1]:
            continue
        moved = MOVED_BETWEEN.search(case.sentence.low[: place.numeral.start])
        if moved:
            bound[index] = [a for a in bound[index] if a.family in ("delta", "") or family(a.head) == "delta"]
        pairs = [(a, b) for a in bound[index] for b in bound[index + 1] if _belong(a, b, place)]
        if not pairs or not any(_fits_what_was_said(a, b, bound[:index], place) for a, b in pairs):
            numerals = case.sentence.numerals
            said = f"{numerals[index].text.strip()} to {numerals[index + 1].text.strip()}"
            objections.append(f"The numbers {said} are not the two ends of one interval, nor before and now")


def _fits_what_was_said(a: Candidate, b: Candidate, before: list[list[Candidate]], place: Place) -> bool:
    """Whether an interval is that of a number given before it, where any given before has an interval of its own."""
    if a.family != "end" or b.family != "end":
        return True
    said = {id(c.head) for found in before for c in found if c.place >= 0 and interval_at(c.fact, c.place)}
    if not said or id(a.head) in said:
        return True
    numerals, low = place.case.sentence.numerals, place.case.sentence.low
    after = low[numerals[place.index + 1].end :][:28]
    near = low[: place.numeral.start][-44:] + " " + after  # 'the interval of the change is', 'for the change'
    return family(a.head) == "delta" and bool(_OF_CHANGE.search(near))


def _belong(a: Candidate, b: Candidate, place: Place) -> bool:
    if a.fact is not b.fact:
        return False
    if a.family == "end" and b.family == "end":
        first, second = place.numeral, place.case.sentence.numerals[place.index + 1]
        if b.place - a.place == 1 and a.head is b.head:
            return (
                a.number.value >= 0
                or first.sign != 0
                or first.value == 0
                or (b.number.value < 0 and bool(first.sign) == bool(second.sign))
            )
        # both below zero and unsigned, said the smaller first: '7.9 to 18.8 points lower'
        return (
            a.place - b.place == 1 and a.number.value < 0 and b.number.value < 0 and not first.sign and not second.sign
        )
    if a.family in ("before", "others") and b.family == "level":
        return True
    return "" in (a.family, b.family) or (
        (a.family, b.family) in (("count", "count"), ("level", "before"), ("level", "level"))
        and not place.in_pair_said_as_change
    )


def _end(place: Place, candidate: Candidate) -> str:
    is_end = candidate.family == "end"
    if place.partner is None:
        if is_end and (not END_WORDS.search(place.own) or MOVED_UP_TO.search(place.before)):
            return "is an end of an interval, and is given as the value"
        return ""
    if place.in_pair_said_as_change:
        first = place.partner[0] == place.index
        wanted = ["before", "others", ""] if first else ["level", ""]
        if place.follows_a_number:  # 'moved −2.5 points, from −8.8 to +3.7'
            wanted.append("end")
        return "" if candidate.family in wanted else "is not the level before" if first else "is not the level now"
    lead = place.case.sentence.low[: place.case.sentence.numerals[place.partner[0]].start]
    if INTERVAL_WORDS.search(lead[-30:]) and candidate.family not in ("end", "", "count"):
        return "is no end of the interval"
    if candidate.family in ("delta", "ratio") and not is_end:
        return "is no end of an interval"
    return ""


def _from_to(place: Place, candidate: Candidate) -> str:
    if place.partner is not None or candidate.family in ("", "count", "end") or place.numeral.unit in ("days", "weeks"):
        return ""
    kind = candidate.family
    if (
        FROM.search(place.before)
        and not CONTRIB.search(place.own)
        and kind not in ("before", "others")
        and MOVES.search(place.case.sentence.low)
    ):
        return "is not the level before"
    if TO.search(place.before) or MOVED_UP_TO.search(place.before):
        if kind == "delta" and not re.search(r"\b(?:amount|amounts|adds? up|come|comes|sum|sums|add)\b", place.before):
            return "is a change, not the level that it went to"
        if kind in ("before", "others") and not re.search(r"\b(?:compared|back|close|return\w*)\b", place.own):
            return "is the level before, not the one that it went to"
    if (
        BY.search(place.before)
        and kind in ("level", "before", "others")
        and not re.search(
            r"\b(?:mentioned|said|met|shared|used|named|seen|raised|given|told|made|hit|reported|brought up|went) by ",
            place.before,
        )
    ):
        return "is a level, not a change"
    return ""


def _level_or_change(place: Place, candidate: Candidate) -> str:
    if candidate.family != "delta" or place.partner is not None:
        return ""
    if LEVEL.search(place.before) and not DELTA_WORDS.search(place.before) and not DELTA_WORDS.search(place.own):
        return "is a change, and is given as a level"
    return ""


def _time(place: Place, candidate: Candidate) -> str:
    kind = candidate.family
    if kind in ("end", "delta", "ratio", "") or place.numeral.unit in ("days", "weeks"):
        return ""
    rest = place.after
    said_before = (
        (FROM.search(place.before) if candidate.number.unit != "count" else None)
        or BEFORE_AFTER.match(rest)
        or BEFORE_BEFORE.search(place.before)
        or (AGAINST.match(place.segment.opener) and WAS.search(place.own + rest))
    )
    if kind == "before":
        if (NOW_AFTER.match(rest) or NOW_BEFORE.search(place.before)) and not said_before:
            return "is that of the time before, not of now"
        clue = (
            said_before
            or AGAINST.match(place.segment.opener)
            or AGAINST_NEAR.search(place.before)
            or WAS.search(place.own)
            or _names_time(place, candidate)
            or (place.partner is not None and place.partner[0] == place.index)
        )
        return "" if clue else "is that of the time before, which the sentence does not say"
    if kind == "count" or (candidate.number.of in ("", "value") and not candidate.number.of):
        return ""
    has_before = any(family(n) == "before" and n.unit == candidate.number.unit for n in candidate.fact.numbers)
    if kind == "level" and has_before and place.partner is None:
        if PRIOR.search(place.before) and not re.search(r"\b(?:now|this)\b", place.before):
            return "is that of now, not of the time before"
        if BEFORE_AFTER.match(rest) or re.search(
            rf"\b(?:before|previously|baseline|had been|used to be|earlier)(?: (?:at|was|it was))?:?[ (]*{_HEDGES}$",
            place.before,
        ):
            return "is that of now, not of the time before"
        if (AGAINST.match(place.segment.opener) or AGAINST_NEAR.search(place.before)) and not _different_names(place):
            return "is that of now, not what it is compared with"
    return ""


def _different_names(place: Place) -> bool:
    """Whether the numeral's segment names other people or things than the segment before it."""
    before = {name for segment in place.case.sentence.segments[: place.at] for name in segment.names}
    return any(name not in before for name in place.segment.names)


def _names_time(place: Place, candidate: Candidate) -> bool:
    text = place.case.sentence.text
    return any(is_window(when, text, candidate.window) for when in place.segment.times)


def _window(place: Place, candidate: Candidate) -> str:
    text = place.case.sentence.text
    fact = candidate.fact
    windows = {fact.window} | {n.window for n in fact.numbers if n.window}
    for when in place.segment.times:
        if is_window(when, text, candidate.window):
            return ""
    for when in place.segment.times:
        if any(is_window(when, text, window) for window in windows):
            lead = text[: when.start].lower().rstrip("\ue000 ")
            if candidate.family in ("delta", "end", "ratio") and re.search(
                r"\b(?:since|from|against|on|than|over|compared with|compared to|versus|before|with)$", lead
            ):
                return ""
            return "belongs to another window"
        if not dated(when, text, place.case, candidate):
            return "belongs to another window"
    return ""


def dated(when: When, text: str, case: Case, candidate: Candidate | None = None) -> bool:
    """Whether a date stands in what is cited: a fact's words, its windows, or the day of a response."""
    facts = case.facts if candidate is None else [candidate.fact]
    for fact in facts:
        windows = {fact.window} | {n.window for n in fact.numbers if n.window}
        if any(is_window(when, text, window) for window in windows):
            return True
        said = tidy(" ".join((fact.text, *fact.names)))
        for other in times_in(said):
            if _same(when, other):
                return True
    return any(one.at and any(_same(when, other) for other in times_in(one.at)) for one in case.cited)


def _same(a: When, b: When) -> bool:
    """Whether two spoken times are the same days, or `a` the month or year that `b` lies in."""
    if a.dated and b.dated:
        same = (a.first, a.last) == (b.first, b.last)
        return same or ((a.last - a.first).days >= 27 and a.first <= b.first and b.last <= a.last)
    if (a.first.month, a.first.day, a.last.month, a.last.day) == (b.first.month, b.first.day, b.last.month, b.last.day):
        return True
    return (a.last - a.first).days >= 27 and a.first.month == b.first.month == b.last.month


def _groups(place: Place, candidate: Candidate) -> str:
    case = place.case
    names = _names_for(place)
    mine = _about(candidate, case) | case.base
    strange = [name for name in names if not is_about(name, mine)]
    if strange and candidate.number.unit == "count" and not _own_names(place):  # 'A (10%) and B (8%), in 189 comments'
        strange = [] if any(is_about(one.name, mine) for one in case.sentence.mentions) else strange
    if strange:
        return f"is not about {strange[0]}"
    signal = signal_of(candidate.fact)
    said = signals_in(place.wide) if signal else frozenset()
    if said and signal not in said:
        return f"is not about {sorted(said)[0]}"
    group = values_of(candidate.number.where or EVERYONE)
    if group and conditions(candidate.where) > case.everyone and candidate.number.of not in CONTRIBUTIONS:
        named = {mention.name for mention in case.sentence.mentions}
        named_group = any(is_about(value, frozenset(named)) for value in group)
        if not named_group and not _THERE.search(case.sentence.low) and not of_others(candidate.head):
            return f"is about a group ({candidate.where}) that the sentence does not name"
    metrics = place.segment.metrics or next(
        (s.metrics for s in reversed(case.sentence.segments[: place.at]) if s.metrics), ()
    )
    spoken = metrics_of(candidate.fact)
    if metrics and spoken and candidate.number.unit == "points" and not set(metrics) & spoken:
        return f"is not about {metrics[0].upper()}"
    if names or candidate.number.of in CONTRIBUTIONS or of_others(candidate.head):
        return ""
    if conditions(candidate.where) > case.everyone and not case.sentence.mentions:
        if EVERYONE_WORDS.search(place.own):
            return "is about a group, not about everyone"
        if not PRONOUN.search(case.sentence.low):
            return f"is about a group ({candidate.where}) that the sentence does not name"
    if conditions(candidate.where) > case.everyone and EVERYONE_WORDS.search(place.own):
        return "is about a group, not about everyone"
    return ""


def _about(candidate: Candidate, case: Case) -> frozenset[str]:
    """The names that the number is about: those of its fact, but of the groups only its own."""
    fact = candidate.fact
    names = about(fact, case.pack.names)
    if candidate.number.where is None:
        return names
    others = set(values_of(fact.where))
    for number in fact.numbers:
        if number.where:
            others |= values_of(number.where)
    own = values_of(candidate.number.where)
    strange = others - own
    return frozenset(name for name in names if is_own(name, own) or not is_own(name, strange))


def _own_names(place: Place) -> bool:
    return any(one.names for one in place.case.sentence.clause(place.segment))


def _names_for(place: Place) -> tuple[str, ...]:
    """The names that the numeral is said of: those of its segment, else of the nearest one before, else, at the
    beginning of a sentence, of the one after."""
    sentence, segments = place.case.sentence, place.case.sentence.segments
    for at in range(place.at, -1, -1):
        clause = sentence.clause(segments[at])
        names = tuple(name for one in clause for name in one.names)
        if names:
            return names
        if at < place.at and any(
            one.metrics and EVERYONE_WORDS.search(sentence.low[one.start : one.end]) for one in clause
        ):
            return ()
    lead = sentence.low[: place.numeral.start].strip()
    if place.at == 0 and not place.segment.metrics and len(lead.split()) <= 3 and len(segments) > 1:
        return segments[1].names if segments[1].opener.startswith(("(", ",")) else ()
    return ()


def _others(place: Place, candidate: Candidate) -> str:
    kind = candidate.family
    if of_others(candidate.number):
        clue = (
            OTHERS.search(place.wide + place.after)
            or AGAINST.match(place.segment.opener)
            or AGAINST_NEAR.search(place.before)
        )
        return "" if clue else "is that of the others, which the sentence does not say"
    if kind in ("end", "before", "") or place.partner is not None:
        return ""
    paired = any(
        of_others(n) and n.unit == candidate.number.unit and (family(n) == "delta") == (kind == "delta")
        for n in candidate.fact.numbers
    )
    if not paired:
        return ""
    if OTHERS_STRICT.search(place.own) and (kind != "ratio") and not re.search(r"\bthan\b|\bas elsewhere\b", place.own):
        return "is not that of the others"
    if (
        kind in ("level", "delta")
        and AGAINST.match(place.segment.opener)
        and place.segment.opener != "than"
        and not place.segment.names
    ):
        return "is not what it is compared with"
    return ""


def _noun(place: Place, candidate: Candidate) -> str:
    numeral, of = place.numeral, candidate.number.of.lower()
    if numeral.noun and candidate.number.unit == "count":
        called = next((names for word, names in _CALLED.items() if word in of.split() or of == word), None)
        if called is None and of == "n":
            called = {"answers", "people", "comments", "sessions", "users", "mentions", "opinions"}
            for other in candidate.fact.numbers:
                if other.unit == "count" and other.value != candidate.number.value:
                    called -= _CALLED.get(other.of, set()) - {"people"}
        kind = _NOUNS.get(numeral.noun)
        if called is not None and kind is not None and kind not in called:
            return f"does not count {numeral.noun}"
        if called is not None and kind is None and numeral.noun != "things":
            return f"does not count {numeral.noun}"
    counted = candidate.number.unit == "count" and of != "mentions" and bool(numeral.noun)
    if counted and _MENTION.match(place.after) and any(one.of == "mentions" for one in candidate.fact.numbers):
        return "does not count those who mention it"
    grew = _GREW.search(place.before) or (numeral.text.lower().endswith("fold") and MOVES.search(place.before))
    if numeral.unit == "times" and grew and candidate.number.unit == "ratio" and of != "worked out":
        return "is no growth over time"
    if candidate.number.unit == "share" and numeral.unit == "percent":
        match = _BASE.match(place.after)
        kind = _NOUNS.get(match["noun"]) if match else None
        bases = next((names for word, names in _BASES.items() if f"of {word}" in of), None)
        if kind is not None and bases is not None and kind not in bases:
            return f"is not a share of {match['noun']}"  # type: ignore[index]
    return ""


def _part(place: Place, candidate: Candidate) -> str:
    """A contribution to the whole change is not a group's own change, nor one part of the whole another."""
    if candidate.number.unit != "points" or candidate.family != "delta":
        return ""
    low = place.case.sentence.low
    near = place.own + place.after[:40]
    of = candidate.number.of
    if of in CONTRIBUTIONS:
        if not (CONTRIB.search(near) or CONTRIB.search(low[: place.numeral.end][-90:])):
            return "is a part of the whole change, not a change of its own"
        said = {kind for kind, words in _PART_WORDS.items() if words.search(place.own)}
        if of in _PART_WORDS and said and of not in said and not place.segment.names:
            return "is another part of the whole change"
        return ""
    owner = any(n.of in CONTRIBUTIONS for n in candidate.fact.numbers)
    if owner and re.match(r"^\s?(?:points? )?of (?:the|that|this|it)\b", place.after):
        return "is a group's own change, not its part of the whole"
    return ""


def _limit(place: Place, candidate: Candidate) -> str:
    """What could have been seen, or would be needed, is no finding."""
    of = candidate.number.of
    if candidate.family != "limit" or of == "threshold":
        return ""
    near = place.own + place.after + place.before
    if of == "smallest visible":
        clue = re.search(
            r"\b(?:could|seen|see|detect\w*|visible|smallest|minimum|at least|would|show\w*|notice\w*|sensitiv\w+|or more|spot\w*|pick up|reveal\w*)\b",
            near,
        )
        return "" if clue else "is the smallest change that could have been seen, not a change"
    clue = re.search(r"\b(?:need\w*|would|take|takes|require\w*|settle|enough|necessary|confirm)\b", near)
    return "" if clue else "is how many answers it would take"


def _sign(place: Place, candidate: Candidate) -> str:
    """A level below zero, or an interval that reaches below it, may not lose its minus."""
    if place.numeral.sign or candidate.number.value >= 0 or candidate.number.unit != "points":
        return ""
    if round(candidate.number.value, 1) == 0 or _HEDGE_UNSIGNED.search(place.before):
        return ""
    if candidate.family in ("level", "before"):
        return "lost its minus"
    if candidate.family == "end":
        place_of = candidate.place
        ends = candidate.fact.numbers
        other = (
            ends[place_of + 1]
            if place_of + 1 < len(ends) and family(ends[place_of + 1]) == "end" and candidate.number.of.endswith("low")
            else ends[place_of - 1]
        )
        if other.value > 0:
            return "lost its minus"
    return ""


TESTS: tuple[Test, ...] = (
    _groups,
    _end,
    _from_to,
    _level_or_change,
    _time,
    _window,
    _others,
    _noun,
    _part,
    _limit,
    _sign,
)
