"""Every number that a sentence says, in digits or in words, with its unit, its precision and what hedges it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from analyst.answers.grounding.folding import words

SaidUnit = Literal["percent", "pp", "points", "times", "days", "weeks", "months", ""]
Hedge = Literal["", "over", "under", "about"]

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * (n + 2) for n, word in enumerate(_TENS)}
WORDS |= {f"{ten}-{_UNITS[n]}": 10 * (i + 2) + n for i, ten in enumerate(_TENS) for n in range(1, 10)}
WORDS |= {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "twentieth": 20,
    "hundredth": 100,
}
_PARTS |= {f"{word}s": n for word, n in _PARTS.items() if word not in ("half", "halves")}
_ORDINALS = {
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_VAGUE = {
    "dozens": (24, 140),
    "hundreds": (150, 1999),
    "thousands": (1500, 200_000),
    "millions": (1e6, 1e12),
    "a handful": (3, 8),
}
_TIMES = {
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "doubling": 2.0,
    "doubles": 2.0,
    "thrice": 3.0,
    "triple": 3.0,
    "tripled": 3.0,
    "tripling": 3.0,
    "quadrupled": 4.0,
    "quadruple": 4.0,
    "halved": 0.5,
    "halving": 0.5,
    "halves": 0.5,
    "tenfold": 10.0,
    "fivefold": 5.0,
    "sixfold": 6.0,
    "sevenfold": 7.0,
    "eightfold": 8.0,
    "ninefold": 9.0,
    "twofold": 2.0,
    "threefold": 3.0,
    "fourfold": 4.0,
}
_NOT_COUNTED = words(
    "points is was has less versus across as this plus minus its whereas perhaps vs always unless does",
    "pts goes falls rises keeps lies stands becomes means percentages us thus overall's towards upwards",
    "downwards times",
)
_WORD_ALTS = "|".join(
    sorted(
        (w for w in WORDS if w not in ("zero", "one", "hundred", "thousand", "million", "dozen")), key=len, reverse=True
    )
)
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_NUMERAL = re.compile(
    rf"(?P<sign>(?<![\w)])[+-]\s?|(?<![\w.,])|(?<=\d[-–])|(?<=[a-zA-Z]-))(?P<digits>{_DIGITS})"
    r"(?P<scale>\s?(?:k|m|bn|thousand|million)\b)?"
    r"(?P<unit>\s?(?:%|‰)(?:[\s-]points?\b)?|\s?(?:pp|p\.p\.|pct|percent|per cent)(?:\b|"
    r"(?<=\.))(?: points?\b)?|\s?percentage[ -]points?\b|\s?p\.p\."
    r"|[\s-]?(?:(?:NPS|CSAT|CES|score)[\s-])?(?:points?|pts?)\b|\s?×|\s?x\b|-?fold\b|[\s-]times\b"
    r"|[\s-](?:person[\s-])?(?:days?|weeks?|months?|years?|hours?|minutes?|seconds?)\b)?",
    re.IGNORECASE,
)
_WORDED = re.compile(
    rf"\b(?P<digits>(?:one(?= (?:hundred|thousand|million|point\b|day|week|month|percent|per cent))|"
    rf"{_WORD_ALTS}|a (?=hundred|thousand|million|dozen)|(?<![\w-])(?=(?:hundred|thousand|million|dozen)\b))"
    r"(?:\s?(?:hundred|thousand|million|dozen)\b)?)\b"
    r"(?P<unit>\s?(?:percent|per cent)(?: points?)?\b|\s?percentage[ -]points?\b|[\s-](?:(?:NPS|CSAT|CES|"
    r"score)[\s-])?(?:points?|pts?)\b|[\s-]times\b"
    r"|[\s-](?:person[\s-])?(?:days?|weeks?|months?|years?|hours?|minutes?|seconds?)\b)?",
    re.IGNORECASE,
)
_PART_ALTS = "|".join(
    sorted((p for p in _PARTS if p not in ("half", "halves", "quarter", "quarters")), key=len, reverse=True)
)
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten"
_FRACTION = re.compile(
    rf"\b(?P<top>{_SMALL}|an?|\d{{1,2}})[\s-](?P<part>{_PART_ALTS})(?=\b(?! (?:time|place|largest|biggest|week|"
    rf"month|day|fix|theme|screen|reason|group|segment|most)))"
    rf"|\b(?P<top2>one|two|three)[\s-](?P<part2>quarters?)\b|"
    rf"(?<!users a )(?<!customers a )(?<!people a )(?<!times a )(?<!once a )(?<!twice a )"
    rf"(?<!answers a )(?<=\ba )(?P<part3>quarter)\b(?! (?:ago|"
    rf"later|earlier|before)\b)|(?<=fourth )(?P<part4>quarter)(?= of the (?:answers|comments|sessions))"
    r"|(?P<part5>\bhalf\b)(?! (?:year|way|hour|an hour|a year|star))|"
    r"(?P<slash>(?<![\w./])(?P<a>\d{1,2})[/⁄](?P<b>\d{1,2})(?![\w/]))"
    rf"|\b(?P<top6>{_SMALL}|\d{{1,3}})(?: (?:comment|answer|session|customer|user|detractor|opinion|respondent|"
    rf"visit)s?)?(?: in(?: every)?| out of(?: every)?) (?P<of6>{_SMALL}|a hundred|twenty|"
    rf"\d{{1,3}})\b(?![.,]\d|%| (?:points|percent))",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?P<vague>dozens|hundreds|thousands|millions|a handful)\b"
    rf"|\b(?P<times>{'|'.join(sorted(_TIMES, key=len, reverse=True))})\b"
    r"|\b(?P<ordinal>second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|2nd|3rd|\d{1,2}th)\b(?!s)",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"(?:more than|over|above|at least|upwards of|no fewer than|exceeding|beyond|greater than|higher than|"
    r"well over|just over|>=?|north of)\s(?:the\s|a\s|an\s)?$",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"(?:less than|fewer than|under|below|at most|(?<!is )(?<!are )(?<!was )(?<!were )(?<!went )up to|nearly|"
    r"almost|just under|close to|approaching|no more than|not quite|lower than|<=?)\s(?:the\s|a\s|an\s)?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:about|around|roughly|approximately|some|circa|~|≈|in the region of|an estimated|or so|almost exactly|"
    r"close to|nearly|almost|just over|just under)\s?(?:the\s|a\s|an\s)?$",
    re.IGNORECASE,
)
_AFTER_NOUN = re.compile(
    r"^\s(?:of the |of all |more |fewer |further |such |these |those |the |different |active |NPS |CSAT |CES |"
    r"other |distinct |separate |of them |commented |customer |user )*(?P<noun>[a-z]+)",
    re.IGNORECASE,
)


_MENTIONED = re.compile(
    r"\b(?:mentioned|raised|named|cited|brought up|c[ao]me(?:s)? up|appear(?:s|ed)?|mention(?:s|ed)? it)"
    r"(?: (?:about|around|roughly|nearly|almost|only|just|some))? $",
    re.IGNORECASE,
)
_TIMES_WHAT = re.compile(
    r"\s(?:the|its|what|of)\b|\sas (?:many|much|often|common|frequent|large|high)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Numeral:
    """A number as it is said. `low`..`high` are the values, in the shown scale (31 for 31 %), that it may stand for.

    `sign` is −1 or +1 where one was written, else 0; `noun` the plural it counts, in lower case. `vague` marks words
    such as doubled, which say a ratio that may have to be worked out from two numbers.
    """

    text: str
    start: int
    end: int
    value: float
    low: float
    high: float
    unit: SaidUnit = ""
    sign: int = 0
    hedge: Hedge = ""
    noun: str = ""
    ordinal: bool = False
    worked_out: bool = False
    exact: bool = True  # no hedge: an interval's end may not be given so


def numerals_in(text: str) -> list[Numeral]:
    """All numerals and number words in `text` (names, dates and quotes already blanked), left to right."""
    found: list[Numeral] = []
    taken: list[tuple[int, int]] = []

    def add(numeral: Numeral | None) -> None:
        if numeral is not None and not any(s < numeral.end and numeral.start < e for s, e in taken):
            taken.append((numeral.start, numeral.end))
            found.append(numeral)

    for match in _FRACTION.finditer(text):
        add(_fraction(match, text))
    for match in _NUMERAL.finditer(text):
        add(_digits(match, text))
    for match in _WORDED.finditer(text):
        add(_worded(match, text))
    for match in _OTHER.finditer(text):
        add(_other(match, text))
    found.sort(key=lambda numeral: numeral.start)
    return _shared_units(found, text)


def _hedged(numeral: Numeral, text: str, size: float) -> Numeral:
    """`numeral` widened by the words before it; `size` is how far 'about' reaches."""
    before = text[: numeral.start]
    over, under, about = _OVER.search(before), _UNDER.search(before), _ABOUT.search(before)
    v, half = numeral.value, (numeral.high - numeral.low) / 2
    near = max(half, size)
    if over and re.match(r"just over", over.group(), re.IGNORECASE):
        return replace(numeral, low=v, high=v + 2 * near, hedge="over", exact=False)
    if over:
        at_least = numeral.unit == "times" or "at least" in over.group().lower()
        return replace(
            numeral,
            low=v - half,
            high=float("inf") if at_least else v + max(abs(v) * 0.25, near),
            hedge="over",
            exact=False,
        )
    if under:
        word = under.group().lower()
        close = any(one in word for one in ("nearly", "almost", "close", "approach", "just under", "not quite"))
        floor = v - 2 * near if close else min(v - max(abs(v) * 0.3, near), 0.0 if abs(v) <= 1 else v)
        return replace(numeral, low=floor, high=v + min(half, 0.5), hedge="under", exact=False)
    if about:
        return replace(numeral, low=v - near, high=v + near, hedge="about")
    return numeral


def _digits(match: re.Match[str], text: str) -> Numeral:
    digits = match["digits"].replace(",", "")
    places = len(digits.partition(".")[2])
    scale = {"k": 1e3, "m": 1e6, "bn": 1e9, "thousand": 1e3, "million": 1e6}.get(
        (match["scale"] or "").strip().lower(), 1.0
    )
    value, half = float(digits) * scale, 0.5 * 10**-places * scale
    sign = {"+": 1, "-": -1}.get((match["sign"] or "").strip(), 0)
    unit = _unit(match["unit"])
    end = (
        match.end() if match["unit"] is None or unit else match.end("scale") if match["scale"] else match.end("digits")
    )
    numeral = Numeral(text[match.start() : end], match.start(), end, value, value - half, value + half, unit, sign)
    numeral = _as_said(numeral, text)
    size = max(half, 0.06 * value if not unit or unit == "times" else min(1.5, 0.06 * value))
    return _with_noun(_hedged(numeral, text, size), text)


def _worded(match: re.Match[str], text: str) -> Numeral | None:
    parts = match["digits"].lower().split()
    value = 1.0
    for part in parts:
        value *= WORDS.get(part, 1)
    if not parts:  # a bare 'hundred'
        return None
    unit = _unit(match["unit"])
    end = match.end() if unit else match.end("digits")
    numeral = Numeral(text[match.start() : end], match.start(), end, value, value - 0.5, value + 0.5, unit)
    numeral = _as_said(numeral, text)
    return _with_noun(_hedged(numeral, text, 0.06 * value), text)


def _as_said(numeral: Numeral, text: str) -> Numeral:
    """'Mentioned 38 times' counts mentions; 'four times the 4.0% of before' is worked out from two numbers."""
    if numeral.unit != "times":
        return numeral
    if _MENTIONED.search(text[: numeral.start]):
        return replace(numeral, unit="", noun="mentions")
    return replace(numeral, worked_out=bool(_TIMES_WHAT.match(text[numeral.end :])))


def _fraction(match: re.Match[str], text: str) -> Numeral | None:
    if match["slash"]:
        top, bottom = int(match["a"]), int(match["b"])
    elif match["top6"]:
        top, bottom = _small(match["top6"]), _small(match["of6"])
    else:
        part = (match["part"] or match["part2"] or match["part3"] or match["part4"] or match["part5"]).lower()
        top, bottom = _small(match["top"] or match["top2"] or "one"), _PARTS[part]
        point = re.match(r" an? point\b", text[match.end() :]) if match["part5"] else None
        if point:
            end = match.end() + point.end()
            half_a_point = Numeral(text[match.start() : end], match.start(), end, 0.5, 0.4, 0.6, "points")
            return _hedged(half_a_point, text, 0.1)
        if match["part5"] and re.match(r" as (?:many|much|often|common|likely)", text[match.end() :]):
            return Numeral(match.group(), match.start(), match.end(), 0.5, 0.42, 0.58, "times", worked_out=True)
    if not 0 < top <= bottom or bottom > 1000:
        return None
    value = 100 * top / bottom
    half = 100 * min(0.03, 0.5 * top / bottom**2 if bottom > 2 else 0.03)
    numeral = Numeral(
        match.group(), match.start(), match.end(), value, value - half, value + half, "percent", worked_out=True
    )
    return _hedged(numeral, text, 4.0)


def _small(word: str) -> int:
    word = word.lower()
    return int(word) if word.isdigit() else {"a": 1, "an": 1, "a hundred": 100}.get(word, WORDS.get(word, 1))


def _other(match: re.Match[str], text: str) -> Numeral | None:
    said = match.group().lower()
    if match["vague"]:
        low, high = _VAGUE[said]
        return Numeral(
            match.group(),
            match.start(),
            match.end(),
            low,
            low,
            high,
            "",
            noun=_of_noun(text[match.end() :]),
            exact=False,
        )
    if match["times"]:
        value = _TIMES[said]
        numeral = Numeral(
            match.group(), match.start(), match.end(), value, 0.9 * value, 1.13 * value, "times", worked_out=True
        )
        widened = _hedged(numeral, text, 0.2 * value)
        if widened.hedge == "over":  # 'more than doubled' is no figure: what it says is at least that much
            return replace(widened, low=value if value > 1 else 0.0, high=max(3.5 * value, 3.5) if value > 1 else value)
        return widened
    rank = _ORDINALS.get(said) or int(re.sub(r"\D", "", said))
    if re.match(r"\s?(?:of|half|hand|thought|time)\b", text[match.end() :]) or (
        said == "second" and text[: match.start()].endswith(" a ")
    ):
        rank = rank  # still a place: fail closed
    return Numeral(match.group(), match.start(), match.end(), rank, rank - 0.1, rank + 0.1, "", ordinal=True)


def _of_noun(after: str) -> str:
    """The noun of 'dozens of answers'."""
    match = re.match(r"\s(?:of )?(?:\w+ )?(?P<noun>[a-z]+s|people)\b", after, re.IGNORECASE)
    return match["noun"].lower() if match else "things"


def _with_noun(numeral: Numeral, text: str) -> Numeral:
    """The plural that a bare number counts: '1,046 answers', '343 of the groups'."""
    if numeral.unit or numeral.sign or numeral.value % 1 != 0:
        return numeral
    match = _AFTER_NOUN.match(text[numeral.end :])
    if match is None:
        return numeral
    noun = match["noun"].lower()
    if not ((noun.endswith("s") and len(noun) > 3) or noun == "people") or noun in _NOT_COUNTED or noun.endswith("ss"):
        return numeral
    return replace(numeral, noun=noun)


def _shared_units(found: list[Numeral], text: str) -> list[Numeral]:
    """'32.3 to 38.1%', '4 and 6 weeks': the first number has the unit of the second. A noun is shared likewise."""
    shared = list(found)
    for place in range(len(found) - 2, -1, -1):
        here, after = shared[place], shared[place + 1]
        between = text[here.end : after.start]
        if (
            not here.unit
            and not here.noun
            and re.fullmatch(r"\s?(?:to|and|-|–|or)\s?(?:about |around |by )?", between, re.IGNORECASE)
        ):
            shared[place] = replace(here, unit=after.unit, noun=after.noun)
    for place in range(1, len(shared) - 1):  # '6.4 percentage points (4.0 to 9.4)'
        here, after = shared[place], shared[place + 1]
        ranged = re.fullmatch(r"\s?(?:to|and|-|–)\s?", text[here.end : after.start])
        if ranged and not (here.unit or here.noun or after.unit or after.noun) and "." in here.text:
            unit: SaidUnit = next((one.unit for one in reversed(shared[:place]) if one.unit and not one.worked_out), "")
            if unit in ("percent", "pp", "points", "times"):
                shared[place], shared[place + 1] = replace(here, unit=unit), replace(after, unit=unit)
    return shared


def _unit(said: str | None) -> SaidUnit:
    if not said:
        return ""
    word = re.sub(r"[\s-]+", " ", said.strip(" -").lower())
    if word.startswith(("percentage", "pp", "p.p")) or word in (
        "% points",
        "% point",
        "percent points",
        "percent point",
    ):
        return "pp"
    if word.startswith(("%", "percent", "per cent", "pct")):
        return "percent"
    if word.endswith(("point", "points", "pt", "pts")):
        return "points"
    if word in ("×", "x", "times") or word.endswith("fold"):
        return "times"
    for unit in ("day", "week", "month"):
        if unit in word:
            return {"day": "days", "week": "weeks", "month": "months"}[unit]  # type: ignore[return-value]
    return "months" if word else ""  # years, hours, minutes, seconds: units that no fact has
