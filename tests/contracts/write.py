"""`python -m tests.contracts.write`: writes the snapshots and the AsyncAPI document; refuses to take anything away."""

import json
import sys
from typing import Any

from shared.contracts.documents import schemas
from tests.contracts.published import document
from tests.contracts.test_contracts import DOCS, SNAPSHOTS


def taken_away(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Properties a reader may rely on that the new schema no longer has."""
    gone = []
    for name, definition in {**before.get("$defs", {}), "": before}.items():
        now = {**after.get("$defs", {}), "": after}.get(name, {})
        gone += [f"{name}.{p}" for p in definition.get("properties", {}) if p not in now.get("properties", {})]
    return gone


def main() -> int:
    SNAPSHOTS.mkdir(parents=True, exist_ok=True)
    status = 0
    for type, schema in schemas().items():
        file = SNAPSHOTS / f"{type}.json"
        if file.exists() and "--force" not in sys.argv:
            gone = taken_away(json.loads(file.read_text("utf-8")), schema)
            if gone:
                print(f"{type}: additive change only; gone: {', '.join(gone)}", file=sys.stderr)
                status = 1
                continue
        file.write_text(json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    (DOCS / "asyncapi.json").write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
