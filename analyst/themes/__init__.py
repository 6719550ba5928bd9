"""Opinions, clusters, assignment, the lasting catalogue, labels and quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyst.themes.model import CatalogueTheme, ThemeModel
    from analyst.themes.opinions import Friction, Opinion, write_summary
    from analyst.themes.pipeline import ThemeResult, build_themes
    from analyst.themes.quotes import Candidate, pick_quotes

__all__ = [
    "Candidate",
    "CatalogueTheme",
    "Friction",
    "Opinion",
    "ThemeModel",
    "ThemeResult",
    "build_themes",
    "pick_quotes",
    "write_summary",
]

_HOME = {
    "Candidate": "quotes",
    "CatalogueTheme": "model",
    "Friction": "opinions",
    "Opinion": "opinions",
    "ThemeModel": "model",
    "ThemeResult": "pipeline",
    "build_themes": "pipeline",
    "pick_quotes": "quotes",
    "write_summary": "opinions",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for: reading a run needs no clustering."""
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"analyst.themes.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
