"""The lock on released prompts: a file that was released never changes; a better prompt is a new version."""

from __future__ import annotations

import hashlib
import re
import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable

LOCK = "released.toml"
VERSION_FILE = re.compile(r"v([1-9]\d*)\.md")


def file_hash(text: str) -> str:
    """sha256 of a prompt file's text, as hexadecimal; line ends do not count, since a checkout may change them."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def released_problems(root: Traversable | None = None) -> list[str]:
    """Sentences on every prompt file that is not what was released; empty when all is well."""
    root = root or files("prompts")
    lock = tomllib.loads((root / LOCK).read_text(encoding="utf-8"))
    found = {
        f"{folder.name}/{file.name}": file_hash(file.read_text(encoding="utf-8"))
        for folder in root.iterdir()
        if folder.is_dir()
        for file in folder.iterdir()
        if VERSION_FILE.fullmatch(file.name)
    }
    problems = [f"{name} was released and is gone; bring it back." for name in sorted(lock.keys() - found.keys())]
    for name, digest in sorted(found.items()):
        if name not in lock:
            problems.append(f'{name} is not released; add the line "{name}" = "{digest}" to prompts/{LOCK}.')
        elif lock[name] != digest:
            problems.append(f"{name} was changed after its release; bring it back and write a new version beside it.")
    return problems
