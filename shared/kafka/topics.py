"""Topics as they are declared in deploy/topics.yaml, and the making of those a broker does not have yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

DAY_MS = 24 * 60 * 60 * 1000
# The broker sets the time of a record: one clock for all replicas. No declaration can change it.
ALWAYS = {"message.timestamp.type": "LogAppendTime"}


class TopicsNotMade(Exception):
    """No broker could be asked, or it refused some; the message names each with its reason."""


@dataclass(frozen=True)
class Topic:
    """One topic to be; `config` holds Kafka's own topic settings, as text."""

    name: str
    partitions: int
    replication: int = 1
    config: Mapping[str, str] = field(default_factory=dict)


Name = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)+$", max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Entry(_Strict):
    retention_days: PositiveInt
    cleanup: Literal["delete", "compact", "compact,delete"] = "delete"
    max_message_bytes: PositiveInt | None = None

    def topic(self, name: str, partitions: int, replication: int) -> Topic:
        config = {"cleanup.policy": self.cleanup, "retention.ms": str(self.retention_days * DAY_MS)}
        if self.max_message_bytes:
            config["max.message.bytes"] = str(self.max_message_bytes)
        if replication > 2:
            config["min.insync.replicas"] = str(replication - 1)
        return Topic(name, partitions, replication, config)


class _Single(_Entry):
    partitions: PositiveInt


class _Declared(_Strict):
    """The file: `twins` become `<name>.<lane>` for each of `lanes`, which gives the partitions of every lane."""

    lanes: dict[Literal["express", "standard"], PositiveInt]
    twins: dict[Name, _Entry]
    single: dict[Name, _Single]


def read_topics(path: Path, *, partitions: int | None = None, replication: int = 1) -> list[Topic]:
    """Every topic the file declares, `partitions` at most each. ValueError names what is wrong in the file."""
    declared = _Declared.model_validate(yaml.safe_load(path.read_text("utf-8")))
    twins = [
        entry.topic(f"{name}.{lane}", min(count, partitions or count), replication)
        for name, entry in declared.twins.items()
        for lane, count in declared.lanes.items()
    ]
    return twins + [
        entry.topic(name, min(entry.partitions, partitions or entry.partitions), replication)
        for name, entry in declared.single.items()
    ]


async def ensure_topics(
    bootstrap: str, topics: Iterable[Topic], *, timeout_ms: int = 30_000, **connection: Any
) -> list[str]:
    """Makes those of `topics` the broker does not have, and leaves the others as they are. The names it made.

    `connection` goes to aiokafka's admin client (security_protocol, ssl_context, sasl_*). Raises TopicsNotMade.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=timeout_ms, **connection)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        missing = [
            NewTopic(topic.name, topic.partitions, topic.replication, topic_configs=dict(topic.config) | ALWAYS)
            for topic in topics
            if topic.name not in there
        ]
        if not missing:
            return []
        answer = await admin.create_topics(missing, timeout_ms=timeout_ms)
    except KafkaError as fault:
        raise TopicsNotMade(f"no answer from {bootstrap}: {fault}") from fault
    finally:
        await admin.close()
    return _made(answer.topic_errors)


def _made(told: Iterable[tuple[str, int, str | None]]) -> list[str]:
    """What another maker was quicker to make is there, and not counted as made here."""
    answers = list(told)
    refused = [one for one in answers if one[1] not in (0, TopicAlreadyExistsError.errno)]
    if refused:
        raise TopicsNotMade("; ".join(f"{name}: error {code} {why or ''}".strip() for name, code, why in refused))
    return [name for name, code, _ in answers if code == 0]
