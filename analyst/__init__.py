"""Undertone: why the score moved, for whom, on which screen, and what to fix first."""

__version__ = "0.1.0"
