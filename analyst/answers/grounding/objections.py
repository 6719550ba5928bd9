"""Why a number of a fact cannot be the one that is said: of other people, another time, another meaning.

Each test weighs one candidate where it stands, and answers with its objection, or with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from analyst.answers.facts import EVERYONE
from analyst.answers.grounding.case import Case
from analyst.answers.grounding.cues import (
    AGAINST,
    AGAINST_NEAR,
    ALL_PEOPLE,
    BASE,
    BASES,
    BEFORE_AFTER,
    BEFORE_BEFORE,
    BY,
    CALLED,
    CONTRIB,
    DELTA_WORDS,
    END_WORDS,
    EVERYONE_WORDS,
    FROM,
    GREW,
    HEDGE_UNSIGNED,
    HEDGES,
    INTERVAL_WORDS,
    IS_CHANGE,
    JOINTLY,
    LEVEL,
    MENTION,
    MOVED_UP_TO,
    MOVES,
    NOUNS,
    NOW_AFTER,
    NOW_BEFORE,
    OF_THE_CHANGE,
    OTHER_SPAN,
    OTHERS,
    OTHERS_STRICT,
    PART_WORDS,
    PRIOR,
    PRONOUN,
    SESSIONS,
    THERE,
    TO,
    WAS,
    WITH_COMMENT,
    WITHOUT,
)
from analyst.answers.grounding.dates import is_window
from analyst.answers.grounding.dating import dated
from analyst.answers.grounding.facts_view import (
    CONTRIBUTIONS,
    Candidate,
    about,
    conditions,
    family,
    is_about,
    is_own,
    metrics_of,
    of_others,
    signal_of,
    signals_in,
    values_of,
)
from analyst.answers.grounding.place import Place

Test = Callable[[Place, Candidate], str]


def objection(place: Place, candidate: Candidate) -> str:
    """Why `candidate` cannot stand there; empty where it can."""
    for test in TESTS:
        wrong = test(place, candidate)
        if wrong:
            return wrong
    return ""


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
        (BY.search(place.before) or IS_CHANGE.search(place.before))
        and kind in ("level", "before", "others")
        and not (candidate.number.unit == "share" and place.after.startswith(" of "))  # 'and by 13% of the others'
        and not re.search(
            r"\b(?:mentioned|said|met|shared|used|named|seen|raised|given|told|made|hit|reported|brought up|went) by ",
            place.before,
        )
    ):
        return "is a level, not a change"
    return ""


def _level_or_change(place: Place, candidate: Candidate) -> str:
    in_points = candidate.number.unit == "points" or candidate.number.of == "trend"
    if in_points and candidate.family == "delta" and place.numeral.unit == "percent" and BY.search(place.before):
        return "is a difference in points, not in percent"
    if candidate.family != "delta" or place.partner is not None:
        return ""
    if LEVEL.search(place.before) and not DELTA_WORDS.search(place.before) and not DELTA_WORDS.search(place.own):
        return "is a change, and is given as a level"
    return ""


def _said_before_after(place: Place) -> bool:
    """'23.4 before', but not '10.0 (before: 23.4)', where the word belongs to the number after it."""
    match = BEFORE_AFTER.match(place.after)
    if match is None:
        return False
    last = place.index + 1 == len(place.case.sentence.numerals)
    return last or not re.fullmatch(r"\s?(?::|at|was|it was|of)?\s?", place.after[match.end() :])


def _time(place: Place, candidate: Candidate) -> str:
    kind = candidate.family
    if kind in ("end", "delta", "ratio", "") or place.numeral.unit in ("days", "weeks"):
        return ""
    rest = place.after
    said_before = (
        (FROM.search(place.before) if candidate.number.unit != "count" else None)
        or _said_before_after(place)
        or BEFORE_BEFORE.search(place.before)
        or (AGAINST.match(place.segment.opener) and WAS.search(place.own + rest))
    )
    if kind == "before" and candidate.number.unit == "count" and re.search(r"\b(?:had|were|was) $", place.before):
        said_before = BEFORE_AFTER.match(place.after) or PRIOR.search(place.lead)
    if kind == "before":
        if (NOW_AFTER.match(rest) or NOW_BEFORE.search(place.before)) and not said_before:
            return "is that of the time before, not of now"
        clue = (
            said_before
            or AGAINST.match(place.segment.opener)
            or AGAINST_NEAR.search(place.before)
            or WAS.search(place.wide)
            or _names_time(place, candidate)
            or (place.partner is not None and place.partner[0] == place.index)
        )
        return "" if clue else "is that of the time before, which the sentence does not say"
    if kind == "count" or (candidate.number.of in ("", "value") and not candidate.number.of):
        return ""
    has_before = any(family(n) == "before" and n.unit == candidate.number.unit for n in candidate.fact.numbers)
    if kind == "level" and has_before and place.partner is None:
        if PRIOR.search(place.lead) and not re.search(r"\b(?:now|this)\b", place.before):
            return "is that of now, not of the time before"
        if _said_before_after(place) or re.search(
            rf"(?<!with )(?<!than )(?<!as )(?<!like )\b(?:before|previously|baseline|had been|used to be|"
            rf"earlier)(?: (?:at|was|it was))?:?[ (]*{HEDGES}$",
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
    if OTHER_SPAN.search(place.wide):
        return "is compared with another time"
    fact = candidate.fact
    windows = {fact.window} | {n.window for n in fact.numbers if n.window}
    for when in place.segment.times:
        if is_window(when, text, candidate.window):
            return ""
    for when in place.segment.times:
        if any(is_window(when, text, window) for window in windows):
            lead = text[: when.start].lower().rstrip("\ue000 ")
            if re.search(r"\b(?:since|from|against|on|than|over|compared with|compared to|versus|before|with)$", lead):
                return ""
            return "belongs to another window"
        if not dated(when, text, place.case, candidate):
            return "belongs to another window"
    return ""


def _groups(place: Place, candidate: Candidate) -> str:
    case = place.case
    names = _names_for(place)
    mine = _about(candidate, case) | case.base
    strange = [name for name in names if not is_about(name, mine)]
    if strange and candidate.number.unit == "count" and not _own_names(place):  # 'A (10%) and B (8%), in 189 comments'
        strange = [] if any(is_about(one.name, mine) for one in case.sentence.mentions) else strange
    part = PART_WORDS.get(candidate.number.of)
    if strange and part and candidate.number.of != "release" and not place.segment.names and part.search(place.own):
        strange = []  # 'while a shared shift adds +0.9': the words say which part of the whole it is
    if strange:
        return f"is not about {strange[0]}"
    signal = signal_of(candidate.fact)
    said = signals_in(place.wide) if signal else frozenset()
    if said and signal not in said:
        return f"is not about {sorted(said)[0]}"
    group = values_of(candidate.number.where or EVERYONE)
    if group and conditions(candidate.where) > case.everyone and candidate.head.of not in CONTRIBUTIONS:
        named = {mention.name for mention in case.sentence.mentions}
        named_group = any(is_about(value, frozenset(named)) for value in group)
        if not named_group and not THERE.search(case.sentence.low) and not of_others(candidate.head):
            return f"is about a group ({candidate.where}) that the sentence does not name"
    metrics = place.segment.metrics or next(
        (s.metrics for s in reversed(case.sentence.segments[: place.at]) if s.metrics), ()
    )
    spoken = metrics_of(candidate.fact)
    if metrics and spoken and candidate.number.unit == "points" and not set(metrics) & spoken:
        return f"is not about {metrics[0].upper()}"
    if names or candidate.head.of in CONTRIBUTIONS or of_others(candidate.head):
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
    return frozenset(name for name in names if is_own(name, own) or not is_own(name, frozenset(strange)))


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
    if lead.startswith("of the"):  # 'Of the 13.3 points lost, 12.0 go with Android'
        return ()
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
    lead = place.case.sentence.low[: place.numeral.start]
    if kind in ("level", "delta") and re.fullmatch(rf"\s*(?:elsewhere|among (?:the )?others),? {HEDGES}", lead):
        return "is not that of the others"
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
        called = next((names for word, names in CALLED.items() if word in of.split() or of == word), None)
        if called is None and of == "n":
            called = {"answers", "people", "comments", "sessions", "users", "mentions", "opinions"}
            for other in candidate.fact.numbers:
                if other.of in ("users", "sessions") and other.value != candidate.number.value:
                    called -= CALLED.get(other.of, set()) - {"people"}
        kind = NOUNS.get(numeral.noun)
        if called is not None and kind is not None and kind not in called:
            return f"does not count {numeral.noun}"
        if called is not None and kind is None and numeral.noun != "things":
            return f"does not count {numeral.noun}"
    if "with a session" in of and not SESSIONS.search(place.case.sentence.low):
        return "counts those with a session, which the sentence does not say"
    if of == "answers with a session" and WITH_COMMENT.match(place.after):
        return "counts those with a session"
    if "mentioners exposed" in of and (
        ALL_PEOPLE.match(place.after) or (" in " in numeral.text[3:] and " " in numeral.text.split(" in ")[0])
    ):
        return "is no share of all who answered"
    counted = candidate.number.unit == "count" and of != "mentions" and bool(numeral.noun)
    total = place.index and re.search(r"\bof (?:the |all |all the )?$", place.before)  # '55 of the 530 comments'
    if (
        counted
        and not total
        and MENTION.match(place.after)
        and any(one.of == "mentions" for one in candidate.fact.numbers)
    ):
        return "does not count those who mention it"
    grew = GREW.search(place.before) or (numeral.text.lower().endswith("fold") and MOVES.search(place.before))
    if numeral.unit == "times" and grew and candidate.number.unit == "ratio" and of != "worked out":
        return "is no growth over time"
    if candidate.number.unit == "share" and numeral.unit == "percent":
        match = BASE.match(place.after)
        kind = NOUNS.get(match["noun"]) if match else None
        bases = next((names for word, names in BASES.items() if f"of {word}" in of), None)
        if kind is not None and bases is not None and kind not in bases:
            return f"is not a share of {match['noun']}"  # type: ignore[index]
    return ""


def _part(place: Place, candidate: Candidate) -> str:
    """A contribution to the whole change is not a group's own change, nor one part of the whole another."""
    if candidate.head.of == "joint" and not JOINTLY.search(place.case.sentence.low):
        return "is the lift of several fixes together"
    of_change = OF_THE_CHANGE.match(place.after) and candidate.number.unit == "share"
    if of_change and candidate.number.of != "part of the change":
        return "is no part of the change"
    if candidate.number.of == "part of the change" and not OF_THE_CHANGE.match(place.after):
        return "is a part of the whole change, which the sentence does not say"
    if candidate.number.unit != "points" or candidate.family != "delta":
        return ""
    low = place.case.sentence.low
    near = place.own + place.after[:40]
    of = candidate.number.of
    parts = any(one.of in CONTRIBUTIONS for one in candidate.fact.numbers)
    makes_up = re.search(rf"\b(?:makes? up|made up|accounts? for|contribut\w+) {HEDGES}$", place.before)
    if of == "change" and parts and makes_up and any(words.search(place.lead) for words in PART_WORDS.values()):
        return "is the whole change, not the part that makes it up"
    if of in CONTRIBUTIONS:
        if not (CONTRIB.search(near) or CONTRIB.search(low[: place.numeral.end][-90:])):
            return "is a part of the whole change, not a change of its own"
        own = WITHOUT.sub(" ", place.own)
        said = {kind for kind, words in PART_WORDS.items() if words.search(own)}
        if of in PART_WORDS and said and of not in said and not place.segment.names:
            return "is another part of the whole change"
        return ""
    owner = any(n.of in CONTRIBUTIONS for n in candidate.fact.numbers)
    if owner and re.match(r"^\s?(?:points? )?of (?:the|that|this|it)\b", place.after):
        return "is a group's own change, not its part of the whole"
    return ""


