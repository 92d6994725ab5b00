"""Parts the written texts once and for all: one in three, by the hash of its id, is locked away as examination."""

from hashlib import sha256
from pathlib import Path

import orjson

TEXTS = Path(__file__).parent / "texts"
PARTS = ("development", "examination")


def part_of(id: str) -> str:
    """Where a text belongs, whoever wrote it and whenever."""
    return "examination" if int(sha256(id.encode()).hexdigest(), 16) % 3 == 0 else "development"


def split(source: Path = TEXTS / "written", target: Path = TEXTS) -> dict[str, int]:
    """Writes every file of `source` into the two parts, line by line as it stands; counts per part."""
    counts = dict.fromkeys(PARTS, 0)
    for file in sorted(source.glob("*.jsonl")):
        lines: dict[str, list[bytes]] = {part: [] for part in PARTS}
        for line in file.read_bytes().splitlines():
            if line.strip():
                lines[part_of(orjson.loads(line)["id"])].append(line)
        for part, kept in lines.items():
            (target / part).mkdir(parents=True, exist_ok=True)
            (target / part / file.name).write_bytes(b"\n".join(kept) + b"\n")
            counts[part] += len(kept)
    return counts


if __name__ == "__main__":
    print(split())
