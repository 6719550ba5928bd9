"""Names: a sentence speaks only of what its facts are about, and of nothing that the pack does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyst.answers.grounding.case import Case, Fault
from analyst.answers.grounding.cues import MOVES
from analyst.answers.grounding.dates import is_window
from analyst.answers.grounding.dating import dated
from analyst.answers.grounding.facts_view import about, is_about, metrics_of
from analyst.answers.grounding.folding import lower, tidy, words

_WORD = re.compile(r"[^\W\d_][\w'-]*")
_CAPITAL = re.compile(r"[A-Z][\w'-]*")
_VERSION = re.compile(
    r"(?<![\w.,])v?\d+(?:\.\d+){2,}\b|\b(?:version|release|build|v)\s?(\d+(?:\.\d+)+)\b|\bv\d+(?:\.\d+)*\b",
    re.IGNORECASE,
)
_ROUTE = re.compile(r"(?<![\w/])/[A-Za-z][\w-]*(?:/[\w-]+)*")
_IDENTIFIER = re.compile(r"\b[a-z]+_[a-z_]+\b|\b(?:r|s|t|resp|sess)-?\d{2,}\b|\b[a-z]+[A-Z]\w*\b|#\w+")
_OPENS = re.compile(r"(?:^|[.!?:]\s|\ue000\s|[“\"(\[•*–—-]\s?|\ue000\s?:\s|\n)$")
_GENERAL = words(
    "nps csat ces i cx ci ux ui api id ids undertone monday tuesday wednesday thursday friday saturday",
    "sunday january february march april may june july august september october november december english",
    "ok app a b c q1 q2 q3 q4 iso utc pp net promoter score customer effort satisfaction jan feb mar apr",
    "jun jul aug sep sept oct nov dec",
)
_SUBJECTS = words(
    "nps csat ces satisfaction score scores answer answers comment comments complaint complaints mention",
    "mentions detractors promoters passives customers users people sessions session crashes freezes",
    "errors taps it this that these those they there which what who everyone everybody nobody none most",
    "all some many few both each others other overall friction fixing one two three four five six seven",
    "eight nine ten half nothing such neither either movement share talk praise feedback respondents",
    "responses trouble visits loyalty sentiment change coverage here he she we you i expected compared",
    "the a an its their our in on at of by with from to for and but so then now still only just also",
    "again even more less fewer much however meanwhile although while where when before after since until",
    "elsewhere everywhere within beyond across among between about around over under up down not no yes",
    "against apart together alongside roughly nearly almost twice last first second next taken seen said",
    "told asked given looking counting rage dead tap freeze crash error ui group groups segment segments",
    "theme themes screen screens version versions release platform plan country fix fixes lift interest",
    "volume friction nps's csat's movements numbers figures mood usage traffic confidence effort reach",
    "evidence quotes results result total totals both's chance noise uncertainty commenters mentioners",
    "answering those's every women men headline concentration worst best main biggest largest topic",
    "topics week weeks month",
)
# Moods, deeds and events that no survey answer or session measures: they stand only where what is cited says them.
_UNMEASURED = re.compile(
    r"\b(?:angr(?:y|ier)|anger|furious|fury|livid|outrag\w+|annoyed|annoyance|upset|frustrat\w+|disappoint\w+|"
    r"delight\w*|thrilled|excited|confus(?:ed|ion)|worr(?:y|ied|ies)|anxious|fed up|impatien\w+|overwhelmed|"
    r"disast\w+|triumph\w*|catastroph\w+|fiasco\w*|scandal\w*|nightmare\w*|chaos|chaotic|crisis|embarrass\w*|"
    r"competitors?|competition|rivals?|churn\w*|defect(?:ed|ing)|holidays?|weather|christmas|redesign\w*|"
    r"campaigns?|outages?|downtime|advert\w*|marketing|understaffed|staff(?:ing)?|managers?|developers?|engineers?|"
    r"layoffs?|strikes?|boycott\w*|lawsuits?|hack(?:ed|ers?|ing)|leaked|breach\w*|revenue|sales|profits?|turnover|"
    r"conver(?:sion|ting)|retention|reputation|morale|trust\w*|betray\w*|hate[sd]?|loved?|adores?|prefer\w*|"
    r"demand(?:s|ed|ing)|abandon\w*|cancell\w+|uninstall\w*|unsubscrib\w+)\b"
)
_SUBJECT = re.compile(
    r"^(?:(?:The|Our|In|On|For|Among)\s)?(?P<word>[A-Z][\w'-]*?)(?:'s)?(?:\s(?:users?|customers?|detractors?|"
    r"answers?|people|promoters?|passives?|respondents|subscribers?|members?|score|scores|nps|satisfaction|"
    r"screen|page|plan|version))*"
    r",?\s(?:fell|rose|dropped|climbed|grew|declined|improved|worsened|slipped|slid|sank|jumped|plunged|gained|"
    r"lost|moved|went|is|was|are|were|has|have|had|scores?|scored|gave|saw|shows?|stands?|meets?|met|"
    r"account\w*|carr\w+|drag\w*|rank\w*|did|does|do|holds?|complain\w*|mention\w*|says?|said|writes?|wrote|"
    r"thinks?|told|tells|claims?|reports?|asks?|admits?|promises?)\b"
)


def naming(case: Case) -> Iterator[Fault]:
    """Known names are those of a cited fact; unknown ones (capitals, routes, versions, dates, quoted words) fail."""
    sentence, names = case.sentence, case.sentence.known
    mine = [about(fact, names) | case.base for fact in case.facts]
    for mention in sentence.mentions:
        if not any(is_about(mention.name, one) for one in mine):
            said = sentence.text[mention.start : mention.end].strip("“”\"'")
            yield Fault("naming", f"No cited fact is about {said}.")
            break
    text = sentence.bare
    words = {
        lower(word) for fact in case.facts for word in _WORD.findall(" ".join((fact.text, fact.where, *fact.names)))
    }
    yield from _unknown(text, words)
    told = words | {lower(word) for one in case.cited for word in _WORD.findall(tidy(one.text))}
    strange = next((m.group() for m in _UNMEASURED.finditer(case.sentence.low) if _known_not(m.group(), told)), None)
    if strange:
        yield Fault("naming", f"Nothing that it cites speaks of “{strange}”.")
    for match in _VERSION.finditer(text):
        yield Fault("naming", f"The version {match.group()} is in no cited fact.")
        break
    for pattern in (_ROUTE, _IDENTIFIER):
        strange = next(
            (
                m.group()
                for m in pattern.finditer(text)
                if lower(m.group()) not in words and m.group() not in ("iOS", "iPhone", "iPad", "eSIM")
            ),
            None,
        )
        if strange:
            yield Fault("naming", f"“{strange}” is in no cited fact.")
            break
    for when in sentence.times:
        if not dated(when, sentence.text, case) and not _is_of_pack(case, when):
            yield Fault("naming", f"The date {sentence.text[when.start : when.end]} is in no cited fact.")
            break
    yield from _metric(case)


def _is_of_pack(case: Case, when: object) -> bool:
    """Whether the date is the window of the whole answer, where the claim cites no fact with a window of its own."""
    from analyst.answers.grounding.dates import When

    assert isinstance(when, When)
    if case.facts:
        return False
    return any(is_window(when, case.sentence.text, fact.window) for fact in case.pack.facts.values())


def _known_not(said: str, told: set[str]) -> bool:
    """Whether none of the words of what is cited begins like the first word of `said`."""
    stem = said.split()[0][:5]
    return not any(word.startswith(stem) for word in told)


def _unknown(text: str, words: set[str]) -> Iterator[Fault]:
    for match in _CAPITAL.finditer(text):
        word = lower(match.group())
        plain = word.removesuffix("'s")
        if plain in _GENERAL or plain in words or all(part in words or part in _GENERAL for part in plain.split("-")):
            continue
        if _OPENS.search(text[: match.start()]) and match.group()[1:].islower() and not match.group().isupper():
            continue
        if _OPENS.search(text[: match.start()]) and len(match.group()) == 1:
            continue
        if _OPENS.search(text[: match.start()]) and plain.split("-")[0] in _SUBJECTS:
            continue
        yield Fault("naming", f"“{match.group()}” is in no cited fact.")
        return
    subject = _SUBJECT.match(text)
    if subject:
        word = lower(subject["word"]).removesuffix("'s")
        if (
            word not in _SUBJECTS
            and word not in words
            and word not in _GENERAL
            and not MOVES.fullmatch(word)
            and not word.endswith("ly")
        ):
            yield Fault("naming", f"“{subject['word']}” is in no cited fact.")


def _metric(case: Case) -> Iterator[Fault]:
    spoken = {metric for fact in case.facts for metric in metrics_of(fact)}
    if not spoken:
        spoken = {metric for fact in case.pack.facts.values() for metric in metrics_of(fact)}
    for metric, _ in case.sentence.metrics:
        if spoken and metric not in spoken:
            yield Fault("naming", f"No cited fact is about {metric.upper()}.")
            return
