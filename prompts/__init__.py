"""Prompts: one folder a task, one file a version, and the loader.

`load_prompt("digest_summary").render(period=..., facts=..., quotes=...)` gives the messages to send. Roles are cut
out of the file before anything is filled in, and customers' words enter only as data of the user message.
"""

from prompts.data import Rendered, as_data, clean_text
from prompts.loader import Message, Prompt, Role, load_prompt, tasks, versions
from prompts.outputs import (
    AnswerSentence,
    AnswerText,
    DigestSentence,
    DigestSummary,
    FixWording,
    ThemeLabel,
    ThemeLabels,
    output_model,
)
from prompts.released import file_hash, released_problems

__all__ = [
    "AnswerSentence",
    "AnswerText",
    "DigestSentence",
    "DigestSummary",
    "FixWording",
    "Message",
    "Prompt",
    "Rendered",
    "Role",
    "ThemeLabel",
    "ThemeLabels",
    "as_data",
    "clean_text",
    "file_hash",
    "load_prompt",
    "output_model",
    "released_problems",
    "tasks",
    "versions",
]
