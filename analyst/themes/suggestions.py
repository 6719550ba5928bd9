"""Whether an opinion asks for something: "please add a dark mode", "I wish I could change the slot"."""

from __future__ import annotations

import re

_THING = (
    r"(?:add|allow|bring|build|change|consider|create|enable|ensure|extend|fix|give|have|implement|improve|include|"
    r"introduce|keep|let|make|offer|open|provide|put|reduce|release|remove|restore|return|show|stop|support|update|use)"
)
_RULES = (
    rf"\b(?:please|pls|plz|kindly)\b[\s,]+(?:\w+\s+){{0,2}}?{_THING}\b",
    rf"^(?:please\s+)?(?:add|allow|bring back|enable|implement|include|introduce|provide|support|let us|give us)\b(?!ed|ing)",
    r"\b(?:would|it'?d|that'?d|will|might) (?:also |really |just )?be (?:so |much |even |very |really |a )*"
    r"(?:nice|great|good|better|helpful|useful|cool|awesome|lovely|handy|amazing|perfect|beneficial|wonderful|plus|fantastic|ideal)\b",
    r"\b(?:i|we) (?:really |just |only )?wish\b|\bwish (?:there|it|you|they|this|the)\b|\bi(?:'d| would) (?:really |also )?(?:love|like|prefer|"
    r"appreciate)\b(?! my money| a refund)|\bwould (?:love|like|appreciate|prefer) (?:to|a|an|it|if|more|the|some|being|having|seeing)\b",
    r"\b(?:you|they|it|there|we|app|this|developers?|devs?|team|microsoft|google|apple|users?) "
    rf"(?:really |also |just )?(?:should|could|ought to|need to|needs to|must)\b (?:really |also |at least |be (?:able|a|an|more|possible)|{_THING})",
    r"\bneeds? (?:to (?:be|have|add|improve|allow|offer|support|include|fix|update)|an? \w+|more \w+|better \w+|some (?:work|improvement))\b",
    r"\b(?:how about|what about|why not|why (?:can't|don't) you|can (?:you|we|it) (?:please|also|not)?\s*(?:have|get|add|make|be)|could you|"
    r"can you|is there any way|any chance)\b",
    r"\b(?:suggest(?:ion|ions|ed)?|feature request|my request|i(?:'d| would) recommend (?:adding|that|to|making|having)|"
    r"i propose|room for improvement|missing feature|hope (?:you|they|that|to see|it will)|hopefully)\b",
    r"\b(?:should|could) (?:have|be able|allow|add|offer|include|let|give|be an? (?:option|way|choice|button))\b(?! been)",
    r"\bif (?:only|you could|there (?:was|were)|it (?:had|could)|they could|i could|we could)\b",
    # German and Spanish
    r"\b(?:wäre (?:\w+ ){0,3}?(?:schön|toll|gut|super|besser|hilfreich|wünschenswert|cool|klasse)|bitte (?:\w+ ){0,5}?(?:einbauen|hinzufügen|ändern|einführen|"
    r"ermöglichen|verbessern|anbieten|beheben|einfügen|zurück)|ich würde mir|wünsche mir|wünschenswert|sollte man|solltet ihr|könntet ihr|"
    r"könnte man|man sollte|vorschlag|mehr auswahl wäre)\b",
    r"\b(?:sería (?:\w+ ){0,2}?(?:bueno|genial|mejor|útil|ideal|estupendo|fantástico|bonito|conveniente)|me gustaría|nos gustaría|ojalá|por favor (?:\w+ ){0,2}?(?:añad\w+|"
    r"agreg\w+|pon\w*|arregl\w+|mejor\w+|permit\w+|incluy\w+)|deberían|debería|podrían|podría|estaría bien|sugerencia|sugiero|hace falta|falta una?)\b",
)  # fmt: skip
_SUGGESTION = re.compile("|".join(f"(?:{rule})" for rule in _RULES), re.IGNORECASE)


def is_suggestion(text: str) -> bool:
    """Whether `text` asks for a change or a new thing. Rules in English, German and Spanish; linear time."""
    return _SUGGESTION.search(text[:600].replace("’", "'")) is not None
