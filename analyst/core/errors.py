"""Errors that are sentences. Each says what happened, where, and how to mend it.

The command line prints the sentence and exits with `exit_code`; the API turns the same object into a
problem+json reply. Anything that is not an `UndertoneError` is a defect of ours.
"""

from __future__ import annotations


class UndertoneError(Exception):
    """A problem the person can mend. `hint` says how, `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageProblem(UndertoneError):
    """The request itself cannot be understood (an unknown week, a filter that names no segment)."""

    exit_code = 2


class GateFailed(UndertoneError):
    """A quality gate was not met."""

    exit_code = 3


class StoreBusy(UndertoneError):
    """Another process holds what we need; trying again later is the remedy."""

    exit_code = 5


class NoRun(UndertoneError):
    """Nothing was analysed yet in this workspace."""


class CannotTell(UndertoneError):
    """The data cannot answer: the honest reply to a question without enough rows behind it."""


EXIT_PARTLY_DONE = 4  # some rows were refused; the rest is in
