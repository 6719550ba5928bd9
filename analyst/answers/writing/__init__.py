"""What a model words, where one is configured: answers, the digest's opening, fixes, names of themes. Every sentence
stands the same grounding check as our own, and what was written without a model is there whatever a model does.

Importing this loads neither openai nor langchain.
"""

from analyst.answers.writing.agent import LlmAgent
from analyst.answers.writing.answers import LlmWriter
from analyst.answers.writing.fixes import WordedFixes, word_fixes
from analyst.answers.writing.labels import NamedTheme, Proposal, Proposals, propose_labels
from analyst.answers.writing.opening import with_llm_opening
from analyst.answers.writing.siblings import editor_name, themes_to_name

__all__ = [
    "LlmAgent",
    "LlmWriter",
    "NamedTheme",
    "Proposal",
    "Proposals",
    "WordedFixes",
    "editor_name",
    "propose_labels",
    "themes_to_name",
    "with_llm_opening",
    "word_fixes",
]
