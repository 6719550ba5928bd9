"""Which languages an encoder was trained on, as far as its name tells."""

from __future__ import annotations

import re

from embeddings.contract import Encoder

_MULTILINGUAL = re.compile(
    r"multiling|labse|distiluse|xlm|bge-m3|multi-|-m-v\d|gte-m|e5-m|static-similarity-mrl-m", re.I
)
_ENGLISH = re.compile(r"all-minilm|all-mpnet|all-distilroberta|bge-\w+-en|gte-\w+-en|-en\b|-en-", re.I)


def language_note(encoder: Encoder) -> str | None:
    """A sentence for people when `encoder` understands English only; None when it is not known to be so."""
    short = encoder.name.rsplit("/", 1)[-1]
    if _MULTILINGUAL.search(short) or not _ENGLISH.search(short):
        return None
    return (
        f"The sentence encoder {short} was trained on English only: comments in other languages are read, counted "
        "and scored, but their themes are coarser. Set encoder.model to a multilingual sentence-transformers model "
        "(such as paraphrase-multilingual-MiniLM-L12-v2) to read them as well."
    )
