"""How ops commands answer: a table on a terminal, one JSON object a line in a pipe."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], title: str = "") -> None:
    """Each row as a line; on a terminal only `columns`, in that order."""
    if sys.stdout.isatty():
        _table(list(rows), columns, title)
        return
    for row in rows:
        print(orjson.dumps(row, default=str).decode())


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    if not rows:
        print(f"{title}: none" if title else "none")
        return
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name in columns:
        numeric = all(isinstance(row.get(name), int | float) for row in rows)
        table.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    Console().print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return "\n".join(f"{name} {_cell(each)}" for name, each in value.items())
    return str(value)


def complain(what: object) -> int:
    """One clear sentence on stderr; exit status 1."""
    print(f"redress: {what}", file=sys.stderr)
    return 1


def advise(what: object) -> None:
    """What is best done next, on stderr: it is no part of the answer."""
    print(f"redress: {what}", file=sys.stderr)
