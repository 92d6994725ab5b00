"""The project's own files, read once: what the rules about the source look at."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("services", "shared", "deploy")


@dataclass(frozen=True)
class Source:
    """One Python file; `name` is its path below the project."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module imported anywhere in the file, in full, with the line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module, node.lineno
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


@cache
def sources(*folders: str) -> list[Source]:
    """Every Python file below these folders, also those not committed yet."""
    paths = sorted(path for folder in folders or CODE for path in (ROOT / folder).rglob("*.py"))
    return [Source(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in paths]


@cache
def tracked() -> list[tuple[str, str]]:
    """Name and text of every text file git knows."""
    # The checkout may belong to somebody else, as on a machine that builds what it mounted.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    texts = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file():
            try:
                texts.append((name, path.read_text("utf-8")))
            except UnicodeDecodeError:
                continue
    return texts
