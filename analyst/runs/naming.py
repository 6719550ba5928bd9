"""Which theme, which opinion somebody means: by id, by exact words, by a beginning that only one has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from analyst.core.errors import UsageProblem
from analyst.runs.overlay import key_of
from analyst.themes.edits import Hands, Part, Said, Split

if TYPE_CHECKING:
    import duckdb

_SHOWN = 6
_NEAR = 0.6  # likeness of spelling (difflib ratio) from which a name is suggested
_NEAR_WORD = 0.75  # the same for single words, which are alike by accident more easily


@dataclass(frozen=True)
class Listed:
    """A theme as an editor sees it; `n` opinions, 0 for a seeded one that waits for the next analyze."""

    theme_id: str
    label: str
    kind: str
    n: int
    waiting: bool = False


@dataclass(frozen=True)
class Quoted:
    """An opinion as an editor sees it."""

    said: Said
    text: str
    theme_id: str | None


def listed_themes(connection: duckdb.DuckDBPyConnection | None, hands: Hands) -> list[Listed]:
    """Every theme that can be edited, largest first: those of the run, excluded ones too, and seeded ones to come."""
    rows = []
    if connection is not None:
        rows = connection.execute(
            "SELECT theme_id, label, kind, n FROM all_themes ORDER BY n DESC, theme_id"
        ).fetchall()
    found = [Listed(theme_id, label, kind, int(n or 0)) for theme_id, label, kind, n in rows]
    have = {theme.theme_id for theme in found}
    coming = {part.theme: part.label for part in _coming_parts(hands)} | {r.theme: r.name for r in hands.seeds.values()}
    for theme_id, label in coming.items():
        if theme_id not in have and hands.root(theme_id) == theme_id:
            found.append(Listed(theme_id, hands.labels.get(theme_id) or label or theme_id, "seeded", 0, waiting=True))
    return found


def _coming_parts(hands: Hands) -> list[Part]:
    return [part for edit in hands.splits if isinstance(edit.action, Split) for part in edit.action.parts if part.label]


def find_theme(name: str, themes: Sequence[Listed], hands: Hands) -> Listed:
    """The theme that `name` means. Raises UsageProblem naming the nearest ones where none or several are meant."""
    wanted = " ".join(name.split()).casefold()
    if not wanted:
        raise UsageProblem("A theme is named by its id, its label or a beginning of it.", _advice())
    by_id = [theme for theme in themes if theme.theme_id == hands.root(name.strip())]
    exact = by_id or [theme for theme in themes if theme.label.casefold() == wanted]
    if exact:
        return exact[0]
    begins = [theme for theme in themes if theme.label.casefold().startswith(wanted)]
    if len(begins) == 1:
        return begins[0]
    if begins:
        said = "; ".join(f"'{theme.label}' ({theme.theme_id})" for theme in begins[:_SHOWN])
        raise UsageProblem(f"Several themes begin with '{name}': {said}.", "Write more of it, or the id.")
    near = _nearest(wanted, themes)
    hint = f"Did you mean {' or '.join(repr(label) for label in near)}? " if near else ""
    raise UsageProblem(f"There is no theme called '{name}'.", hint + _advice())


def _nearest(wanted: str, themes: Sequence[Listed]) -> list[str]:
    label_of = {theme.label.casefold(): theme.label for theme in themes}
    close = get_close_matches(wanted, list(label_of), n=3, cutoff=_NEAR)
    close += [label for label in label_of if wanted in label and label not in close]
    words = {word for label in label_of for word in label.split()}
    near = {word for part in wanted.split() for word in get_close_matches(part, words, n=2, cutoff=_NEAR_WORD)}
    close += [label for label in label_of if near & set(label.split()) and label not in close]
    return [label_of[label] for label in close[:3]]


def _advice() -> str:
    return "`undertone themes --all` lists the themes."


def theme_opinions(
    connection: duckdb.DuckDBPyConnection, theme_id: str, most: int, unsure: bool
) -> list[dict[str, Any]]:
    """Up to `most` different opinions of a theme with how often each was said; the surest, or least sure, first."""
    order = "probability, n DESC" if unsure else "probability DESC, n DESC"
    rows = connection.execute(
        f"""
        SELECT min(opinion_id), text, any_value(sentiment), any_value(state), max(probability) AS probability,
               count(*) AS n
        FROM opinions WHERE theme_id = ? GROUP BY text ORDER BY {order}, text LIMIT ?
        """,
        [theme_id, most],
    ).fetchall()
    return [
        dict(zip(("opinion_id", "text", "sentiment", "state", "probability", "n"), row, strict=True)) for row in rows
    ]


def find_opinion(name: str, connection: duckdb.DuckDBPyConnection) -> Quoted:
    """The opinion that `name` means: an opinion's id, that of a record with one opinion, or words that it holds.

    Raises UsageProblem where nothing is meant, or several that say different things.
    """
    rows = connection.execute(
        """
        SELECT opinion_id, text, field, theme_id FROM opinions
        WHERE opinion_id = ? OR response_id = ? OR ticket_id = ? OR session_id = ? ORDER BY opinion_id
        """,
        [name] * 4,
    ).fetchall()
    rows = (
        rows
        or connection.execute(
            """
        SELECT opinion_id, text, field, theme_id FROM opinions
        WHERE contains(lower(text), lower(?)) ORDER BY length(text), opinion_id LIMIT 500
        """,
            [" ".join(name.split())],
        ).fetchall()
    )
    found: dict[str, Quoted] = {}
    for opinion_id, text, where, theme_id in rows:
        key = key_of(text, where)
        found.setdefault(key, Quoted(Said(opinion_id, key), text, theme_id))
    if not found:
        raise UsageProblem(
            f"No opinion is called '{name}' or says so.", "`undertone themes show THEME` lists the opinions of a theme."
        )
    if len(found) > 1:
        told = "; ".join(f"{one.said.opinion_id} “{one.text[:60]}”" for one in list(found.values())[:_SHOWN])
        raise UsageProblem(f"'{name}' can mean {len(found)} opinions: {told}.", "Name one by its id.")
    return next(iter(found.values()))
