"""Which characters a file's bytes stand for. A file said to be UTF-8 may be anything."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

_CHUNK = 1 << 20
_SAMPLE = 1 << 18
FALLBACK = "undertone-cp1252"  # error handler: a byte that is no UTF-8 is read as Windows Latin
# The six letters in which Turkish (cp1254) and Western (cp1252) Windows text differ: Ğ İ Ş ğ ı ş.
_TURKISH = re.compile(rb"[\xd0\xdd\xde\xf0\xfd\xfe]")
_ICELANDIC = re.compile(rb"[\xc6\xe6]")  # æ: where it stands beside them, they are ð, ý, þ
_WESTERN_SHARE = 0.2  # Latin scripts write fewer of their letters than this above ASCII


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error(FALLBACK, _as_windows)


@dataclass(frozen=True)
class Encoding:
    """The codec and error handler to read with, how it was found, and how many NULs and odd bytes there are."""

    name: str
    errors: str
    why: str
    nuls: int = 0
    odd_bytes: int = 0

    @property
    def shown(self) -> str:
        """How reports call it."""
        return self.name.replace("-sig", "").upper() if self.name.startswith("utf") else self.name


def sniff(stream: BinaryIO) -> Encoding:
    """Find the encoding by the byte-order mark, else strict UTF-8 over the whole stream, else by its letters."""
    head = stream.read(_SAMPLE)
    marked = _marked(head)
    name = marked or "utf-8"
    decoder = codecs.getincrementaldecoder(name)("strict")
    chunk, nuls = head, 0
    try:
        while True:
            text = decoder.decode(chunk, final=not chunk)
            nuls += text.count("\x00")
            if not chunk:
                break
            chunk = stream.read(_CHUNK)
    except UnicodeDecodeError:
        if marked and marked.startswith("utf-16"):
            return Encoding(marked, "replace", "byte-order mark", nuls)
        rest = stream.read(_SAMPLE)
        return _not_utf8(head + (chunk if chunk is not head else b"") + rest, nuls)
    why = "byte-order mark" if marked and _has_mark(head) else "every byte fits"
    return Encoding(name, "strict", why, nuls)


def _has_mark(head: bytes) -> bool:
    return head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _marked(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # UTF-16 without a mark: Latin text has a zero in every second byte.
    window = head[:4096]
    if len(window) >= 8:
        even, odd = window[0::2].count(0), window[1::2].count(0)
        if odd > 0.4 * len(window) / 2 and even * 10 < odd:
            return "utf-16-le"
        if even > 0.4 * len(window) / 2 and odd * 10 < even:
            return "utf-16-be"
    return None


def _not_utf8(data: bytes, nuls: int) -> Encoding:
    high = sum(byte > 0x7F for byte in data)
    odd = _odd_bytes(data)
    if odd * 5 < high:  # nearly all of it is UTF-8: a few foreign rows were pasted in
        return Encoding("utf-8", FALLBACK, "UTF-8 with a few bytes of Windows Latin", nuls, odd)
    letters = high + sum(97 <= (byte | 0x20) <= 122 for byte in data)
    if high <= _WESTERN_SHARE * max(letters, 1):
        if _TURKISH.search(data) and not _ICELANDIC.search(data):
            return Encoding("cp1254", "replace", "not UTF-8; Turkish letters", nuls)
        guessed = _by_normalizer(data)
        if guessed in {"cp1250", "iso8859_2"} and _central_european(data):
            return Encoding(guessed, "replace", "not UTF-8; Central European letters", nuls)
        return Encoding("cp1252", "replace", "not UTF-8; Western letters", nuls)
    guessed = _japanese(data) or _by_normalizer(data)
    return Encoding(guessed or "cp1252", "replace", "not UTF-8; guessed from the letters", nuls)


def _odd_bytes(data: bytes) -> int:
    """How many bytes are no part of a UTF-8 sequence (the end of the sample may cut one, at most three)."""
    text = data.decode("utf-8", errors="surrogateescape")
    return sum("\udc80" <= c <= "\udcff" for c in text)


def _central_european(data: bytes) -> bool:
    """Letters that are signs in Western text: ł ą ś ź and their capitals as cp1250 or Latin-2 writes them."""
    return len(re.findall(rb"[\xb3\xb9\x9c\x9f\xa3\xa5\xbf\xaf\xb1\xb6\xbc]", data)) >= 3


def _japanese(data: bytes) -> str | None:
    """Shift JIS or EUC-JP, told by kana: no other reading of such bytes is full of them."""
    for name in ("cp932", "euc_jp"):
        text = data.decode(name, errors="replace")
        letters = sum(c > "\x7f" for c in text)
        kana = sum("\u3041" <= c <= "\u30fe" for c in text)
        if kana > 0.25 * letters and text.count("\ufffd") < 0.01 * letters:
            return name
    return None


def _by_normalizer(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE]).best()
    return best.encoding if best else None