def _limit(place: Place, candidate: Candidate) -> str:
    """What could have been seen, or would be needed, is no finding."""
    of = candidate.number.of
    if candidate.family != "limit":
        return ""
    near = place.own + place.after + place.before
    if of == "threshold":
        clue = re.search(
            r"\b(?:threshold|limit|above|below|over|under|beyond|alert\w*|rule|line|mark|set|at least|more than|"
            r"less than|exceed\w*|pass\w*|cross\w*|drops?|falls?|by)\b",
            near,
        )
        return "" if clue else "is the threshold of an alert rule"
    if of == "smallest visible":
        clue = re.search(
            r"\b(?:could|seen|see|detect\w*|visible|smallest|minimum|at least|would|show\w*|notice\w*|"
            r"sensitiv\w+|or more|spot\w*|pick up|reveal\w*)\b",
            near,
        )
        return "" if clue else "is the smallest change that could have been seen, not a change"
    clue = re.search(r"\b(?:need\w*|would|take|takes|require\w*|settle\w*|enough|necessary|confirm)\b", near)
    return "" if clue else "is how many answers it would take"


def _sign(place: Place, candidate: Candidate) -> str:
    """A level below zero, or an interval that reaches below it, may not lose its minus."""
    if place.numeral.sign or candidate.number.value >= 0 or candidate.number.unit != "points":
        return ""
    if round(candidate.number.value, 1) == 0 or HEDGE_UNSIGNED.search(place.before):
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
