"""Each driver is spoken in its one folder, and only the wiring knows which driver stands behind the flow.

What may import what inside and between services is checked by import-linter (`make check`).
"""

from pathlib import PurePath

from tests.architecture.sources import sources

HOMES = {
    "aiokafka": "shared/kafka/",
    "motor": "shared/mongo/",
    "pymongo": "shared/mongo/",
    "bson": "shared/mongo/",
    "httpx": "shared/outbound/",
}
# Run as a command only: its licence does not allow more.
NEVER = {"secantus"}
# The wiring, and the settings it is given.
WIRING = ("app.py", "lifecycle.py")
SETTINGS = ("shared/settings.py", "shared.kafka.settings")


def test_drivers_are_spoken_in_their_folders_only() -> None:
    strays = [
        f"{source.name}:{line} imports {module}"
        for source in sources()
        for module, line in source.imports()
        if (home := HOMES.get(module.split(".")[0])) and not source.name.startswith(home)
    ]
    assert strays == []


def test_only_the_wiring_knows_the_drivers_folders() -> None:
    strays = [
        f"{source.name}:{line} imports {module}"
        for source in sources("services", "shared")
        for module, line in source.imports()
        if module.startswith(("shared.kafka", "shared.mongo"))
        and not source.name.startswith(("shared/kafka/", "shared/mongo/"))
        and PurePath(source.name).name not in WIRING
        and not (source.name == SETTINGS[0] and module.startswith(SETTINGS[1]))
    ]
    assert strays == []


def test_the_stores_code_is_never_imported() -> None:
    strays = [
        f"{source.name}:{line}"
        for source in sources("services", "shared", "deploy", "tests")
        for module, line in source.imports()
        if module.split(".")[0] in NEVER
    ]
    assert strays == []
