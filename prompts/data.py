"""Customers' words as inert data: cleaned, cut to length, and written as JSON that cannot close its own delimiter."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST = 600  # characters of one text; long enough for any fact, short enough that one rant cannot fill a window
# Variation selectors are marks, not format characters, and are used to smuggle hidden bytes behind a letter.
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_HIDDEN = {"Cf", "Co", "Cn", "Cs"}  # zero-width, bidi, tag, private-use, unassigned, lone surrogates


class Rendered(str):
    """Text that went through `as_data`; the only kind of text that a prompt prints."""


def clean_text(text: str, longest: int = LONGEST) -> str:
    """`text` on one line without invisible characters, at most `longest` characters (then ending in `…`)."""
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category not in _HIDDEN and not any(ord(character) in block for block in _SELECTORS):
            kept.append(character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _cleaned(value: Any, longest: int) -> Any:
    if isinstance(value, str):
        return clean_text(value, longest)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {clean_text(str(key), longest): _cleaned(item, longest) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item, longest) for item in value]
    raise TypeError(f"A prompt cannot show a {type(value).__name__}; give it text, numbers, lists and dicts.")


def as_data(value: Any, longest: int = LONGEST) -> Rendered:
    """`value` as JSON whose texts are cleaned and hold no `<` or `>`, so that no data can end a `<tag>` around it.

    A list gets one line an item. Raises TypeError for anything but text, numbers, lists and mappings, and
    ValueError for a number that is not finite.
    """
    plain = _cleaned(value, longest)
    if isinstance(plain, list):
        items = ",\n".join(json.dumps(item, ensure_ascii=False, allow_nan=False) for item in plain)
        text = f"[\n{items}\n]" if items else "[]"
    else:
        text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    return Rendered(text.replace("<", "\\u003c").replace(">", "\\u003e"))
