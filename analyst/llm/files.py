"""Small files of the LLM room, readable by their owner alone: they may hold customers' words."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any


def write_private(path: Path, value: Any) -> None:
    """Write `value` as JSON so that a reader meets the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            json.dump(value, handle, ensure_ascii=False, indent=1)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def append_private(path: Path, value: Any) -> None:
    """Append `value` as one line of JSON; one write, so that lines of several processes do not mix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        torn = os.lseek(descriptor, 0, os.SEEK_END) > 0  # a writer may have been killed within its line
        if torn:
            os.lseek(descriptor, -1, os.SEEK_END)
            torn = os.read(descriptor, 1) != b"\n"
        os.write(descriptor, ("\n" if torn else "").encode() + line.encode("utf-8"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_json(path: Path) -> Any:
    """The JSON in `path`, or None when there is none that can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
