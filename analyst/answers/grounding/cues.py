"""The words beside a number that say what it is: a level, a change, the time before, the others, an end of an interval.

All patterns read lower-case text.
"""

from __future__ import annotations

import re

HEDGES = (
    r"(?:about |around |roughly |nearly |almost |only |just |some |over |under |more than |less than |at least |"
    r"at most |exactly |a |an |the |a mere |as much as |as many as |approximately |still |well |merely )*"
)
SUBJECT = r"(?:nps |csat |ces |the score |a score |scores? )?(?:of )?"
FROM = re.compile(rf"\bfrom {HEDGES}{SUBJECT}$")
MOVED_BETWEEN = re.compile(
    r"\b(?:fell|rose|dropped|gained|lost|slipped|climbed|declined|down|up|grew|fall of|drop of|rise of|"
    r"decline of)(?: by)?(?: somewhere| anywhere)? between $"
)
MOVED_UP_TO = re.compile(r"\b(?:is|are|was|were|went|came|back|now) (?:up|down) to $")
TO = re.compile(
    rf"(?<!up )(?<!opposed )(?<!close )(?<!down )(?<!compared )(?<!relative )(?<!due )\b(?:to|reaching|"
    rf"landing at|ending at|"
    rf"now at|stands at|stood at|sits at) {HEDGES}{SUBJECT}$"
)
BY = re.compile(
    r"\b(?:by|changes? of|drop of|falls? of|rise of|increase of|decrease of|decline of|"
    r"gains? of|swing of|"
    r"shift of|slide of|dip of|"
    r"difference of|gap of|loss of|improvement of|movement of|moved|fell|fallen|rose|risen|dropped|drops|falls|"
    r"rises|grew|climbed|slipped|slid|lost|"
    r"gained|declined|increased|decreased|went|shed|jumped|plunged|sank|dipped|tumbled|improved|worsened|(?:is|"
    r"are|was|were|went) (?:up|down))"
    rf" {HEDGES}$"
)
LEVEL = re.compile(
    rf"(?:\b(?:is|was|are|were|at|reached|reads|equals|stands|stood|scored?|scores|being)(?: now| currently|"
    rf" still)? {HEDGES}|\b(?:nps|csat|ces|score|level) (?:of|at|:)? ?{HEDGES}|\b(?:nps|csat|ces|score|"
    rf"level): ?)$"
)
DELTA_WORDS = re.compile(
    r"\b(?:chang\w+|differ\w+|effect|gap|lift|mov\w+|drop\w*|fall\w*|fell|rise|rose|shift\w*|swing|"
    r"contribut\w+|declin\w+|increas\w+|"
    r"decreas\w+|trend|expected|worth|impact|mix|gain\w*|loss|lost|slid\w*|down|up|improv\w+|worse\w*|better|"
    r"points? (?:lower|higher|more|less|worse|better|below|above|behind|ahead|weaker|stronger|fewer|short|"
    r"further|down|up|under|over)|lower|higher|explain\w*|account\w*|carr\w+|due|part|term|share of the|"
    r"rest is|remain\w+|"
    r"went|going|everybody else|everyone else|attribut\w+|swung|plus|minus|bring\w*|promis\w*|estimat\w*|"
    r"together|jointly|combined)\b"
)
CONTRIB = re.compile(
    r"\b(?:of the (?:whole|total|change|fall|drop|movement|headline|overall|rise|decline|decrease|increase|nps|"
    r"-|\d|\+|move|slide|dip|points)|contribut\w+|account\w*|carr(?:y|ies|ied)|"
    r"of (?:that|this|it|these|those)\b|attribut\w*|ledger|of which|holds?|adds? up|mix|who answered|everybody|"
    r"everyone|"
    r"shared?|release|groups?|part|term|sits?|comes? from|makes? up|rest|out of|of a)\b|\bof [\ue000 ]*(?:-|\+|"
    r"\d)"
)
AGAINST = re.compile(
    r"^(?:against|below|above|versus|vs\.?|compared (?:with|to)|relative to|than|as opposed to|rather than|instead of)$"
)
AGAINST_NEAR = re.compile(rf"\b(?:against|versus|vs\.?|compared (?:with|to)|relative to|than) {HEDGES}$")
BEFORE_AFTER = re.compile(
    r"^[^.;,)]{0,34}?\b(?:before|previously|earlier|beforehand|in the baseline|prior|baseline|ago|used to|"
    r"last time)\b(?! (?:they|the (?:answer|survey|response)|their|it|he|she|answering|an|a\b))"
)
BEFORE_BEFORE = re.compile(
    rf"(?<!with )(?<!than )(?<!as )(?<!like )\b(?:before|previously|baseline|earlier|prior|used to be|had been|"
    rf"was|were|had|stood at|before it was|"
    rf"last time|after)(?: (?:at|of|it was|that|this|the level was|then))?:?[ (]*{HEDGES}$"
)
WAS = re.compile(
    r"\b(?:was|were|had been|used to|earlier|previous\w*|before|baseline|prior|beforehand|ago|preceding|"
    r"formerly|then|start\w* (?:at|from))\b"
)
NOW_AFTER = re.compile(r"^[^.;,()]{0,22}?\b(?:now|this week|currently|today|at present|these days|this month)\b")
PRIOR = re.compile(
    r"(?<!with )(?<!against )(?<!than )(?<!from )(?<!since )(?<!versus )(?<!after )"
    r"(?<!to )(?<!on )(?:\bthe (?:\w+ )?(?:weeks?|"
    r"months?|period|window)s? (?:before|earlier|prior)\b|\b(?:the|a) (?:previous|prior|preceding) \w+)[^;:]*$"
)
NOW_BEFORE = re.compile(
    rf"\b(?:now|currently|today|at present|this week|this month|this one|this time)(?: (?:at|is|are|stands at|"
    rf"reads|it is|has|have|one at|one is|one))? {HEDGES}$"
)
OTHERS = re.compile(
    r"\b(?:others?|else|else's|elsewhere|rest|remaining|without|non-\w+|untouched|not|don't|doesn't|didn't|"
    r"outside|apart|excluding|leaving|remainder|everybody|average)\b"
)
OTHERS_STRICT = re.compile(
    r"\b(?:other (?:commenters|customers|users|people|sessions|answers|groups|respondents|visits|screens|"
    r"platforms|versions|plans|segments)|others|elsewhere|everybody else|everyone else|the rest|rest of the|"
    r"remaining)\b"
)
END_WORDS = re.compile(
    r"\b(?:at least|at most|at best|at worst|up to|as much as|as little as|as low as|as high as|as few as|"
    r"as many as|low end|"
    r"high end|(?:lower|upper) (?:end|bound|limit)|bound|limit|worst case|best case|not more than|no more than|"
    r"no less than|end of the interval|conservativ\w+|optimistic\w*|cautious\w*)\b"
)
INTERVAL_WORDS = re.compile(
    r"\b(?:interval|between|range|ranges|ranging|ci|confidence|anywhere|somewhere|margin|uncertain\w*|spans?|"
    r"runs)\b|95%"
)
PAIR = re.compile(r"^\s?(?:to|and|-|–|—|until|through|…|\.\.\.?|,)\s?(?:about |around |as much as |as high as )?$")
MOVES = re.compile(
    r"\b(?:fell|fall\w*|rose|rise\w*|rising|drop\w*|up|down|went|gone|going|moved|climb\w*|grew|grow\w*|"
    r"declin\w*|increas\w*|decreas\w*|slid|slipp\w*|sank|jump\w*|plung\w*|improv\w*|worsen\w*|chang\w*|"
    r"doubl\w*|tripl\w*|halv\w*|swung|dip\w*|recover\w*|deteriorat\w*|shr\w+nk|tumbl\w*|slump\w*)\b"
)
EVERYONE_WORDS = re.compile(
    r"\b(?:overall|as a whole|in total|everyone(?! else)|everybody(?! else)|all (?:customers|users|answers|"
    r"respondents)|headline|company-wide|across the board)\b"
)
PRONOUN = re.compile(
    r"\b(?:it|its|itself|there|that|those|these|this|them|they|their|group|segment|where|who|whose|which|here|"
    r"former|latter|such|same|groups|segments|subgroup|inside|within|apart)\b"
)
NOUNS = {
    "answers": "answers",
    "responses": "answers",
    "respondents": "answers",
    "replies": "answers",
    "surveys": "answers",
    "comments": "comments",
    "commenters": "comments",
    "verbatims": "comments",
    "mentions": "mentions",
    "sessions": "sessions",
    "visits": "sessions",
    "users": "users",
    "customers": "people",
    "people": "people",
    "groups": "groups",
    "segments": "groups",
    "subgroups": "groups",
    "opinions": "opinions",
    "detractors": "detractors",
    "passives": "passives",
    "promoters": "promoters",
    "complaints": "mentions",
    "themes": "themes",
    "screens": "screens",
    "fixes": "fixes",
    "rules": "rules",
    "alerts": "alerts",
    "customer": "people",
    "individuals": "people",
    "comparisons": "groups",
    "topics": "themes",
    "crashes": "signals",
    "errors": "signals",
    "freezes": "signals",
    "taps": "signals",
    "clauses": "opinions",
    "remarks": "mentions",
    "quotes": "quotes",
    "weeks": "weeks",
    "days": "days",
    "releases": "releases",
    "versions": "releases",
}
# What a count may be called, by the word in its `of`.
CALLED = {
    "answers": {"answers", "people"},
    "comments": {"comments", "answers", "people"},
    "mentions": {"mentions", "comments", "answers", "people"},
    "sessions": {"sessions"},
    "visits": {"sessions"},
    "users": {"users", "people"},
    "reach": {"users", "people"},
    "groups": {"groups"},
    "checked": {"groups"},
    "opinions": {"opinions", "mentions"},
    "detractors": {"detractors"},
    "needed": {"answers", "people"},
    "mentioners": {"mentions", "people", "comments", "answers"},
    "passives": {"passives"},
    "promoters": {"promoters"},
    "people": {"people", "users"},
    "others": set(),
}
BASE = re.compile(
    r"^\s?(?:of|among|across)\s(?:all |the |those |these |its |their |every |our |\ue000+ |such |nps |csat |"
    r"ces |other |\d[\d,]* )*(?P<noun>[a-z]+)"
)
BASES = {
    "answers": {"answers"},
    "comments": {"comments"},
    "sessions": {"sessions"},
    "mentions": {"mentions", "people", "comments"},
    "users": {"users", "people"},
    "opinions": {"opinions"},
    "detractors": {"detractors"},
    "mentioners": {"mentions", "people", "comments", "users"},
}
PART_WORDS = {
    "mix": re.compile(r"\b(?:mix|other people|who answered|composition|different people)\b"),
    "common": re.compile(r"\b(?:everybody|everyone|common|shared?|shares|alike|across the board)\b"),
    "release": re.compile(r"\b(?:release|version|did not exist)\b"),
    "segment": re.compile(r"\b(?:groups?|on their own|segments?)\b"),
}
GREW = re.compile(
    r"\b(?:rose|risen|grew|grown|increased|climbed|jumped|multiplied|fell|dropped|shrank|went up|up|"
    r"down)(?: by)? (?:about |around |nearly |almost |over |more than )?$"
)
THERE = re.compile(r"\b(?:there|that group|this group|its|their|where|such|these|those)\b")
OF_CHANGE = re.compile(
    r"\b(?:the|that|this|its) (?:change|difference|drop|fall|rise|effect|movement|gap|trend|decline)\b"
)
OF_THE_CHANGE = re.compile(
    r"^\s?(?:of|in) (?:the|that|this) (?:\w+ )?(?:change|drop|fall|rise|decline|movement|whole|total|loss|"
    r"slide|increase|decrease)\b"
)
JOINTLY = re.compile(
    r"\b(?:together|both|joint\w*|combined|combination|above|all|these|fixes|first (?:two|three|four|five)|up to)\b"
)
IS_CHANGE = re.compile(
    rf"\b(?:change|difference|drop|fall|rise|movement|effect|gap|lift) (?:is|was|comes to|amounts to) {HEDGES}$"
)
WITHOUT = re.compile(r"\b(?:without|beyond|apart from|besides|other than|outside) (?:the |this |that )?\w+")
MENTION = re.compile(
    r"^[^.;,(]{0,24}?\b(?:mention\w*|complain\w*|talk\w*|speak\w*|bring up|raise|are about|is about|name|cite)\b"
)
HEDGE_UNSIGNED = re.compile(r"\b(?:minus|negative|below zero)\s$")
SESSIONS = re.compile(r"\b(?:sessions?|visits?|join\w*|link\w*|match\w*|replays?|record\w*)\b")
WITH_COMMENT = re.compile(r"^[^.;,(]{0,24}?\b(?:comment\w*|words?|text)\b")
OTHER_SPAN = re.compile(
    r"\b(?:year[- ](?:on|over)[- ]year|month[- ](?:on|over)[- ]month|day[- ](?:on|over)[- ]day|quarter[- ](?:on|over)"
    r"[- ]quarter|yoy|year to date|overnight|last year|a year (?:ago|earlier)|since last (?:year|month|"
    r"quarter)|in years|all[- ]time)\b"
)
ALL_PEOPLE = re.compile(
    r"^\s?of (?:all |the |our )*(?:people|customers|users|comments|answers|respondents|everybody|everyone)\b"
    r"(?! (?:who|that|mentioning|with|on|in))"
)
