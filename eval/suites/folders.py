"""Hashes of folders of data, so that a result says what it was measured on."""

from __future__ import annotations

import hashlib
from pathlib import Path


def hash_of(folder: Path) -> str:
    """sha256 over the names and bytes of every file in `folder`, its first 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
