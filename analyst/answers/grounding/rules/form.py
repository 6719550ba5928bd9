"""Form: plain text of a sane length, nothing that acts, links, hides or speaks to the reader."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from analyst.answers.grounding.case import Case, Fault

LONGEST = 900  # characters of one claim
_PATTERNS = (
    (
        re.compile(
            r"(?:https?|ftp|file|data|javascript|mailto|tel)\s?:\s?/?/?\S|\bwww\.|\b[\w-]+\.(?:com|org|net|io|dev|ru|"
            r"cn|example|app|ai|co|xyz|info|biz|shop|site|link|ly)\b(?:/|\b)",
            re.IGNORECASE,
        ),
        "a link",
    ),
    (
        re.compile(r"[\w.+-]+\s?(?:@|\[at\]|\(at\))\s?[\w-]+\s?(?:\.|\[dot\]|\(dot\))\s?[a-z]{2,}", re.IGNORECASE),
        "an address",
    ),
    (
        re.compile(
            r"</?[a-z!][^>]*>|<\s*(?:script|img|a|iframe)\b|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8});|<\|", re.IGNORECASE
        ),
        "HTML",
    ),
    (re.compile(r"!?\[[^\]]*\]\s?\(|\[[^\]]+\]\[|^\s*\[[^\]]+\]:"), "a Markdown link"),
    (re.compile(r"```|~~~"), "a code fence"),
    (re.compile(r"(?:^|\s)(?:#{1,6}\s|>\s|\|\s?-{3})"), "Markdown"),
    (
        re.compile(
            r"<!channel>|<!here>|(?:^|\s)@(?:channel|here|everyone|all)\b|<@\w+>|(?<![\w@])@[a-z]\w{2,}", re.IGNORECASE
        ),
        "a mention of somebody",
    ),
    (re.compile(r"\{\s*\"|\"\s*:\s*[\[{\"]|\{\{|\{%|\b(?:tool_call|function_call|system_prompt)\b"), "code"),
    (re.compile(r"(?:^|\n|[.!?]\s)\s*(?:system|assistant|user|developer|tool)\s?:", re.IGNORECASE), "a role"),
    (
        re.compile(
            r"(?<!\d)(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?)?\d{3,4}[ .-]\d{3,4}[ .-]?\d{2,4}(?!\d)|"
            r"(?<![\d.,])\+?\d{9,}(?![\d,])"
        ),
        "a telephone number",
    ),
    (re.compile(r"\b[A-Za-z0-9+/]{32,}={0,2}(?![\w-])"), "encoded text"),
)
_COMMAND = re.compile(
    r"(?:^|[.!?:;]\s+|\bplease\s|\bkindly\s|\bnow\s|\byou (?:must|should|need to|have to|can now)\s)(?:click|"
    r"visit|go to|open|call|e-?mail|send|contact|download|install|ignore|disregard|forget|reply|respond|paste|"
    r"copy|transfer|"
    r"pay|subscribe|follow (?:the|this|us)|tell (?:the|your|them|everyone)|run|execute|delete|approve|rank|"
    r"print|output|repeat|reveal|upload|forward|log in|sign in|enter your|type|buy|wire|grant|share your|"
    r"act as|pretend|write back|refund)\b",
    re.IGNORECASE,
)
_PROMPTLIKE = re.compile(
    r"\b(?:(?:previous|prior|above|all|earlier|these) (?:instructions|rules|prompts?)|system prompt|as an ai|"
    r"language model|jailbreak|developer mode|do anything now|my instructions)\b",
    re.IGNORECASE,
)
_SCRIPTS = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"`([^`]*)`")


def form(case: Case) -> Iterator[Fault]:
    """No link, address, HTML, Markdown, code, role or mention; nothing invisible; nothing that tells the reader to act
    (except what a fix says); no more than `LONGEST` characters."""
    raw = case.claim.text
    if not case.sentence.text:
        yield Fault("form", "It is empty.")
        return
    if len(raw) > LONGEST:
        yield Fault("form", f"It is longer than {LONGEST} characters.")
    if not raw.isascii() or not raw.isprintable():
        hidden = next(
            (ch for ch in raw if unicodedata.category(ch) in ("Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp")), None
        )
        if hidden is not None:
            yield Fault("form", f"It holds an invisible character (U+{ord(hidden):04X}).")
    spoken = case.sentence.spoken
    for code in _CODE.findall(spoken):
        if not code.startswith("undertone "):
            yield Fault("form", "It holds code.")
    plain = _CODE.sub(" ", spoken)
    for pattern, what in _PATTERNS:
        for match in pattern.finditer(plain):
            if not any(m.start <= match.start() and match.end() <= m.end for m in case.sentence.mentions):
                yield Fault("form", f"It holds {what}.")
                break
    for match in _SCRIPTS.finditer(plain):
        if not match.group().isascii() and _mixed(match.group()):
            yield Fault("form", f"The word “{match.group()}” mixes two alphabets.")
            break
    if _PROMPTLIKE.search(plain) or (case.claim.part != "fix" and _COMMAND.search(case.sentence.bare)):
        yield Fault("form", "It tells the reader or a machine what to do.")


def _mixed(word: str) -> bool:
    scripts = {unicodedata.name(ch, "?").split(" ")[0] for ch in word}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}) > 1
