"""The digest as files of the workspace: always written, whatever becomes of a delivery."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from analyst.core.errors import UndertoneError

LOG = "sent.jsonl"


def write_all(folder: Path, name: str, contents: Mapping[str, bytes]) -> list[Path]:
    """Write `contents` (bytes by ending) as NAME.ending in `folder`; a reader meets an old file or a new one and never
    half of one. Raises UndertoneError where the folder takes no files."""
    paths = [folder / f"{name}.{ending}" for ending in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        write_file(path, content)
    return paths


def write_file(path: Path, content: bytes) -> None:
    """Write `content` to `path` at once. Raises UndertoneError where that cannot be."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(content)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UndertoneError(
            f"{path} could not be written: {error.strerror or error}.", "Is there room, and may you write there?"
        ) from error


def file_name(window: str, *more: str) -> str:
    """`2026-W46`, with what else tells this digest from others: letters, digits and hyphens only."""
    parts = [re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-.") for part in (window.replace("..", "-to-"), *more) if part]
    return "-".join(filter(None, parts))[:120]


def log_sending(folder: Path, entry: Mapping[str, object]) -> None:
    """Add one line of JSON to the log of what was sent; readable by its owner alone."""
    line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
    descriptor = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read_log(folder: Path) -> list[dict[str, object]]:
    """The entries that can be read, oldest first."""
    try:
        lines = (folder / LOG).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # a writer was killed within its line
        if isinstance(entry, dict):
            found.append(entry)
    return found
