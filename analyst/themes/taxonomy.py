"""A taxonomy: the themes that people name themselves, read from a file, checked, and written to one.

    [[theme]]
    name = "Delivery"
    description = "when and how orders arrive"
    examples = ["my parcel came a week late", "the driver left it in the rain"]
    area = "Service"

The same from JSON (a list of such objects, or {"themes": [...]}) and from CSV, TSV or a workbook with the columns
name, description, examples (one a line, or parted by " | ") and area or parent; more examples may stand in
columns of their own (example 1, example 2, ...). An area is a heading; a parent is another theme of the file,
and the topmost one of a chain is its area, since themes have two levels. `id` ties a theme to one that the
workspace knows already: that is how a learned taxonomy is written out, edited and read back.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyst.core.errors import UsageProblem
from analyst.core.tables import SYSTEM_THEMES
from analyst.records.readers import open_rows
from analyst.records.readers.encoding import sniff
from analyst.records.redaction import redact
from analyst.records.synonyms import plain
from analyst.themes.edits import LONGEST_LABEL
from analyst.themes.words import content_tokens, tokens

if TYPE_CHECKING:
    import pyarrow as pa

    from analyst.themes.model import ThemeModel

MOST_EXAMPLES = 20  # a few telling ones teach most; more come by moving opinions, which keeps whose they are
MOST_THEMES = 200
_LONGEST_TEXT = 2_000
_TOLD = 5  # problems told at once
_SHOWN = 10  # sayings of a learned theme that are written out
_ALIKE = 0.5  # share of their words that two sayings may have in common
_SAYING_WORDS = (3, 30)
_FIELDS = {
    "name": ("name", "theme", "label", "topic", "title"),
    "description": ("description", "definition", "about", "meaning"),
    "examples": ("examples", "example"),
    "area": ("area", "category", "group"),
    "parent": ("parent", "parent theme"),
    "id": ("id", "theme id"),
}
_FIELD_OF = {word: field for field, words in _FIELDS.items() for word in words}
_NUMBERED = re.compile(r"examples? \d+$")
_APART = re.compile(r"[\r\n]+|\s\|\s")
_ID = re.compile(r"[\w-]{1,40}$")


@dataclass(frozen=True)
class SeededTheme:
    """A theme that people named. `examples` are sayings that belong to it, `area` the heading it stands under."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    area: str | None = None
    theme_id: str | None = None  # of a theme that is known already; None for a new one

    @property
    def lasting_id(self) -> str:
        """Its id in the catalogue: the one it came with, else one made from its name, the same for every run."""
        if self.theme_id is not None:
            return self.theme_id
        return f"t-{hashlib.blake2b(f'seeded {_key(self.name)}'.encode(), digest_size=4).hexdigest()}"


@dataclass(frozen=True)
class Taxonomy:
    """The themes of a file in its order, and what the reader should be told of its reading."""

    themes: tuple[SeededTheme, ...]
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        """The themes as plain values, for a log or JSON; `taxonomy_from_rows` reads them back."""
        return [_row(theme) for theme in self.themes]


@dataclass(frozen=True)
class _Entry:
    """One theme as it stands in the file, before it is known to make sense with the others."""

    place: str
    name: str
    description: str
    examples: tuple[str, ...]
    area: str | None
    parent: str | None
    theme_id: str | None


