"""How hard the hostile tests try: short in `make test`; `make hostile` sets HOSTILE_MINUTES and a seed of its own."""

import os
import random

MINUTES = float(os.environ.get("HOSTILE_MINUTES", "0"))
LONG = MINUTES > 0
SEED = int(os.environ.get("HOSTILE_SEED", "1"))


def times(short: int, per_minute: int) -> int:
    """So many tries."""
    return max(short, round(per_minute * MINUTES)) if LONG else short


def chance(of: str) -> random.Random:
    """The same numbers for the same seed and name."""
    return random.Random(f"{SEED}/{of}")
