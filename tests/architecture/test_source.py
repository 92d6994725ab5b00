"""Files and functions stay small, named for what they hold, finished, and bound to no machine."""

import ast
import re
from pathlib import PurePath

from tests.architecture.sources import CODE, sources, tracked

FILE_LINES = 250
FUNCTION_LINES = 40
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
OPEN_END = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError|mark\.(skip|skipif|xfail)\b|pytest\.(skip|xfail)\(")
MACHINE_PATH = re.compile(r"(^|[\s\"'=:(`])/(work|root|home|farm|tmp|Users)/\w")
REGISTRIES = re.compile(
    "|".join(
        re.escape(name + "." + top)
        for name, top in [
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("crates", "io"),
            ("repo.maven.apache", "org"),
            ("repo1.maven", "org"),
            ("registry.npmjs", "org"),
            ("proxy.golang", "org"),
        ]
    )
)


def test_no_file_is_longer_than_one_sitting() -> None:
    lengths = {source.name: source.text.count("\n") for source in sources()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{source.name}:{function.lineno} {function.name}": function.end_lineno - function.lineno + 1
        for source in sources()
        for function in source.functions()
        if function.end_lineno
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_every_file_is_named_for_what_it_holds() -> None:
    parts = {source.name: set(PurePath(source.name).with_suffix("").parts) for source in sources(*CODE, "tests")}
    nameless = [name for name, words in parts.items() if words & NAMELESS]
    assert nameless == []


def test_every_module_says_its_purpose() -> None:
    silent = [source.name for source in sources() if source.text.strip() and not ast.get_docstring(source.tree)]
    assert silent == []


def test_nothing_is_left_open() -> None:
    places = [
        f"{source.name}:{number} {line.strip()}"
        for source in sources(*CODE, "tests")
        for number, line in enumerate(source.text.splitlines(), 1)
        if OPEN_END.search(line) and "OPEN_END" not in line
    ]
    assert places == []


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    places = [
        f"{name}:{number} {line.strip()[:100]}"
        for name, text in tracked()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINE_PATH.search(line) or REGISTRIES.search(line)
    ]
    assert places == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert MACHINE_PATH.search("cd " + "/ho" + "me/someone")
    assert REGISTRIES.search("https://files." + "pythonhosted" + ".org/x")
    assert OPEN_END.search("# TO" + "DO later")