def read_taxonomy(path: Path, custom: Mapping[str, str] | None = None) -> Taxonomy:
    """The taxonomy in a .toml, .json, .csv, .tsv, .xlsx or .parquet file, in any encoding the importers know.

    Examples and descriptions are redacted like every text (`custom` patterns as in the settings). Raises
    UsageProblem that names up to five problems with their places: no or too long a name, one name twice, more
    than 20 examples, an unknown parent, parents in a circle; UndertoneError where the file cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix in (".toml", ".json"):
        text = _text(path)
        rows = [(f"theme {number}", row) for number, row in enumerate(_parsed(text, path), start=1)]
        notes: tuple[str, ...] = ()
    else:
        file = open_rows(path)
        if "name" not in {_field(header) for header in file.headers}:
            raise UsageProblem(
                f"{path.name} has no column with the themes' names (it has {', '.join(file.headers[:8])}).",
                "Call it 'name'; beside it may stand 'description', 'examples' and 'area'.",
            )
        broken = [row for row in file.rows() if row.problem]
        if broken:
            raise UsageProblem(f"Line {broken[0].line} of {path.name} cannot be read: {broken[0].problem}.")
        rows = [(f"line {row.line}", row.cells) for row in file.rows() if any(_words(c) for c in row.cells.values())]
        notes = file.notes
    return _taxonomy(rows, path.name, notes, custom)


def taxonomy_from_rows(rows: Iterable[Mapping[str, Any]], where: str = "The taxonomy") -> Taxonomy:
    """The same checks for rows that come from elsewhere: `Taxonomy.rows`, a request, an edit of the log."""
    return _taxonomy([(f"theme {number}", row) for number, row in enumerate(rows, start=1)], where, (), None)


def write_taxonomy(themes: Iterable[SeededTheme]) -> str:
    """The themes as TOML that `read_taxonomy` reads back to equal ones."""
    blocks = []
    for theme in themes:
        lines = [f"{key} = {_toml(value)}" for key, value in _row(theme).items()]
        blocks.append("\n".join(["[[theme]]", *lines]) + "\n")
    return "\n".join(blocks)


def _row(theme: SeededTheme) -> dict[str, Any]:
    row = {
        "id": theme.theme_id,
        "name": theme.name,
        "description": theme.description,
        "area": theme.area,
        "examples": list(theme.examples),
    }
    return {key: value for key, value in row.items() if value or key == "name"}


def _toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_toml(one)},\n" for one in value) + "]"
    # A JSON string is a TOML basic string but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(path: Path) -> str:
    if not path.is_file():
        raise UsageProblem(f"There is no file {path}.", "Look at the path; a relative one starts where you are.")
    with path.open("rb") as stream:
        encoding = sniff(stream)
    return path.read_bytes().decode(encoding.name, errors=encoding.errors).removeprefix("\ufeff")


def _parsed(text: str, path: Path) -> list[Mapping[str, Any]]:
    """The list of themes in a TOML or JSON document: bare, or under `theme` or `themes`."""
    kind = path.suffix.lower().lstrip(".").upper()
    try:
        found: Any = tomllib.loads(text.replace("\r\n", "\n")) if kind == "TOML" else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageProblem(f"{path.name} is not {kind}: {error}.") from error
    if isinstance(found, dict):
        found = next((found[name] for name in ("theme", "themes") if name in found), found)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        wanted = "[[theme]] tables" if kind == "TOML" else 'a list of objects, or {"themes": [...]}'
        raise UsageProblem(f"{path.name} holds no list of themes.", f"Write {wanted}, each with a name.")
    return found


def _taxonomy(
    rows: list[tuple[str, Mapping[str, Any]]], where: str, notes: tuple[str, ...], custom: Mapping[str, str] | None
) -> Taxonomy:
    problems: list[str] = []
    told: list[str] = list(notes)
    entries = [entry for place, row in rows if (entry := _entry(place, row, problems, told, custom)) is not None]
    if not entries and not problems:
        problems.append("it holds no theme")
    if len(entries) > MOST_THEMES:
        problems.append(f"it holds {len(entries)} themes, and at most {MOST_THEMES} can be told apart")
    problems += _repeated(entries)
    areas = _areas(entries, problems)
    if problems:
        more = f"; and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
        raise UsageProblem(
            f"{where} cannot be used as a taxonomy: {'; '.join(problems[:_TOLD])}{more}.",
            "Mend it and read it again; nothing was changed.",
        )
    told += _shared_examples(entries)
    headings = {_key(entry.parent) for entry in entries if entry.parent}
    themes = [
        SeededTheme(one.name, one.description, one.examples, area, one.theme_id)
        for one, area in zip(entries, areas, strict=True)
        if one.description or one.examples or _key(one.name) not in headings  # a bare parent is only a heading
    ]
    return Taxonomy(tuple(themes), tuple(told))


def _entry(
    place: str, row: Mapping[str, Any], problems: list[str], notes: list[str], custom: Mapping[str, str] | None
) -> _Entry | None:
    """One row with its cells cleaned; None, with the reason among `problems`, where it has no usable name."""
    cells: dict[str, list[Any]] = {}
    for header, value in row.items():
        if (field := _field(str(header))) is not None:
            cells.setdefault(field, []).append(value)
    single = {field: _words(cells[field][0]) for field in cells if field != "examples"}
    name = single.get("name", "")
    if not name:
        problems.append(f"{place} has no name")
        return None
    if len(name) > LONGEST_LABEL:
        problems.append(f"the name in {place} has {len(name)} characters, and at most {LONGEST_LABEL} fit a list")
        return None
    if _key(name) in {_key(label) for label in SYSTEM_THEMES.values()}:
        problems.append(f"'{name}' ({place}) is the name of a theme that Undertone keeps itself")
    theme_id = single.get("id") or None
    if theme_id is not None and not _ID.match(theme_id):
        problems.append(f"the id '{theme_id}' of '{name}' is none that Undertone gives")
    if theme_id in SYSTEM_THEMES:
        problems.append(f"'{name}' has the id of a theme that Undertone keeps itself")
    return _Entry(
        place=place,
        name=name,
        description=_redacted(single.get("description", "")[:_LONGEST_TEXT], custom),
        examples=_examples(name, cells.get("examples", []), problems, notes, custom),
        area=single.get("area") or None,
        parent=single.get("parent") or None,
        theme_id=theme_id,
    )


def _examples(
    name: str, values: list[Any], problems: list[str], notes: list[str], custom: Mapping[str, str] | None
) -> tuple[str, ...]:
    found: dict[str, str] = {}
    empty = 0
    for value in values:
        for part in value if isinstance(value, list) else _APART.split("" if value is None else str(value)):
            if isinstance(part, dict | list):
                problems.append(f"an example of '{name}' is no text")
                continue
            if text := _words(part):
                found.setdefault(_key(text), _redacted(text[:_LONGEST_TEXT], custom))
            elif isinstance(value, list):
                empty += 1
    if empty:
        notes.append(f"{empty} empty example{'s' if empty > 1 else ''} of '{name}' left out.")
    if len(found) > MOST_EXAMPLES:
        problems.append(
            f"'{name}' has {len(found)} examples, and at most {MOST_EXAMPLES} are read (keep those that differ most; "
            "teach more by moving opinions)"
        )
    return tuple(found.values())


def _repeated(entries: list[_Entry]) -> Iterator[str]:
    """Names and ids that stand twice; "Delivery" and "delivery " are one name."""
    first: dict[str, _Entry] = {}
    ids: dict[str, _Entry] = {}
    for entry in entries:
        other = first.setdefault(_key(entry.name), entry)
        if other is not entry:
            yield f"'{entry.name}' ({entry.place}) has the same name as '{other.name}' ({other.place})"
        if entry.theme_id is not None and (other := ids.setdefault(entry.theme_id, entry)) is not entry:
            yield f"'{entry.name}' and '{other.name}' have the same id {entry.theme_id}"


def _areas(entries: list[_Entry], problems: list[str]) -> list[str | None]:
    """The area of every entry: its own, else that of the nearest parent which has one, else the topmost parent."""
    known = {_key(entry.name): entry for entry in entries}
    order = {_key(entry.name): place for place, entry in enumerate(entries)}
    headings = {_key(entry.parent) for entry in entries if entry.parent}
    areas: list[str | None] = []
    for entry in entries:
        chain = [entry]
        while chain[-1].area is None and (parent := chain[-1].parent) is not None:
            above = known.get(_key(parent))
            if above is None and len(chain) == 1:
                problems.append(f"the parent '{parent}' of '{entry.name}' ({entry.place}) is not in the file")
            # A circle is told once, at the first of its themes in the file.
            if above is entry and all(order[_key(one.name)] >= order[_key(entry.name)] for one in chain):
                circle = " → ".join(f"'{one.name}'" for one in [*chain, entry])
                problems.append(f"parents go in a circle: {circle}")
            if above is None or above in chain:
                break
            chain.append(above)
        top = chain[-1]
        heads = top is not entry or _key(top.name) in headings
        areas.append(top.area or (top.name if heads else None))
    return areas


def _shared_examples(entries: list[_Entry]) -> Iterator[str]:
    said: dict[str, str] = {}
    for entry in entries:
        for example in entry.examples:
            other = said.setdefault(_key(example), entry.name)
            if other != entry.name:
                yield f"'{example[:60]}' is an example of both '{other}' and '{entry.name}': it teaches both."


def _field(header: str) -> str | None:
    word = plain(header)
    return "examples" if _NUMBERED.match(word) else _FIELD_OF.get(word)


def _words(value: Any) -> str:
    """A cell as one line of text without control characters; "" for nothing."""
    if value is None or isinstance(value, dict | list):
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _redacted(text: str, custom: Mapping[str, str] | None) -> str:
    return redact(text, custom).text if text else ""


def learned_taxonomy(model: ThemeModel, opinions: pa.Table, descriptions: Mapping[str, str] | None = None) -> Taxonomy:
    """What a run has learned, to be kept, edited and read back: every active theme with its id, name and area, and up
    to ten sayings from the core of the run's `opinions`, the surest first and no two alike. `descriptions` are by id.
    """
    said: dict[str, list[tuple[float, str]]] = {}
    names = ("theme_id", "state", "field", "probability", "text")
    for theme, state, field, chance, text in zip(*(opinions.column(n).to_pylist() for n in names), strict=True):
        if state == "core" and field != "summary":
            said.setdefault(theme, []).append((-chance, _words(text)))
    told = descriptions or {}
    return Taxonomy(
        tuple(
            SeededTheme(
                name=theme.label,
                description=told.get(theme.theme_id, ""),
                examples=_different(text for _, text in sorted(set(said.get(theme.theme_id, [])))),
                area=model.areas.get(theme.area_id),
                theme_id=theme.theme_id,
            )
            for theme in model.active
        )
    )


def _different(texts: Iterable[str]) -> tuple[str, ...]:
    """The first ten of `texts` that are neither too short nor too long nor much like one before."""
    chosen: dict[str, frozenset[str]] = {}
    for text in texts:
        words = frozenset(content_tokens(tokens(text)))
        if not _SAYING_WORDS[0] <= len(text.split()) <= _SAYING_WORDS[1] or not words:
            continue
        if all(len(words & other) <= _ALIKE * min(len(words), len(other)) for other in chosen.values()):
            chosen[text] = words
        if len(chosen) == _SHOWN:
            break
    return tuple(chosen)


def with_ids(taxonomy: Taxonomy, known: Mapping[str, str]) -> Taxonomy:
    """`taxonomy` with the ids of themes that are known by the same name (`known` is label -> theme id).

    Seeding "Delivery" where a theme is called that already teaches it instead of making a second one.
    """
    by_name = {_key(label): theme_id for label, theme_id in known.items()}
    taken = {theme.theme_id for theme in taxonomy.themes}
    themes = [
        replace(theme, theme_id=found)
        if theme.theme_id is None and (found := by_name.get(_key(theme.name))) is not None and found not in taken
        else theme
        for theme in taxonomy.themes
    ]
    return Taxonomy(tuple(themes), taxonomy.notes)
