"""How the two kinds of client are set; measured values, the reasons stand in docs/decisions/0003-kafka-client.md."""

from dataclasses import dataclass, field
from typing import Any

from shared.flow.messages import Lane


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where Kafka is and what it can do. `security` holds aiokafka's SASL and TLS arguments.

    `idempotent`: on for Apache Kafka, off for the embedded broker. `session_ms`: 6000 is Apache Kafka's minimum.
    """

    bootstrap: str
    idempotent: bool = True
    session_ms: int = 10_000
    heartbeat_ms: int = 500
    security: dict[str, Any] = field(default_factory=dict)

    def consumer(self, lane: Lane) -> dict[str, Any]:
        """aiokafka consumer arguments for a lane."""
        return {
            "bootstrap_servers": self.bootstrap,
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "session_timeout_ms": self.session_ms,
            "heartbeat_interval_ms": min(self.heartbeat_ms, self.session_ms // 4),
            "rebalance_timeout_ms": 45_000,
            "max_poll_interval_ms": 300_000,
            # Apache Kafka answers a waiting fetch when something comes; the embedded broker does not
            "fetch_max_wait_ms": 500 if self.idempotent else 100,
            "max_partition_fetch_bytes": 262_144 if lane == "express" else 524_288,
            "request_timeout_ms": 20_000,
            **self.security,
        }

    def producer(self, lane: Lane) -> dict[str, Any]:
        """aiokafka producer arguments for a lane."""
        return {
            "bootstrap_servers": self.bootstrap,
            "acks": "all",
            "enable_idempotence": self.idempotent,
            "max_batch_size": 524_288,
            "max_request_size": 64_000_000,  # the broker's limits count: what came in must fit a dead letter
            "linger_ms": 0 if lane == "express" else 3,
            "request_timeout_ms": 15_000,
            **self.security,
        }
