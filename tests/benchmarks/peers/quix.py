"""The job in quixstreams: raw bytes in and out, the key kept, headers set, a checkpoint every second (its default).

python -m tests.benchmarks.peers.quix BOOTSTRAP SOURCE TARGET GROUP COUNT
"""

import sys
from typing import Any

from quixstreams import Application

from tests.benchmarks.job import answer
from tests.benchmarks.meter import Meter


def main(bootstrap: str, source: str, target: str, group: str, count: int) -> None:
    meter = Meter()
    app = Application(
        broker_address=bootstrap,
        consumer_group=group,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        loglevel="ERROR",
        consumer_extra_config={"fetch.queue.backoff.ms": 1, "queued.max.messages.kbytes": 65536},
        producer_extra_config={"acks": "all", "enable.idempotence": True, "linger.ms": 0.5, "batch.size": 524288},
    )
    incoming = app.topic(source, value_deserializer="bytes", key_deserializer="bytes")
    outgoing = app.topic(target, value_serializer="bytes", key_serializer="bytes")

    def worked(value: bytes, key: bytes, time: int, headers: Any) -> Any:
        meter.first()
        return answer(value, headers)

    frame = app.dataframe(incoming).apply(worked, metadata=True).filter(lambda made: made is not None)
    frame = frame.set_headers(lambda made, key, time, headers: list(made[2])).apply(lambda made: made[1])
    frame.to_topic(outgoing)
    app.run(count=count, collect=False)
    meter.done(count)


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))
