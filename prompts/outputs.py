"""What a prompt asks for: the shapes of the answers. A released prompt names one of these, so fields only ever join."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from analyst.core.errors import UsageProblem

Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
LABEL_WORDS = 6


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class DigestSentence(_Output):
    """One sentence and the ids of what it rests on."""

    text: str = Field(min_length=1, max_length=400)
    facts: list[Id] = Field(min_length=1, max_length=3)
    quotes: list[Id] = Field(default_factory=list, max_length=3)


class DigestSummary(_Output):
    """The summary at the head of a digest: up to six sentences, the most important first."""

    sentences: list[DigestSentence] = Field(min_length=1, max_length=6)


class AnswerSentence(_Output):
    """One sentence, the part of the answer it belongs to, its facts, and the quotes to show after it."""

    text: str = Field(min_length=1, max_length=400)
    part: Literal["verdict", "who", "where", "what", "screen", "fix", "sure", "aside"]
    facts: list[Id] = Field(min_length=1, max_length=3)
    quotes: list[Id] = Field(default_factory=list, max_length=3)


class AnswerText(_Output):
    """The answer to the question, its verdict first. Call this once, when everything needed was looked up."""

    sentences: list[AnswerSentence] = Field(min_length=1, max_length=9)


class ThemeLabel(_Output):
    """A name for one theme."""

    theme_id: Id
    label: str = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _short(self) -> ThemeLabel:
        if len(self.label.split()) > LABEL_WORDS:
            raise ValueError(f"the label of {self.theme_id} has more than {LABEL_WORDS} words")
        return self


class ThemeLabels(_Output):
    """Names for one set of sibling themes; no theme twice, and no name twice."""

    labels: list[ThemeLabel] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _distinct(self) -> ThemeLabels:
        for what, seen in (
            ("theme", [item.theme_id for item in self.labels]),
            ("label", [item.label.casefold() for item in self.labels]),
        ):
            twice = sorted({name for name in seen if seen.count(name) > 1})
            if twice:
                raise ValueError(f"the {what} {twice[0]} appears more than once")
        return self


class FixWording(_Output):
    """The title and the action of one fix, and what they rest on."""

    title: str = Field(min_length=1, max_length=80)
    action: str = Field(min_length=1, max_length=300)
    facts: list[Id] = Field(min_length=1, max_length=4)
    quotes: list[Id] = Field(default_factory=list, max_length=3)


_MODELS: dict[str, type[BaseModel]] = {
    model.__name__: model for model in (AnswerText, DigestSummary, ThemeLabels, FixWording)
}


def output_model(name: str) -> type[BaseModel]:
    """The model called `name` in a prompt's front matter; raises UsageProblem when there is none such."""
    if name not in _MODELS:
        raise UsageProblem(
            f"No prompt output is called '{name}'.", f"There are {', '.join(sorted(_MODELS))}, in prompts/outputs.py."
        )
    return _MODELS[name]
