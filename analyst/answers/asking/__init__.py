"""Questions in plain language: what they mean on this run."""

from analyst.answers.asking.meanings import Meanings
from analyst.answers.asking.plan import AskBack, Declined, Intent, Plan, Reading

__all__ = ["AskBack", "Declined", "Intent", "Meanings", "Plan", "Reading"]
