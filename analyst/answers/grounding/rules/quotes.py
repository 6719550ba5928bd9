"""Quotes: verbatim in one cited text, long enough to be one, and with nothing cut away that turns the meaning.

A quote may be one clause of a sentence. It fails where the words before it in the same clause negate it ('I would not |
recommend it to a friend'), where a condition governs it ('if it worked, | I would love it'), or where the words after
it take it back ('I would recommend it | but not any more').
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache

from analyst.answers.grounding.case import Case, Fault
from analyst.answers.grounding.folding import fold

LEAST_WORDS = 3
_NEGATOR = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|without|hardly|barely|scarcely|rarely|seldom|neither|nor|cannot|"
    r"far from|anything but|"
    r"stopped|refuse[sd]?|fail(?:s|ed)?|unable|doubt|hate when|instead of|nicht|kein\w*|nie|niemals|ohne|kaum|"
    r"weder|nunca|jam[aá]s|sin|tampoco|apenas|ni|ne|pas|"
    r"jamais|sans|aucun\w*)\b|n't\b|\bn'(?=[aeiouh])"
)
_NOT_ONLY = re.compile(
    r"\bnot (?:only|just|merely|to mention)\b|\bno (?:doubt|wonder|question)\b|\bwhy not\b|\bif not\b"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|only when|provided|as long as|wish|wished|would have been|were it|had it|assuming|wenn|"
    r"falls|si|à moins|a menos que|ojal[aá]|supposed to|pretend\w*|claims? (?:that|to)|says? that|told (?:me|"
    r"us) that|promised)\b"
)
_TAKEN_BACK = re.compile(
    r"^[\s,;:-]*(?:(?:and |but |yet |aber |pero |mais )?(?:only )?(?:if|unless|except|until|wenn|falls|si)\b"
    r"|when (?:it|they|the app) (?:works?|stays?|opens?|loads?|runs?|does|lets?|feels?)\b"
    r"|(?:at|on) the (?:second|third|fourth|last|\w+th) (?:attempt|try|time|go)\b|(?:only )?(?:eventually|in the end)\b"
    r"|(?:but|yet|though|although|however|aber|pero|mais|doch)\b(?=[^.!?]{0,40}(?:\b(?:not|never|no longer|"
    r"no more|wasn|isn|nicht|nie|nunca|ya no|plus)\b|n't\b))"
    r"|(?:not|never|no longer|no more|nicht|nie|nunca|jamais)\b|said (?:no one|nobody)|n't\b|is a lie|"
    r"is not true|is wrong|my foot\b|as if\b|anymore\b|, not\b|would be (?:a lie|wrong|too))"
)
_BOUNDARY = re.compile(
    r"[,;:()]|\s-\s|\b(?:and|but|so|because|or|yet|then|while|although|though|since|und|aber|weil|denn|y|pero|"
    r"porque|et|mais)\s*$|[.!?]\s*$"
)
_COORDINATOR = re.compile(
    r"\b(?:and|but|so|because|or|yet|then|while|although|though|since|und|aber|weil|denn|y|pero|porque|et|mais)\s*$"
)
_SUBJECT = re.compile(
    r"^(?:i|it|its|it's|i'm|i've|i'd|i'll|we|we're|you|your|they|he|she|the|my|our|this|that|these|those|there|"
    r"a|an|nothing|everything|everyone|nobody|no|"
    r"please|now|why|what|when|how|who|where|support|customer|app|just|then|after|every|all|some|one|ich|es|"
    r"die|der|das|wir|el|la|los|yo|je|il|elle|le|les|i\b)\b"
)
_USED_TO = re.compile(r"\bused to\b(?! (?:it|that|this)\b)")
_NO_MORE = re.compile(r"\b(?:no longer|not any ?more|any ?more|no more|now|until|these days|nowadays|today)\b")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n")
_PIECES = re.compile(r"\s*\[?\.\.\.\]?\s*")
_EDGE = " .,;:!?'\"-()"


def quotes(case: Case) -> Iterator[Fault]:
    """See the module; also an unpaired quotation mark."""
    sentence = case.sentence
    bare = sentence.spoken
    for mention in sentence.mentions:
        bare = bare[: mention.start] + " " * (mention.end - mention.start) + bare[mention.end :]
    if any(bare.count(mark) for mark in "“„«") != any(bare.count(mark) for mark in "”»") or bare.count('"') % 2:
        yield Fault("quotes", "A quotation mark has no partner.")
    for quoted in sentence.quotes:
        yield from _faults(quoted.inner, [one.text for one in case.cited])


def _faults(inner: str, texts: list[str]) -> Iterator[Fault]:
    pieces = [piece.strip(_EDGE) for piece in _PIECES.split(fold(inner)) if piece.strip(_EDGE)]
    if not pieces:
        yield Fault("quotes", "A quote is empty.")
        return
    found: list[str | None] = [why for text in texts for why in _in_text(tuple(pieces), fold(text))]
    if not found:
        yield Fault("quotes", f"The words “{inner}” stand in no cited response.")
    elif None not in found:
        yield Fault("quotes", f"The quote “{inner}” {found[0]}.")


@lru_cache(maxsize=2048)
def _in_text(pieces: tuple[str, ...], text: str) -> tuple[str | None, ...]:
    """For each place where the pieces stand in order: None where they may be quoted so, else why not."""
    results: list[str | None] = []
    for start, end in _spans(pieces[0], text):
        spans = [(start, end)]
        for piece in pieces[1:]:
            following = next(((s, e) for s, e in _spans(piece, text) if s >= spans[-1][1]), None)
            if following is None:
                break
            spans.append(following)
        if len(spans) == len(pieces):
            results.append(_cut_wrongly(spans, text))
        if len(results) >= 4:
            break
    return tuple(results)


def _spans(piece: str, text: str) -> Iterator[tuple[int, int]]:
    """Where `piece` stands in `text` between word boundaries."""
    start = text.find(piece)
    while start >= 0:
        end = start + len(piece)
        before, after = text[start - 1 : start], text[end : end + 1]
        inside = (before.isalnum() and piece[0].isalnum()) or (after.isalnum() and piece[-1].isalnum())
        clipped = (after == "'" and text[end + 1 : end + 2].isalpha()) or (
            before == "'" and start > 1 and text[start - 2].isalnum()
        )
        if not inside and not clipped:
            yield start, end
        start = text.find(piece, start + 1)


def _cut_wrongly(spans: list[tuple[int, int]], text: str) -> str | None:
    start, end = spans[0][0], spans[-1][1]
    words = sum(len(text[s:e].split()) for s, e in spans)
    first = max((match.end() for match in _SENTENCE_END.finditer(text, 0, start)), default=0)
    last = next((match.start() for match in _SENTENCE_END.finditer(text, end)), len(text))
    left, right = text[first:start], text[end:last]
    whole = not left.strip(_EDGE) and not right.strip(_EDGE)
    if words < LEAST_WORDS and not whole:
        return f"is shorter than {LEAST_WORDS} words"
    for (_, a), (b, _) in itertools.pairwise(spans):
        if _NEGATOR.search(text[a:b]) or _CONDITION.search(text[a:b]):
            return "leaves out words that turn its meaning"
        gap = text[a:b]
        ends = [match.end() for match in _SENTENCE_END.finditer(gap)]
        if ends and gap[: ends[0]].strip(_EDGE) and gap[ends[-1] :].strip(_EDGE):
            return "joins two half sentences into one"
    clause = _last_clause(left, text[start:end])
    if _NEGATOR.search(_NOT_ONLY.sub(" ", clause)) or _CONDITION.search(clause):
        return "is cut out of a negation or a condition"
    if _CONDITION.search(left) and re.search(
        r"\b(?:would|could|might|may|should|würde|könnte|sería|serait|'d)\b|'d\b", text[start:end]
    ):
        return "is cut out of a condition"
    past = _USED_TO.search(text[start:end]) and not whole
    if past and _NO_MORE.search(text[end:]) and not _NO_MORE.search(text[start:end]):
        return "tells what used to be and leaves out what is"
    if _TAKEN_BACK.match(right):
        return "is cut off before the words that take it back"
    return None


def _last_clause(left: str, quote: str) -> str:
    """The words before the quote that belong to its clause: none where the quote begins a clause of its own."""
    stripped = left.rstrip()
    if not stripped:
        return ""
    coordinated = _COORDINATOR.search(stripped)
    if coordinated:
        if _SUBJECT.match(quote):
            return ""
        stripped = stripped[: coordinated.start()].rstrip()
    elif stripped[-1] in ",;:()-" or stripped.endswith(" -"):
        return ""
    return re.split(
        r"[,;:()]|\s-\s|\b(?:and|but|so|because|yet)\s(?=(?:i|it|we|you|they|the|my|this|that|there)\b)", stripped
    )[-1]
