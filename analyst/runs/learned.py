"""What a run has learned, as a taxonomy that people can keep, edit and seed again."""

from __future__ import annotations

from dataclasses import replace

from analyst.core.errors import UndertoneError
from analyst.runs.analyze import load_model
from analyst.runs.view import View
from analyst.themes.taxonomy import Taxonomy, learned_taxonomy


def taxonomy_of(view: View) -> Taxonomy:
    """The themes as people call them, with sayings from their core; merged and excluded ones are left out.

    Raises UndertoneError where the run has no theme model.
    """
    model = load_model(view.run)
    if model is None:
        raise UndertoneError(f"The run '{view.run.run_id}' has no theme model.", "Run `undertone analyze` again.")
    rows = view.table("themes").to_pylist()
    names = {row["theme_id"]: row["label"] for row in rows}
    told = {row["theme_id"]: row["description"] for row in rows if row.get("description")}
    found = learned_taxonomy(model, view.table("opinions"), told)
    themes = [replace(one, name=names[one.theme_id]) for one in found.themes if one.theme_id in names]
    return Taxonomy(tuple(themes), found.notes)
