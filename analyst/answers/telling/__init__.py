"""From a plan to claims: one module an intent, each a pure function of the findings."""

from analyst.answers.telling.desk import Desk, Hit, Searcher
from analyst.answers.telling.teller import tell

__all__ = ["Desk", "Hit", "Searcher", "tell"]
