"""The themes of a run as a model is asked to name them: keywords, a few opinions, and who named them so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyst.answers.writing.labels import EXAMPLES, NamedTheme
from analyst.runs.naming import theme_opinions
from analyst.themes.edits import Rename, hands, undone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyst.runs.view import View
    from analyst.themes.edits import Edit

BY_MODEL = " (model)"  # what the log of edits calls a model ends in this


def editor_name(model: str) -> str:
    """How the log of edits calls the model that renamed a theme."""
    return f"{model}{BY_MODEL}"


def themes_to_name(view: View) -> list[NamedTheme]:
    """The found themes of the run in `view`, largest first; those that a person named, seeded or pinned are `kept`."""
    told = hands(view.edits)
    by_people = people_named(view.edits) | told.pinned | told.seeds.keys()
    rows = view.connection.execute(
        "SELECT theme_id, coalesce(area_id, theme_id), kind, label, keywords FROM themes WHERE kind <> 'system' "
        "ORDER BY n DESC, theme_id"
    ).fetchall()
    found = []
    for theme_id, area, kind, label, keywords in rows:
        opinions = theme_opinions(view.connection, theme_id, EXAMPLES, unsure=False)
        ids = [opinion["opinion_id"] for opinion in opinions]
        texts = [opinion["text"] for opinion in opinions]
        kept = kind == "seeded" or theme_id in by_people
        found.append(NamedTheme(theme_id, area, label, keywords or [], texts, _records(view, ids), kept))
    return found


def people_named(edits: Iterable[Edit]) -> frozenset[str]:
    """The themes whose name was last given by a person and not by a model."""
    log = sorted(edits, key=lambda edit: edit.seq)
    gone = undone(log)
    last: dict[str, str] = {}
    for edit in log:
        if isinstance(edit.action, Rename) and edit.seq not in gone:
            last[edit.action.theme] = edit.who
    return frozenset(theme for theme, who in last.items() if not who.endswith(BY_MODEL))


def _records(view: View, opinion_ids: list[str]) -> list[str]:
    """The responses, sessions and tickets that opinions stand in: what erasing a person goes by."""
    rows = view.connection.execute(
        "SELECT DISTINCT coalesce(response_id, session_id, ticket_id) AS record FROM opinions "
        "WHERE opinion_id IN (SELECT unnest(?)) ORDER BY record",
        [opinion_ids],
    ).fetchall()
    return [row[0] for row in rows if row[0] is not None]
