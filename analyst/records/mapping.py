"""The mapping file: what a person says about a file's columns, scores and dates. It wins over every guess."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analyst.core.errors import UsageProblem
from analyst.core.windows import zone
from analyst.records.dates import DateOrder
from analyst.records.synonyms import COLUMNS, dimension_name
from analyst.records.types import Kind

RecordName = Literal["responses", "sessions", "tickets", "events", "customers", "changes"]


class FileMapping(BaseModel):
    """One mapping file. Everything is optional; what is not said is guessed and the guess is reported."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: RecordName | None = None
    source: str | None = Field(None, min_length=1, max_length=120)
    kind: Kind | None = None
    scale: tuple[float, float] | None = None
    higher_is_better: bool | None = None
    timezone: str | None = None
    date_order: DateOrder | None = None
    survey: str | None = None
    question: str | None = None
    language: str | None = None
    channel: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    segments: dict[str, str] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    only: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)  # header -> the values whose rows come in

    @field_validator("scale")
    @classmethod
    def _rising(cls, scale: tuple[float, float] | None) -> tuple[float, float] | None:
        if scale is not None and not scale[0] < scale[1]:
            raise ValueError("the scale must rise, like [0, 10]; say higher_is_better = false for a reversed one")
        return scale

    @field_validator("segments")
    @classmethod
    def _named(cls, segments: dict[str, str]) -> dict[str, str]:
        return {dimension_name(name): header for name, header in segments.items()}

    @model_validator(mode="after")
    def _numbers(self) -> FileMapping:
        for word, value in self.values.get("score", {}).items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"[values.score] gives '{word}' no number")
        return self

    def check_columns(self, record: str) -> None:
        """Raises UsageProblem when [columns] names a column that `record` does not have."""
        known = COLUMNS[record]
        for canonical in self.columns:
            if canonical not in known:
                raise UsageProblem(
                    f"The mapping names a column '{canonical}' that {record} do not have.",
                    f"Use one of {', '.join(known)}; other columns go under [segments].",
                )

    def wanted(self, cells: Mapping[str, Any]) -> bool:
        """Whether a row comes in: every header of [only] holds one of its values, whatever the case."""
        return all(
            str(cells.get(header, "")).strip().casefold() in _folded(values) for header, values in self.only.items()
        )

    def check_only(self, headers: Sequence[str]) -> None:
        """Raises UsageProblem when [only] names a header that the file lacks."""
        for header in self.only:
            if header not in headers:
                raise UsageProblem(
                    f"[only] asks for '{header}', but the file has {', '.join(headers)}.",
                    "Write the header as it stands in the file.",
                )

    def zone(self, default: str) -> ZoneInfo:
        """Where zone-less times were written."""
        return zone(self.timezone or default)


def _folded(values: str | tuple[str, ...]) -> set[str]:
    return {value.strip().casefold() for value in ((values,) if isinstance(values, str) else values)}


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping file. Raises UsageProblem naming the line or the entry that cannot be used."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageProblem(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(
            f"The mapping {path} is not TOML: {error}.", 'Put headers with spaces in quotes, like score = "How likely".'
        ) from error
    return mapping_from(data, str(path))


def mapping_from(data: dict[str, Any], shown: str = "given") -> FileMapping:
    """A mapping from plain values. Raises UsageProblem naming the entry that cannot be used."""
    try:
        return FileMapping.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise UsageProblem(
            f"The mapping {shown} cannot be used: {where}: {first['msg']}.",
            "Its entries are record, source, kind, scale, higher_is_better, timezone, date_order, survey, question, "
            "language, channel, ignore, [only], [columns], [values.score] and [segments].",
        ) from error
