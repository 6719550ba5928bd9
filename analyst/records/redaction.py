"""Personal data out of text, before anything else sees it.

E-mail addresses, telephone, card and account numbers, network addresses and long digit runs become
placeholders such as [email-1]; the same value has the same placeholder all through one response. Links are
cut to their host. Every pattern is linear in the length of the text: repeats are bounded or cannot overlap.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analyst.records.patterns import SafePattern, compile_safely

_ROUNDS = 4  # a placeholder changes what stands beside its neighbours, so look again until nothing is found

_HINT = re.compile(r"\d{4}|\d[\s().\-/]{1,2}\d|@|://|www\.|:[0-9a-f]{0,4}:", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|(?<![\w.])www\.)[^\s<>\"'\]\[)]+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.%+'-])[\w.%+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?!\d)")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
# How telephone numbers are laid out: with a country code; with a trunk zero (030 1234567, 06 12 34 56 78); North
# American ((555) 123-4567, 1-555-123-4567); local with a hyphen (555-0142; a round end, 100-1500, is a range);
# nine digits in threes, a mobile number in southern Europe and Poland (612 345 678; 612 345 000 is an amount).
_PHONE = re.compile(
    r"""(?<![\w.,+]) (?:
        (?:\+\s?\(?|\(\+|00)[1-9]\d{0,2}(?:[\s().\-/]{0,2}\d){6,12}
      | \(?0(?![.,])\d{1,4}(?:[\s().\-/]{0,2}\d){6,8}
      | (?:1[\s.\-]?)?\(?\d{3}\)?[\s.\-]{0,2}\d{3}[\s.\-]?\d{4}
      | \d{3}[-.]\d{2}(?!00)\d{2}
      | [5-9]\d{2}[\s\-]\d{3}[\s\-](?!000)\d{3}
    ) (?![\w]|[.,]\d)""",
    re.VERBOSE,
)
_DIGITS = re.compile(r"\d{9,}")
_VERSION_BEFORE = re.compile(r"(?:\bv|version|build|release|update)\s{0,2}$", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?!\d)")


@dataclass(frozen=True)
class Redacted:
    """The text without personal data, and how many different values of each kind were taken out."""

    text: str
    counts: dict[str, int] = field(default_factory=dict)


class Redactor:
    """Redacts the fields of one record at a time; build it once, for its custom patterns are compiled here."""

    def __init__(self, custom: Mapping[str, str] | None = None) -> None:
        self._custom: list[tuple[str, SafePattern]] = [
            (name, compile_safely(name, pattern)) for name, pattern in sorted((custom or {}).items())
        ]

    def fields(self, texts: Sequence[str | None]) -> tuple[list[str | None], Counter[str]]:
        """The texts of one record redacted together, so that a value has one placeholder in all of them."""
        if not self._custom and not any(text and _HINT.search(text) for text in texts):
            return list(texts), Counter()
        names = _Names()
        done = [self._text(text, names) if text else text for text in texts]
        return done, names.counts()

    def redact(self, text: str) -> Redacted:
        """One text on its own."""
        (done,), counts = self.fields([text])
        return Redacted(done or "", dict(counts))

    def _text(self, text: str, names: _Names) -> str:
        for _ in range(_ROUNDS):
            before = text
            if _HINT.search(text):
                text = _builtin(text, names)
            for name, pattern in self._custom:
                text = pattern.sub(lambda found, kind=name: names.of(kind, found), text)  # type: ignore[misc]
            if text == before:
                break
        return text


def redact(text: str, custom: Mapping[str, str] | None = None) -> Redacted:
    """`text` without personal data. `custom` maps a name to a regular expression, both from the settings.

    Raises UsageProblem for a custom pattern that is not a regular expression or could take more than linear time.
    """
    return Redactor(custom).redact(text)


class _Names:
    """Gives each value of a kind its placeholder, in order of appearance."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] = {}
        self._count: Counter[str] = Counter()

    def of(self, kind: str, value: str) -> str:
        key = kind, re.sub(r"[\s().\-/]", "", value).casefold() if kind not in ("email",) else value.casefold()
        if key not in self._seen:
            self._count[kind] += 1
            self._seen[key] = f"[{kind}-{self._count[kind]}]"
        return self._seen[key]

    def counts(self) -> Counter[str]:
        return self._count


def _builtin(text: str, names: _Names) -> str:
    if "://" in text or "www." in text.casefold():
        text = _URL.sub(lambda m: _host(m[0]), text)
    if "@" in text:
        text = _EMAIL.sub(lambda m: _email(m[0], names), text)
    if ":" in text:
        text = _IPV6.sub(lambda m: names.of("ip", m[0]) if _is_ipv6(m[0]) else m[0], text)
    if not re.search(r"\d", text):
        return text
    text = _IBAN.sub(lambda m: _iban(m[0], names), text)
    text = _CARD.sub(lambda m: names.of("card", m[0]) if _luhn(m[0]) else m[0], text)
    text = _IPV4.sub(lambda m: names.of("ip", m[0]) if _is_ipv4(m) else m[0], text)
    text = _phones(text, names)
    return _DIGITS.sub(lambda m: names.of("number", m[0]), text)


def _host(link: str) -> str:
    """The host of a link; what follows the link as punctuation stays."""
    bare = link.split("://", 1)[-1]
    authority = re.split(r"[/?#\\]", bare, maxsplit=1)[0].rsplit("@", 1)[-1]
    tail = re.search(r"[.,;:!?]{0,20}$", link)
    host = authority.split(":", 1)[0].strip(".,;:!?")
    return (host or "[link]") + (tail[0] if tail else "")


def _email(found: str, names: _Names) -> str:
    bare = found.rstrip(".-'")
    return names.of("email", bare) + found[len(bare) :]


def _luhn(text: str) -> bool:
    """ISO/IEC 7812 check digit; a run of one digit is no card."""
    digits = [int(c) for c in text if c.isascii() and c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    total = sum(d if i % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(reversed(digits)))
    return total % 10 == 0


def _iban(found: str, names: _Names) -> str:
    """Take out an IBAN (ISO 13616, mod 97); the words that follow it were matched too, so try shorter ends."""
    ends = [i for i in range(len(found), 14, -1) if i == len(found) or not found[i].isalnum()]
    for end in ends:
        compact = re.sub(r"[ -]", "", found[:end]).upper()
        if 15 <= len(compact) <= 34 and compact.isascii() and compact.isalnum():
            turned = "".join(str(int(c, 36)) for c in compact[4:] + compact[:4])
            if int(turned) % 97 == 1:
                return names.of("iban", found[:end]) + found[end:]
    return found


def _is_ipv4(match: re.Match[str]) -> bool:
    # 4.2.0.1 after "version" is a build number
    if _VERSION_BEFORE.search(match.string[max(0, match.start() - 12) : match.start()]):
        return False
    try:
        ipaddress.IPv4Address(match[0])
    except ValueError:
        return False
    return True


def _is_ipv6(text: str) -> bool:
    if sum(c.isalnum() for c in text) < 4:
        return False
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _phones(text: str, names: _Names) -> str:
    """Dates are laid out like numbers too: hide them first, under characters of the same length."""
    shadow = _DATE.sub(lambda m: "\ufffc" * len(m[0]), text)
    parts: list[str] = []
    at = 0
    for match in _PHONE.finditer(shadow):
        parts += [text[at : match.start()], names.of("phone", match[0])]
        at = match.end()
    return "".join([*parts, text[at:]])
