"""A key has one partition: the order of what concerns one thing, and who looks after its clocks, hang on it."""

from collections.abc import Iterable

from shared import ids
from tests.simulation.reading import Reading
from tests.simulation.rules import Broken
from tests.simulation.world import World


def keys_have_one_partition(world: World, reading: Reading) -> Iterable[Broken]:
    """Each record stands where its key belongs, by the count its topic has, or had before it grew."""
    for (topic, partition), records in world.broker.records.items():
        counts = range(world.broker.default_partitions, world.broker.partitions(topic) + 1)
        for record in records:
            key = record.key or b""
            if partition not in {ids.partition(key, count) for count in counts}:
                yield key.decode(errors="replace"), f"{topic}/{partition}/{record.offset} belongs on another partition"


RULES = (keys_have_one_partition,)
