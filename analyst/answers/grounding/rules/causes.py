"""Causes and certainty: a survey shows what goes with what, never what made it so, and nothing is promised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyst.answers.facts import Fact
from analyst.answers.grounding.case import Case, Fault

_CAUSAL = re.compile(
    r"\b(?:because|cuz|caus(?:e[sd]?|ing|al(?:ly)?|ation)|due to|led to|leads? to|leading to|drove|drives?|"
    r"driving|driven by|drivers? (?:of|behind)|(?:key|main|biggest|root|the) drivers?|thanks to|"
    r"(?:as a |the |a direct )?(?:result|consequence)s? of|as a (?:result|consequence)|result(?:s|ed|"
    r"ing)? (?:in|from)|owing to|on account of|attribut(?:ed|able|es) to|responsible for|"
    r"trigger(?:s|ed|ing)?|spark(?:s|ed|ing)|prompt(?:s|ed) (?:a|the|customers|users|people)|provok(?:es|ed|"
    r"ing)|brought about|brings about|bring about|gave rise to|giv(?:es|ing) rise to|contributed to|"
    r"contributes? to|"
    r"(?:made|makes?|making) (?:\w+ ){0,3}(?:fall|drop|rise|decline|worse|angry|unhappy|leave|lower|higher|"
    r"churn|go|sink|detractors?)|(?:is|are|was|were|lies?|lay) behind (?:the|this|that|it|most|much)|"
    r"behind (?:the|this) (?:fall|drop|rise|change|decline|movement|increase|decrease)(?: is| was| lies| are)|"
    r"to blame|"
    r"blam(?:e[sd]?|ing)|(?:the|a|main|real|only) reasons?\b(?! (?:given|they give))|reasons? (?:why|for|"
    r"behind)|that(?:'s| is) why|which is why|(?:is|are|was|were) why|hence|therefore|thus|consequently|accordingly|"
    r"explain(?:s|ed|ing)|stem(?:s|med|ming) from|root cause|culprits?|fuel+(?:s|ed|ing)|so (?:much|badly|often|"
    r"strongly) that|"
    r"(?:upset|anger|annoy|frustrat|irritat)(?:e?s) |puts? (?:\w+ ){0,2}off|(?:turn|scar|driv)\w* (?:\w+ ){0,2}away|"
    r"(?:dragg(?:ed|ing)|"
    r"drags?|pull(?:ed|s|ing)|push(?:ed|es|ing)|weigh(?:s|ed|ing)?|brought|brings?|knock(?:ed|s)|"
    r"sen[dt]s?) (?:\w+ ){0,3}(?:down|up(?! to| [“\"\ue000])|on (?:the score|nps))|"
    r"(?:hurt(?:s|ing)?|damag(?:es?|ed|ing)|ruin(?:s|ed|ing)?|harm(?:s|ed|ing)?|kill(?:s|ed|ing)?|tank(?:s|ed|"
    r"ing)?|depress(?:es|ed|ing)?|erod(?:es?|ed|ing)|cost(?:s|ing)?|lower(?:s|ed|ing)|rais(?:es|ed|ing)|"
    r"reduc(?:es|ed|ing)|boost(?:s|ed|ing)?|lift(?:s|ed|ing)) (?:us |you |the company )?(?:the |our |its |"
    r"their |your |overall )*(?:nps|csat|ces|scores?|satisfaction|ratings?|\d)|"
    r"in response to|in the wake of|creates?|created by|generat(?:es|ed by)|forc(?:es|ed|ing) (?:customers|"
    r"users|people)|(?:so|enough) that (?:customers|users|people)|impact(?:s|ed|ing)? (?:on )?(?:the )?(?:nps|"
    r"csat|ces|score)|"
    r"affect(?:s|ing)|affected (?:the |our )?(?:nps|csat|ces|scores?)|influenc(?:es|ed|ing)|"
    r"weil|wegen|aufgrund|dank|verursacht\w*|f[uü]hrte? zu|deshalb|daher|durch|por|porque|debido|gracias a|"
    r"caus[oó]|a causa de|provoc[oó]|parce que|à cause de|en raison de|gr[aâ]ce [àa]|provoqu\w+)\b",
    re.IGNORECASE,
)
_NO_CLAIM = re.compile(
    r"(?:no claim|not? (?:a |the )?(?:proof|claim|evidence)|cannot (?:say|tell|show|prove)|can't (?:say|tell|"
    r"show|prove)|does not (?:show|prove|say|mean)|doesn't (?:show|prove|say|mean)|not (?:shown|proven|known)|"
    r"has to be|have to be|need(?:s)? to be|whether)[^.;]*$",
    re.IGNORECASE,
)
_GOES_WITH = re.compile(
    r"\b(?:go(?:es|ing)? (?:hand in hand )?with|went with|coincid\w+|associat\w+|correlat\w+|link(?:s|"
    r"ed)? (?:to|with)|tied to|connected (?:to|with)|related to|alongside|in step with|together with|"
    r"accompan\w+|hand in hand)\b",
    re.IGNORECASE,
)
_OF_SCORE = re.compile(r"\b(?:scores?|nps|csat|ces|points?|ratings?)\b", re.IGNORECASE)
_DONE = re.compile(r"\b(?:done|taken|shipped|fixed|made) (?:all )?together with$", re.IGNORECASE)
_CERTAIN = re.compile(
    r"\b(?:definite(?:ly)?|certainly|guarante\w+|undoubted(?:ly)?|undeniabl\w+|unquestionabl\w+|indisputabl\w+|"
    r"doubtless(?:ly)?|surely|for sure|for certain|with certainty|prov(?:es?|en|ed|ing)|proof|obvious(?:ly)?|"
    r"clearly|evidently|unmistakabl\w+|inevitabl\w+|without (?:a |any )?(?:doubt|question)|beyond (?:any |a |"
    r"all )?doubt|no doubt|no question|it is certain|we are certain|we know (?:that|why)|of course|"
    r"must be (?:the|because|due)|confirms? that|100\s?(?:%|percent) (?:sure|certain)|plainly|"
    r"conclusive(?:ly)?|absolutely|there is no way|always will|never will)\b",
    re.IGNORECASE,
)
_CERTAIN_NEGATED = re.compile(
    r"(?:not|n't|no|never|nor|without|cannot|rather than|, |nicht)\s(?:\w+ ){0,2}$", re.IGNORECASE
)
_PROMISE = re.compile(
    r"\b(?:will|'ll|shall|is going to|are going to|is bound to|are bound to|is set to|"
    r"is sure to)\s(?:\w+ly )?(?:not )?(?:raise|lift|increase|improve|fix|bring|add|boost|recover|restore|gain|"
    r"reduce|solve|end|win|grow|rise|climb|fall|drop|return|go|deliver|yield|cut|lower|resolve|eliminate|make|"
    r"get|move|be|have|stop|help|jump|rebound|save|pay|push|give|keep|continue)\b",
    re.IGNORECASE,
)
_HOPED = re.compile(
    r"\b(?:expect\w*|estimat\w*|could|should|might|may|would|up to|likely|about|range|interval|projected|"
    r"forecast|potential\w*|possibl\w+|hop\w+|worth|aim\w*|predicted|promis\w+|between)\b",
    re.IGNORECASE,
)


def causes(case: Case) -> Iterator[Fault]:
    """No word of cause outside quotes and names; words for 'goes together' only where a fact carries them."""
    text = case.sentence.bare
    for match in _CAUSAL.finditer(text):
        if not _NO_CLAIM.search(text[: match.start()]):
            yield Fault("causes", f"“{match.group()}” says that something caused something.")
            break
    associated = any(_associates(fact, text) for fact in case.facts)
    if "together" not in case.allows and not associated:
        pair = _GOES_WITH.search(text)
        if (
            pair
            and not _DONE.search(text[: pair.start()] + pair.group())
            and not _NO_CLAIM.search(text[: pair.start()])
        ):
            yield Fault("causes", f"“{pair.group()}” says that two things go together, which no cited fact does.")


def _associates(fact: Fact, text: str) -> bool:
    """Whether the fact is an association itself: a part of the whole change, or a screen's gap within segments."""
    held = {number.of for number in fact.numbers}
    if held & {"contribution", "release", "segment"}:
        return True
    return {"gap", "share of sessions"} <= held and bool(_OF_SCORE.search(text))


def certainty(case: Case) -> Iterator[Fault]:
    """No word of certainty, and a result that has not come yet is expected, never promised."""
    text = case.sentence.bare
    for match in _CERTAIN.finditer(text):
        if not _CERTAIN_NEGATED.search(text[: match.start()]):
            yield Fault("certainty", f"“{match.group()}” is surer than any survey.")
            break
    promise = _PROMISE.search(text)
    if promise:
        yield Fault("certainty", f"“{promise.group()}” promises what is only expected.")
    for bound in case.bound:
        lifts = [c for c in bound if c.head.of in ("lift", "joint") and c.number.unit == "points"]
        if lifts and len(lifts) == len(bound) and not _HOPED.search(text):
            yield Fault("certainty", "A fix's lift is said without the word expected.")
            break
