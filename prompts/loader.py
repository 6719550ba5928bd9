"""From a file of `prompts/TASK/vN.md` to messages.

A file is TOML between two `+++` lines, then sections headed `# system`, `# user` or `# assistant`. The sections are
cut before anything is filled in, so nothing that is filled in can open a role, and a system section fills in nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analyst.core.errors import UsageProblem
from prompts.data import LONGEST, Rendered, as_data
from prompts.outputs import output_model
from prompts.released import VERSION_FILE, file_hash

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

Role = Literal["system", "user", "assistant"]
_FENCE = "+++"
_HEADING = re.compile(r"^# (system|user|assistant)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Message:
    """One message to a model: who speaks, and the words."""

    role: Role
    content: str


class _Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    max_tokens: int = Field(900, ge=16, le=32_000)


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task: str
    version: int = Field(ge=1)
    output: str
    changelog: str = Field(min_length=1)
    parameters: _Parameters = Field(default_factory=_Parameters)
    inputs: dict[str, str] = Field(min_length=1)


@dataclass(frozen=True)
class Prompt:
    """One version of one task. `hash` is the sha256 of its file, `max_tokens` the room its answer needs."""

    task: str
    version: int
    output: str
    max_tokens: int
    inputs: Mapping[str, str]
    sections: tuple[tuple[Role, str], ...]
    hash: str

    @property
    def name(self) -> str:
        """How logs call it: `digest_summary/v1`."""
        return f"{self.task}/v{self.version}"

    @property
    def output_model(self) -> type[BaseModel]:
        """The shape of its answer."""
        return output_model(self.output)

    def render(self, **inputs: Any) -> list[Message]:
        """The messages with `inputs` filled in, as data.

        Raises ValueError when an input is missing or not declared, TypeError when one holds anything but text,
        numbers, lists and mappings, and jinja2.UndefinedError when the template reaches for a field that is absent.
        """
        if inputs.keys() != self.inputs.keys():
            missing = sorted(self.inputs.keys() - inputs.keys())
            unknown = sorted(inputs.keys() - self.inputs.keys())
            raise ValueError(f"The prompt {self.name} lacks the inputs {missing} and does not know {unknown}.")
        environment = _environment()
        return [Message(role, environment.from_string(source).render(inputs).strip()) for role, source in self.sections]


def tasks(root: Traversable | None = None) -> list[str]:
    """The names of all tasks, sorted."""
    root = root or files("prompts")
    return sorted(folder.name for folder in root.iterdir() if folder.is_dir() and _versions(folder))


def versions(task: str, root: Traversable | None = None) -> list[int]:
    """The versions of `task`, oldest first; empty when there is no such task."""
    root = root or files("prompts")
    return _versions(root / task) if task in {folder.name for folder in root.iterdir() if folder.is_dir()} else []


def _versions(folder: Traversable) -> list[int]:
    matches = (VERSION_FILE.fullmatch(file.name) for file in folder.iterdir())
    return sorted(int(match[1]) for match in matches if match)


def load_prompt(task: str, version: int | None = None, root: Traversable | None = None) -> Prompt:
    """The prompt for `task`: `version`, or the newest.

    Raises UsageProblem when there is no such task or version, ValueError when the file breaks the rules above.
    """
    root = root or files("prompts")
    known = versions(task, root)
    if not known:
        raise UsageProblem(f"There is no prompt for '{task}'.", f"There are {', '.join(tasks(root))}.")
    number = known[-1] if version is None else version
    if number not in known:
        raise UsageProblem(
            f"The prompt '{task}' has no version {number}.", f"It has {', '.join(str(item) for item in known)}."
        )
    text = (root / task / f"v{number}.md").read_text(encoding="utf-8").replace("\r\n", "\n")
    return _parse(text, task, number)


@lru_cache(maxsize=64)
def _parse(text: str, task: str, version: int) -> Prompt:
    name = f"{task}/v{version}"
    opening, fence, rest = text.partition(_FENCE + "\n")
    front, closing, body = rest.partition("\n" + _FENCE + "\n")
    if opening.strip() or not fence or not closing:
        raise ValueError(f"The prompt {name} does not begin with front matter between two {_FENCE} lines.")
    try:
        matter = _FrontMatter.model_validate(tomllib.loads(front))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ValueError(f"The front matter of the prompt {name} cannot be used: {error}") from error
    if (matter.task, matter.version) != (task, version):
        raise ValueError(f"The prompt {name} calls itself {matter.task}/v{matter.version}.")
    output_model(matter.output)
    sections = _sections(body, name)
    _check_variables(sections, set(matter.inputs), name)
    return Prompt(task, version, matter.output, matter.parameters.max_tokens, matter.inputs, sections, file_hash(text))


def _sections(body: str, name: str) -> tuple[tuple[Role, str], ...]:
    preface, *parts = _HEADING.split(body)
    if preface.strip() or not parts:
        raise ValueError(f"The prompt {name} has text outside its # system and # user sections.")
    sections = tuple((cast(Role, role), source.strip()) for role, source in zip(parts[::2], parts[1::2], strict=True))
    if not all(source for _, source in sections) or sections[-1][0] != "user":
        raise ValueError(f"The prompt {name} has an empty section or does not end with # user.")
    return sections


def _check_variables(sections: tuple[tuple[Role, str], ...], declared: set[str], name: str) -> None:
    from jinja2 import meta

    used: set[str] = set()
    for role, source in sections:
        names = meta.find_undeclared_variables(_environment().parse(source))
        if names and role != "user":
            raise ValueError(f"The prompt {name} fills {sorted(names)} into # {role}; only # user may hold data.")
        used |= names
    if used != declared:
        raise ValueError(f"The prompt {name} declares {sorted(declared)} and uses {sorted(used)}.")


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.runtime import Undefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def data(value: Any, longest: int = LONGEST) -> Rendered:
        if isinstance(value, Undefined):
            str(value)  # a strict undefined raises, naming the input or the field
        return as_data(value, longest)

    def only_data(value: Any) -> Any:
        # A text that skipped the filter could close the delimiter around it, so it is refused, not repaired.
        if isinstance(value, Rendered | int | float | Undefined):
            return value
        raise TypeError("A prompt prints text only through the 'data' filter.")

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=only_data, autoescape=False)
    environment.filters["data"] = data
    return environment
