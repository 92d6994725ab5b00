"""Where a group stands, set by hand while nobody of it runs."""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.flow.errors import Transient
from shared.flow.records import Part
from shared.kafka.settings import KafkaSettings

WAIT_S = 20.0


async def set_offsets(settings: KafkaSettings, group: str, offsets: Mapping[Part, int]) -> None:
    """Commits these offsets for a group; Transient when Kafka is away or takes none, since members are there."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap, group_id=group, enable_auto_commit=False, **settings.security
    )
    try:
        async with asyncio.timeout(WAIT_S):
            await consumer.start()
            consumer.assign([TopicPartition(*part) for part in offsets])
            await consumer.commit({TopicPartition(*part): at for part, at in offsets.items()})
    except (KafkaError, OSError, TimeoutError) as fault:
        raise Transient(f"{group} takes no offsets: {type(fault).__name__}") from None
    finally:
        await consumer.stop()
