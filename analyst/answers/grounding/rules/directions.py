"""Directions: rose, fell, more, lower and their kin agree with the sign of the fact that they are said of.

A word of direction is bound to the number nearest in its segment, or, where there is none, to the cited facts that the
segment's names belong to. Where chance explains the change, the sentence must say so or claim none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyst.answers.facts import Fact, Number
from analyst.answers.grounding.case import Case, Fault
from analyst.answers.grounding.cues import AGAINST, MOVES, OTHERS_STRICT
from analyst.answers.grounding.facts_view import Candidate, about, family, interval_at, is_about, partner
from analyst.answers.grounding.reading import Segment

_UP = (
    r"rose|risen|rises?|rising|increas(?:e[sd]?|ing)|grew|grown|grows?|growing|growth|climb(?:s|ed|ing)?|jump(?:s|"
    r"ed|ing)?|gain(?:s|ed|ing)?|surg(?:e[sd]?|ing)|spik(?:e[sd]?|ing)|soar(?:s|ed|ing)?|uptick|upswing|upturn|"
    r"doubled|tripled|quadrupled|mount(?:s|ed|ing)|swell(?:s|ed|ing)|picked up|picking up|upwards?|crept up|"
    r"ticked up|went up|going up|escalat\w+|multipl(?:y|ied)"
)
_DOWN = (
    r"fell|fall(?:s|en|ing)?|drop(?:s|ped|ping)?|declin(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|shr[aiu]nk(?:s|"
    r"ing)?(?! towards)|slip(?:s|ped|ping)?|slid(?:e[sd]?|ing)?|s[aiu]nk(?:s|ing)?|plung(?:e[sd]?|ing)|"
    r"tumbl(?:e[sd]?|ing)|slump(?:s|ed|ing)?|los[est]+(?:ing)?|dip(?:s|ped|ping)?|weaken(?:s|ed|ing)?|eas(?:es|ed|"
    r"ing)|fad(?:e[sd]?|ing)|halved|downturn|downswing|downwards?|dwindl\w+|plummet\w*|subsid\w+|shed|went down|"
    r"going down|cool(?:ed|ing) off|quieter|went quiet|reced(?:e[sd]?|ing)|abat\w+|collaps\w+"
)
_GOOD = (
    r"improv(?:e[sd]?|ing|ements?)|(?:got|gets|get|getting|became|become|turned) better|recover(?:s|ed|ing|y)?|"
    r"rebound(?:s|ed|ing)?|strengthen(?:s|ed|ing)?|"
    r"more (?:reliable|stable|robust|pleasant|dependable)|less (?:reliably bad|troublesome|buggy)|healthier|smoother"
)
_BAD = (
    r"(?:got|gets|get|getting|became|become|turned) worse|worsen(?:s|ed|ing)?|deteriorat\w+|degrad\w+|suffer(?:s|"
    r"ed|ing)?|(?:more (?:troublesome|buggy|unreliable|painful)|less (?:reliable|stable|robust|pleasant))"
)
_MORE = (
    r"higher|above(?! all)|greater|larger(?! (?:part|share|half|portion))|bigger|exceed\w*|outperform\w*|ahead|"
    r"happier|more satisfied|better off|"
    r"better|stronger|outscore\w*|more (?:often|common(?:ly)?|frequent(?:ly)?|likely|than (?!chance|half|\d|"
    r"\ue000?\d|one|two|three|a |twice|double|in\b|any|doubled|tripled|halved|enough)|detractors|promoters|"
    r"complaints|comments|mentions|people|customers|users|sessions|crashes|errors|freezes|so\b)|points more"
)
_LESS = (
    r"lower(?! (?:bound|end|limit|case))|below|fewer(?! than (?:\d|half|one|two|three|a |an |\w+ (?:thirds|"
    r"quarters)))|smaller|underperform\w*|behind|trail\w*|lag(?:s|ged|ging)?|unhappier|weaker|less satisfied|"
    r"worse off|worse|less (?:often|common(?:ly)?|frequent(?:ly)?|likely|than (?!\d|half|one|two|a )|so\b|happy|"
    r"satisfied)|points less"
)
_WORDS = re.compile(
    rf"\b(?:(?P<up>{_UP}|(?<=is )up\b|(?<=are )up\b|(?<=was )up\b|(?<=were )up\b|(?<=went )up\b|"
    rf"(?<=points )up\b|(?<=% )up\b|up(?= (?:by|from|sharply|slightly|strongly|to [\d+-]|on (?:the|last)|"
    rf"[+-]?\d)))"
    rf"|(?P<down>{_DOWN}|(?<=is )down\b|(?<=are )down\b|(?<=was )down\b|(?<=were )down\b|(?<=went )down\b|"
    rf"(?<=points )down\b|(?<=% )down\b|down(?= (?:by|from|sharply|slightly|strongly|to [\d+-]|on (?:the|last)|"
    rf"[+-]?\d)))"
    rf"|(?P<good>{_GOOD})|(?P<bad>{_BAD})|(?P<more>{_MORE})|(?P<less>{_LESS})|(?P<moved>moved|changed|shifted))\b"
)
_SKIPPED = re.compile(
    r"\b(?:adds?|sums?|set|sign|end|follow|look|make|bring|back|pick|slow|break|log|stuck|come|comes|turn|show|"
    r"close|shut|"
    r"cut|write|top)\s$"
)
_MODAL = re.compile(
    r"\b(?:should|would|could|might|may|can|will|shall|to|if|whether|cannot|can't|must|expected to|expected|able to|"
    r"before|until|unless|when|lets?|make|makes|keep|a test for a|test for a)(?: (?:it|nps|csat|ces|the score|"
    r"the share|they|this|have|has|be|been|not|\w+ly|the|they have|scores?|\ue000+))* $"
)
_NEGATED = re.compile(
    r"(?:\bnot|n't|\bnever|\bnor|\bneither|\bno longer|\bwithout|\bno|\bnone|\bhardly|\bbarely|\bnobody|"
    r"\bnothing|\bno one)(?: [\w-]+){0,3} $"
)
_CHANCE = re.compile(
    r"within chance|beyond chance|(?:could|may|might|can) (?:well |still |just |easily )?be (?:down to |"
    r"due to )?(?:chance|noise|luck|random)|not significant\w*|no significant|insignificant|includ\w+ (?:none|"
    r"zero|no change)|(?:cannot|can't|cannot yet|can not) (?:be )?(?:told|tell|say|be said|rule out|be sure|"
    r"be distinguished)|"
    r"too little|too few|within (?:the )?noise|indistinguishable|not (?:clear|sure|certain|proven|shown|"
    r"distinguishable|enough|statistically)|by chance|chance (?:alone )?(?:can|could|may|explains)|no clear|"
    r"straddles zero|crosses zero|spans zero|contains zero|reaches (?:past|across|over) zero|either way|"
    r"consistent with (?:no|none|zero)|more than chance|than noise"
)
_FLAT = re.compile(
    r"\b(?:unchanged|stable|steady|flat|held (?:firm|up|steady)|no (?:real |significant |clear |visible |"
    r"measurable |detectable |statistically significant )?(?:change|shift|movement|difference|effect)s?|"
    r"within (?:the )?(?:chance|noise)|same (?:as before|level)|level with|no different|not significant\w*|"
    r"insignificant|(?:could|may|might) (?:well )?be chance|barely (?:moved|changed)|(?:did|does|has|have|"
    r"had)(?: not|n't) (?:really )?(?:chang|mov|shift|budg)\w*|standing still|stood still|stagnat\w+|"
    r"about the same|much the same)\b"
)
_SIGNIFICANT = re.compile(
    r"\b(?:more than chance|beyond (?:what )?chance|(?:statistically |highly )?significant(?:ly)?|"
    r"real (?:change|drop|fall|rise|increase|decline)|not (?:by |just )?chance|not noise|a genuine)\b"
)


_OFTEN = re.compile(r"(?:more|less|fewer)\b(?! satisfied| than$)")
_REST = re.compile(r"\b(?:rest|others?|remaining|remainder|everything else|elsewhere)\b")


@dataclass(frozen=True)
class Stance:
    """What a fact says where a word is: the sign of the change or difference (0: none known), whether chance
    explains it, and whether it is bad news when it rises (None: cannot be told)."""

    sign: int
    flat: bool | None  # None where it cannot be told
    bad_up: bool | None
    points: bool = False  # whether it is about a score rather than how often something happens


def directions(case: Case) -> Iterator[Fault]:
    """See the module."""
    low = case.sentence.low
    hedged = bool(_CHANCE.search(low))
    for match in _WORDS.finditer(low):
        kind = str(match.lastgroup)
        lead = low[: match.start()]
        if _SKIPPED.search(lead) and kind in ("up", "down"):
            continue
        wrong = _weigh(case, match, kind, lead, hedged)
        if wrong:
            yield Fault("directions", wrong)
            return
    yield from _claims_of_chance(case)


def _weigh(case: Case, match: re.Match[str], kind: str, lead: str, hedged: bool) -> str:
    word = match.group()
    if kind == "more" and word.startswith(("points more", "more")) and MOVES.search(lead[-50:]):
        return ""  # 'fell 39.5 points more than': the verb is what is checked
    segment = case.sentence.segments[case.sentence.segment_at(match.start())]
    stances = list(_stances(case, match.start(), match.end(), segment, kind))
    if (
        kind in ("more", "less")
        and not stances
        and re.match(r"(?:above|below|exceed|behind|ahead|more than|less than)", word)
    ):
        return ""
    if kind in ("more", "less") and _OFTEN.match(word) and not lead.endswith("points "):
        stances = [stance for stance in stances if not stance.points]
    modal = bool(_MODAL.search(lead))
    if _NEGATED.search(lead[-40:]):
        if kind in ("more", "less") or modal:
            return ""
        known = [s for s in stances if s.sign or s.flat]
        if known and not any(s.flat or s.sign != _wanted(kind, s) for s in known) and not hedged:
            return f"“{word}” is denied, but the fact says so."
        return ""
    if modal:
        known = [s for s in stances if s.sign and not s.flat]
        lift = [s for s in known if _wanted(kind, s)]
        if (
            (kind in ("up", "down", "good", "bad") or word == "lower")
            and lift
            and _has_lift(case)
            and not any(s.sign == _wanted(kind, s) for s in lift)
        ):
            return f"“{word}” goes against the sign of its fact."
        return ""
    if any(c.family == "limit" for bound in case.bound for c in bound) and not stances:
        return ""  # 'a smaller one could hardly have been seen'
    own = case.sentence.low[segment.start : segment.end]
    if OTHERS_STRICT.search(own) and kind not in ("more", "less") and not _has_number(case, segment):
        others = [s for fact in case.facts for s in _of_others(fact)]
        if others and all(stance.flat for stance in others) and not hedged:
            return f"“{word}” is said of the others, whose change chance explains."
    if not case.facts:
        return f"“{word}” needs a fact that compares." if not case.sentence.quotes else ""
    if not stances:
        return f"“{word}” is said of no number or fact that compares."
    if kind == "moved":
        if all(s.flat for s in stances) and not hedged:
            return f"“{word}” is said of a change that chance explains."
        return ""
    agreeing = [s for s in stances if not s.sign or _wanted(kind, s) in (s.sign, 0)]
    if not agreeing:
        return f"“{word}” goes against the sign of its fact."
    if all(s.flat for s in agreeing) and not hedged:
        return f"“{word}” is said of a change that chance explains."
    return ""


def _has_number(case: Case, segment: Segment) -> bool:
    return any(segment.start <= numeral.start < segment.end for numeral in case.sentence.numerals)


def _of_others(fact: Fact) -> Iterator[Stance]:
    """What a fact says of the change among those outside its group."""
    for place, number in enumerate(fact.numbers):
        ends = interval_at(fact, place)
        if number.of == "change elsewhere" and ends is not None:
            yield Stance((number.value > 0) - (number.value < 0), ends[0] <= 0 <= ends[1], False, True)


def _wanted(kind: str, stance: Stance) -> int:
    """The sign that a word asks for; 0 where any will do."""
    if kind in ("up", "more"):
        return 1
    if kind in ("down", "less"):
        return -1
    if stance.bad_up is None:
        return 0
    good = -1 if stance.bad_up else 1
    return good if kind == "good" else -good


def _has_lift(case: Case) -> bool:
    return any(c.head.of in ("lift", "joint") for bound in case.bound for c in bound)


def _stances(case: Case, start: int, end: int, segment: Segment, kind: str) -> Iterator[Stance]:
    """Those of the nearest number with a sign, else those of the facts that the segment is about."""
    numerals = case.sentence.numerals
    inside = [i for i, n in enumerate(numerals) if segment.start <= n.start < segment.end and case.bound[i]]
    after = [i for i in inside if numerals[i].start >= end]
    before = [i for i in reversed(inside) if numerals[i].end <= start]
    overlapping = [
        i for i in inside if numerals[i].start <= start < numerals[i].end or start <= numerals[i].start < end
    ]
    for index in (*overlapping, *after, *before):
        found = [stance for c in case.bound[index] if (stance := _of_candidate(c, kind)) is not None]
        if found:
            yield from found
            return
    names = case.sentence.names_at(case.sentence.segments.index(segment))
    facts = (
        [f for f in case.facts if all(is_about(name, about(f, case.sentence.known)) for name in names)]
        if names
        else case.facts
    )
    found = [stance for fact in facts for stance in _of_fact(fact, kind)]
    if not found and names:
        found = [
            stance
            for fact in case.facts
            for stance in _of_fact(fact, kind)
            if any(is_about(n, about(fact, case.sentence.known)) for n in names)
        ]
    yield from found


def _of_candidate(candidate: Candidate, kind: str) -> Stance | None:
    """What the number says of a change or a difference; None where it says nothing of either."""
    fact, number = candidate.fact, candidate.number
    place = candidate.place
    while place > 0 and family(fact.numbers[place]) == "end":
        place -= 1
    if place >= 0 and candidate.family == "end":
        number = fact.numbers[place]
    role = family(number)
    bad = _bad_up(number.of, number.unit, fact)
    ends = interval_at(fact, place) if place >= 0 else None
    straddles = None if ends is None else ends[0] <= 0 <= ends[1]
    if role == "delta":
        if number.of.startswith("gap") and kind in ("up", "down", "good", "bad", "moved"):
            return Stance(-1 if kind == "up" else 1, False, False, True)  # a difference between people never moved
        flat = fact.direction == "flat" if place == 0 and fact.direction else straddles
        sign = (number.value > 0) - (number.value < 0)
        return Stance(sign, flat, bad, number.unit == "points")
    if number.unit == "ratio" or candidate.number.of.startswith("worked out"):
        value = candidate.number.value if candidate.number.of.startswith("worked out") else number.value
        return Stance(1 if value > 1 else -1, False, bad)
    if role in ("level", "before", "others", "count"):
        other = _pair(fact, number, kind)
        if other is not None:
            sign = (other > 0) - (other < 0)
            flat = fact.direction == "flat" and kind not in ("more", "less")
            return Stance(sign, flat, bad, number.unit == "points")
        if fact.direction in ("up", "down") and role != "count":
            return Stance(1 if fact.direction == "up" else -1, False, bad)
        if fact.direction == "flat" and role != "count":
            delta = next((n.value for n in fact.numbers if family(n) == "delta"), 0.0)
            return Stance((delta > 0) - (delta < 0), True, bad)
    return None


def _pair(fact: Fact, number: Number, kind: str) -> float | None:
    """The level minus what it is compared with: the time before, or, for words that compare, the others."""
    place = next((i for i, one in enumerate(fact.numbers) if one is number), -1)
    if place < 0:
        return None
    if family(number) in ("before", "others"):
        level = partner(fact, place)
        return None if level is None else level.value - number.value
    found = {
        family(other): number.value - other.value
        for i, other in enumerate(fact.numbers)
        if family(other) in ("before", "others") and partner(fact, i) is number
    }
    order = ("others", "before") if kind in ("more", "less") else ("before", "others")
    return next((found[one] for one in order if one in found), None)


def _of_fact(fact: Fact, kind: str) -> Iterator[Stance]:
    """Everything that a fact says of a change or difference: the change for verbs, differences for comparisons."""
    comparing = kind in ("more", "less")
    stated = {"up": 1, "down": -1}.get(fact.direction, 0)
    bad = _bad_up(fact.numbers[0].of, fact.numbers[0].unit, fact) if fact.numbers else None
    if stated:
        yield Stance(stated, False, bad)
    first = True
    for place, number in enumerate(fact.numbers):
        if family(number) == "delta" or number.unit == "ratio":
            if first and fact.direction and not comparing and family(number) == "delta":
                first = False
                if fact.direction == "flat":
                    yield Stance((number.value > 0) - (number.value < 0), True, bad)
                continue
            ends = interval_at(fact, place)
            flat = (
                None
                if ends is None
                else (ends[0] <= 0 <= ends[1] if number.unit != "ratio" else ends[0] <= 1 <= ends[1])
            )
            moves = number.of in ("gap", "lift", "odds", "joint") or number.unit == "ratio"
            if comparing or not moves:
                sign = (number.value > (1 if number.unit == "ratio" else 0)) - (
                    number.value < (1 if number.unit == "ratio" else 0)
                )
                yield Stance(sign, flat, _bad_up(number.of, number.unit, fact), number.unit == "points")
    if fact.direction == "flat" and not any(family(n) == "delta" for n in fact.numbers):
        yield Stance(0, True, bad)
    if comparing:
        for number in fact.numbers:
            if family(number) in ("level", "count"):
                difference = _pair(fact, number, kind)
                if difference:
                    yield Stance(1 if difference > 0 else -1, fact.direction == "flat", bad)


def _bad_up(of: str, unit: str, fact: Fact) -> bool | None:
    """Whether more of it is bad news: friction, yes; a score, no; how often a theme is spoken of, cannot be told."""
    if unit == "points":
        return False
    if "sessions" in of or (of in ("rate", "trend") and any("of sessions" in n.of for n in fact.numbers)):
        return True
    return None


def _claims_of_chance(case: Case) -> Iterator[Fault]:
    """'Unchanged' of what moved, and 'beyond chance' of what did not."""
    low = case.sentence.low
    for match in _FLAT.finditer(low):
        stances = _associated(case, match.start())
        if (
            stances
            and not any(s.flat is not False or not s.sign for s in stances)
            and not _NEGATED.search(low[max(0, match.start() - 30) : match.start()])
        ):
            yield Fault("directions", f"“{match.group()}” is said of a change beyond chance.")
            return
    for match in _SIGNIFICANT.finditer(low):
        lead = low[max(0, match.start() - 45) : match.start()]
        if _NEGATED.search(lead) or re.search(
            r"\b(?:no|nor|neither|not|none|nobody|nothing|never|cannot|hardly|whether|if|n't)\b|n't\b", lead
        ):
            continue
        stances = _associated(case, match.start())
        if stances and all(s.flat for s in stances):
            yield Fault("directions", f"“{match.group()}” is said of a change that chance explains.")
            return


def _associated(case: Case, position: int) -> list[Stance]:
    """The changes that a remark on chance is about: its segment's numbers, else those before, else its facts."""
    segments = case.sentence.segments
    place = case.sentence.segment_at(position)
    segment = segments[place]
    own = case.sentence.low[segment.start : segment.end]
    if _REST.search(own) and not AGAINST.match(segment.opener):  # what remains is not what was just spoken of
        return [stance for fact in case.facts for stance in _of_fact(fact, "up")]
    for at in range(place, max(-1, place - 3), -1):
        one = segments[at]
        found = []
        for i, numeral in enumerate(case.sentence.numerals):
            if one.start <= numeral.start < one.end:
                found += [s for c in case.bound[i] if (s := _of_candidate(c, "chance")) is not None]
        if found:
            return found
        if one.names and at == place:
            break
    names = case.sentence.names_at(case.sentence.segments.index(segment))
    facts = (
        [f for f in case.facts if all(is_about(n, about(f, case.sentence.known)) for n in names)]
        if names
        else case.facts
    )
    return [stance for fact in facts for stance in _of_fact(fact, "up")]
