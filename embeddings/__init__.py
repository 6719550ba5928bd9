"""Text in, unit vectors out: two encoders behind one contract, and the cache of what they made.

`open_encoder` picks the encoder that the settings ask for, `embed_texts` runs it over any list of texts.
Nothing heavy is imported before a text must really be encoded.
"""

from embeddings.cache import VectorCache
from embeddings.contract import Encoder
from embeddings.embed import embed_texts
from embeddings.languages import language_note
from embeddings.opening import describe_encoder, open_encoder

__all__ = ["Encoder", "VectorCache", "describe_encoder", "embed_texts", "language_note", "open_encoder"]
