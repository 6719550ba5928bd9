"""Strong words: superlatives, rank, only, all, most, new and absence stand only where a cited fact carries them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyst.answers.facts import Fact
from analyst.answers.grounding.case import Case, Fault

_ADVERBS = "the|its|their|our|all|those|these|such|who|customers|users"
# Each pattern with what a fact must allow, any one of them.
_STRONG: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), frozenset(allowed.split()))
    for pattern, allowed in (
        (
            r"\b(?:(?:tops|topped|topping|heads)(?! the (?:list|ranking)\b)|"
            r"outranks|leads(?! to)|largest|biggest|highest|greatest|strongest|"
            r"sharpest|steepest|hardest|heaviest|deepest|"
            r"commonest|loudest|widest|fastest|longest|severest|topmost|"
            r"chief|foremost|dominant|dominates?|leading|prime|record|happiest|unhappiest|angriest|busiest|"
            r"clearest|nothing (?:else )?(?:is|was|comes|hurts?) (?:more|worse|bigger|close))\b"
            r"|\bthe most\b(?! (?:recent|common answer))|\bmost (?:[a-z]+ly |often|common(?:ly)?|"
            r"frequent(?:ly)?|mentioned|affected|important|severe|visible|urgent|painful|critical|widespread|"
            r"talked|in\b|on\b|among\b|strongly|sharply)|"
            r"(?:fell|rose|dropped|moved|lost|gained|changed|grew|declined|hit|suffered|hurts?|matters?|"
            r"declining|falling|rising) (?:the )?most\b|\bmore than any\b|\bthan any other\b|"
            r"\bany other (?:group|theme|screen|segment|platform|plan|version|fix)\b|\bunlike any\b",
            "most",
        ),
        (r"\b(?:worst|best)\b(?! case)", "most least first"),
        (
            r"\b(?:top|main|primary|principal|number one|no\. 1|#1|key|crucial)\b(?! (?:box|to|of the (?:page|"
            r"screen)))|\bprimar(?:y|ily) \b|\babove all\b|\bfirst and foremost\b|\b(?:highest|top) priority\b|"
            r"\bmost urgent\b",
            "most first",
        ),
        (
            r"\b(?:lowest|smallest|least|fewest|weakest|slowest|mildest|lightest|quietest|rarest)\b(?<!at least)",
            "least",
        ),
        (
            r"(?<!at )\b(?:tops|topped|topping|heads) the (?:list|ranking)\b|(?<!at )\bfirst\b(?!-time| glance|"
            r" sight| of all the)|\bcomes? before all\b|\bahead of (?:all|"
            r"every|any)\b",
            "first",
        ),
        (
            r"(?<!not )(?<!if )\b(?:only|solely|exclusively|sole|unique(?:ly)?|singular(?:ly)?|nothing but|"
            r"none but|no other|nobody else|no one else|nowhere else)\b"
            r"(?! (?:about |around |some |roughly |just )?(?:\d|[+-]\d|\ue000|one in|two|three|four|five|six|"
            r"seven|eight|nine|ten|eleven|twelve|a (?:third|quarter|half|few|fraction)|half|partly|slightly|"
            r"a little|from mentions))",
            "only",
        ),
        (
            r"\b(?:brand-?new|new(?:ly|est)?|emerged|emerging|emergent|unprecedented|appear(?:s|ed) for the|"
            r"did not exist|didn't exist|never (?:been )?seen before|unheard[- ]of|not been (?:seen|"
            r"mentioned) before|out of nowhere)\b",
            "new",
        ),
        (
            r"(?<!of )(?<!at )(?<!in )(?<!after )(?<!above )(?<!across )(?<!over )(?<!almost )"
            r"(?<!nearly )(?<!taking )(?<!counting )\ball\b(?! (?:who|others?|"
            r"these|those|this|that|it|else|the same|in all|over|right|told|above|of them is|day|along|out)\b)|"
            r"(?<!chance )\bacross all\b(?! of them is)|\bin all (?:groups|segments|platforms|plans|countries|cases|"
            r"regions|versions|weeks)\b|\bof all kinds\b|\bacross the board\b|\bacross every\b|\bhappen(?:s|ed|"
            r"ing)? to (?:everyone|everybody)\b|"
            r"\bevery (?!week\b|day\b|month\b|quarter\b|time\b|other\b|hundred\b|\d)\w+|\bevery single\b|"
            r"\beach (?:of the|and every|group|segment|platform|plan|country|screen|theme|customer|user|"
            r"version|one)\b|\balways\b|\binvariably\b|\bwithout exception\b|\bunanimous(?:ly)?\b|"
            r"\buniversal(?:ly)?\b|\bentirely\b|\bwholly\b|\bcompletely\b|\btotally\b|\beverywhere\b|"
            r"\bconsistently\b|"
            r"(?<!of the )\b(?:entire|whole) (?:drop|fall|rise|change|movement|decline|increase|base|customer|"
            r"slide|loss|dip)\b|"
            r"(?<!of )(?<!over )(?<!among )(?<!for )(?<!than )(?<!against )(?<!with )(?<!from )(?<!to )"
            r"(?<!where )(?<!that )(?<!shared by )\b(?:everyone|"
            r""
            r""
            r"everybody)\b(?! (?:else|alike|outside|except|but|apart|other)\b)(?!'s\b)",
            "all",
        ),
        (
            r"\bmajority\b|\bthe bulk\b|\blion's share\b|\boverwhelming(?:ly)?\b|\bmore often than not\b|"
            r"\bvast\b|\bnearly all\b|\balmost all\b|\busually\b|\btypically\b|\bgenerally\b|\bcommonly\b"
            rf"|(?<!the )(?<!at )\bmost(?: of)?(?: (?:{_ADVERBS}))* (?!often|common|frequent|mentioned|"
            rf"affected|important|severe|visible|urgent|painful|critical|widespread|talked|in\b|on\b|among\b|"
            rf"strongly|sharply|recent|likely)(?:[a-z]+s|people|it|them|this|that|feedback|who|drop|fall|rise|"
            rf"change|movement|decline|loss|increase|slide|dip|points|talk|\ue000+)\b|\bmost of\b|\bmost,",
            "majority all",
        ),
        (
            r"\b(?:mostly|mainly|largely|predominantly|primarily|chiefly|principally|for the most part|"
            r"almost (?:only|exclusively|entirely)|by and large|overwhelmingly|particularly|especially|"
            r"above all)\b",
            "majority most only all",
        ),
    )
)
_ABSENCE = re.compile(
    r"\b(?:nobody|no[- ]one|none|not one|not a single|nothing|nowhere|never|neither|"
    r"(?<!towards )(?<!to )(?<!above )(?<!below )(?<!than )(?<!from )(?<!include )"
    r"(?<!includes )(?<!near )zero (?=[a-z]+s\b)|"
    r"not any|(?:don't|do not|doesn't|does not|didn't|did not|not) mention\w*|no mention\w*|unmentioned|"
    r"no (?:trace|sign|hint|word)s? of|(?:not|n't) (?:\w+ ){0,3}(?:for|to|by|from|among) (?:anyone|anybody)|"
    r"silent (?:on|about)|not a word|absent|absence|missing from|"
    r"free of|devoid of|(?:has|have|had) (?:gone(?! (?:up|down|from|to|on|further|through|the))|vanished|"
    r"disappeared)|(?:is|are|was|were) gone(?! (?:up|down))|not an? \w+ (?:left|remains?)|vanished|disappeared|"
    r"gone (?:away|"
    r"silent)|no longer (?:mention\w*|talk\w*|complain\w*|appear\w*|a (?:problem|topic|theme))|without (?:any|"
    r"a single)|lacks?|nil)\b"
    r"|\bno (?:\w+ )?(?:users?|customers?|people|persons?|comments?|answers?|complaints?|sessions?|groups?|"
    r"segments?|screens?|themes?|detractors?|promoters?|crash(?:es)?|errors?|freezes?|taps?|friction|problems?|"
    r"issues?|praise|respondents?|platforms?|plans?|versions?|fix(?:es)?|alerts?|rules?|tickets?|reports?|"
    r"trouble|signals?|shoppers?|buyers?|clients?|members?|visitors?|other)\b",
    re.IGNORECASE,
)
_NOT_ABSENCE = re.compile(
    r"includ\w+ (?:none|zero|no change)(?: at all)?|nothing (?:has |needs )?(?:to (?:be )?)?explain\w*|"
    r"nothing (?:can|could|may) be said|nothing of the (?:cause|reason)|no more than|no fewer than|"
    r"no less than|nothing (?:of note|much)|none at all|never mind|nothing more than|nothing to do with chance|"
    r"neither (?:rose|moved|"
    r"fell|up)|cannot|"
    r"without (?:a|an|the) (?:plan|comment|session|platform|country|version|segment)",
    re.IGNORECASE,
)
_NOT_BEYOND = re.compile(
    r"\b(?:neither|nothing|none|nobody|no (?:group|segment|theme|screen)s?)\b.*\bbeyond (?:the )?(?:chance|noise)\b",
    re.IGNORECASE,
)
_NO_PEOPLE = re.compile(
    r"\b(?:nobody|no[- ]one|(?:no|not an?|not one|not a single) (?:\w+ )?(?:customers?|users?|people|persons?|"
    r"shoppers?))\b",
    re.IGNORECASE,
)
_OF_GROUPS = re.compile(r"\b(?:groups?|segments?|chance|stands? out|moved|alone)\b")
_PERCENT_SAID = re.compile(
    r"most|majority|bulk|lion|mostly|mainly|largely|predominantly|overwhelm|usually|typically|generally|"
    r"commonly|chiefly|primarily",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:not|n't|nor|neither|no|never|hardly|far from|whether|which)\s(?:the |a |an |its |their |"
    r"necessarily |clearly |one of the )*$",
    re.IGNORECASE,
)
_ONE_OF = re.compile(r"\b(?:one|some|two|three|five) of the $", re.IGNORECASE)


_EVER = re.compile(
    r"\b(?:so far|ever(?! since)|yet(?= (?:seen|recorded|measured))|on record|in (?:its |our |the )?history|"
    r"of all time|to date|in years)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(r"\b(?:\w{3,}est|worst|best|most|least|first)\b", re.IGNORECASE)


def strong(case: Case) -> Iterator[Fault]:
    """Superlatives and words of rank, size, newness and totality need a cited fact that allows them."""
    text, allows = case.sentence.bare, case.allows
    if any(number.unit == "share" and number.value == 1.0 for fact in case.facts for number in fact.numbers):
        allows = allows | {"all"}  # '5,068 of 5,068 sessions name their user'
    ever = _EVER.search(text)
    if ever and _SUPERLATIVE.search(text):
        yield Fault("strong", f"“{ever.group()}” speaks of a time that no fact covers.")
        return
    for pattern, needed in _STRONG:
        if needed & allows:
            continue
        for match in pattern.finditer(text):
            if _PERCENT_SAID.search(match.group()) and _over_half(case, match.start()):
                continue
            if match.group().lower() in ("only", "smallest", "least") and _is_limit(case):
                continue
            if _NEGATED.search(text[: match.start()]) and "only" not in needed and "new" not in needed:
                continue
            yield Fault("strong", f"“{match.group().strip()}” needs a fact that says so.")
            return


def absence(case: Case) -> Iterator[Fault]:
    """That there is none of something needs a fact that counted none."""
    if "none" in case.allows:
        counted = [fact for fact in case.facts if "none" in fact.allows]
        people = _NO_PEOPLE.search(case.sentence.bare)
        if people and not _OF_GROUPS.search(case.sentence.low) and all(_of_groups(fact) for fact in counted):
            yield Fault("absence", f"“{people.group()}” is said of people, and what was counted is groups.")
        return
    if _NOT_BEYOND.search(case.sentence.bare) and all(fact.direction == "flat" for fact in case.facts):
        return  # 'neither A nor B changed beyond chance' denies a change, which is what a flat fact does
    text = _NOT_ABSENCE.sub(lambda match: " " * len(match.group()), case.sentence.bare)
    match = _ABSENCE.search(text)
    if match:
        yield Fault("absence", f"“{match.group()}” needs a fact that counted none.")


def _of_groups(fact: Fact) -> bool:
    return any(number.of == "groups checked" for number in fact.numbers)


def _over_half(case: Case, position: int) -> bool:
    """Whether a share of more than half stands beside the word, so that the reader sees what most means."""
    numerals = case.sentence.numerals
    for numeral, bound in zip(numerals, case.bound, strict=True):
        if abs(numeral.start - position) < 60 and any(
            c.number.unit == "share" and c.number.value > 0.5 and c.family == "level" for c in bound
        ):
            return True
    return False


def _is_limit(case: Case) -> bool:
    """'Only a change of at least 7.4 points would have been seen' says no more than the smallest visible change."""
    return any(candidate.family == "limit" for bound in case.bound for candidate in bound)
