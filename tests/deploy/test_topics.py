"""The declared topics are those the interface names, and making them twice changes nothing."""

from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.topics import DECLARED, main
from shared.kafka.topics import Topic, TopicsNotMade, ensure_topics, read_topics

SERVICES = ["intake", "triage", "compensation", "notify"]
LINES = ["ride_hailing", "sharing_economy", "farm_aftersales", "high_speed_rail", "driving_school"]


def named_by_the_interface() -> set[str]:
    twins = ["redress.channels", "redress.contacts"]
    twins += [f"redress.{service}{part}" for service in SERVICES for part in ("", ".inbox", ".effects")]
    single = ["redress.receipts", "redress.actions"]
    single += [f"redress.outcomes.{line}" for line in LINES] + [f"redress.{service}.dead" for service in SERVICES]
    return {f"{name}.{lane}" for name in twins for lane in ("express", "standard")} | set(single)


def test_the_declared_topics_are_those_the_interface_names() -> None:
    topics = read_topics(DECLARED)
    assert {topic.name for topic in topics} == named_by_the_interface()
    assert len(topics) == len(named_by_the_interface())


def test_every_topic_states_how_long_it_keeps_records() -> None:
    assert all(int(topic.config["retention.ms"]) >= 14 * 86_400_000 for topic in read_topics(DECLARED))


def test_contacts_are_compacted_and_deleted() -> None:
    policies = {topic.config["cleanup.policy"] for topic in read_topics(DECLARED) if "contacts" in topic.name}
    assert policies == {"compact,delete"}


def test_partitions_follow_the_lane_and_can_be_capped() -> None:
    counts = {topic.name: topic.partitions for topic in read_topics(DECLARED)}
    assert (counts["redress.intake.express"], counts["redress.intake.standard"]) == (3, 6)
    assert {topic.partitions for topic in read_topics(DECLARED, partitions=2)} == {1, 2}


def test_a_cluster_keeps_two_copies_in_step() -> None:
    assert {topic.config["min.insync.replicas"] for topic in read_topics(DECLARED, replication=3)} == {"2"}


def test_a_fault_in_the_declaration_is_named(tmp_path: Path) -> None:
    file = tmp_path / "topics.yaml"
    file.write_text("lanes: {express: 1, standard: 0}\ntwins: {}\nsingle: {}\n")
    with pytest.raises(ValueError, match=r"lanes\.standard"):
        read_topics(file)


async def test_missing_topics_are_made_once(any_kafka, fresh) -> None:
    first, second = Topic(fresh("a"), 2), Topic(fresh("b"), 1)
    assert await ensure_topics(any_kafka.bootstrap, [first]) == [first.name]
    assert await ensure_topics(any_kafka.bootstrap, [first, second]) == [second.name]
    assert await ensure_topics(any_kafka.bootstrap, [first, second]) == []


async def test_the_broker_sets_the_time_whatever_is_declared(any_kafka, fresh) -> None:
    topic = Topic(fresh("timed"), 1, config={"message.timestamp.type": "CreateTime", "retention.ms": "86400000"})
    await ensure_topics(any_kafka.bootstrap, [topic])
    admin = AIOKafkaAdminClient(bootstrap_servers=any_kafka.bootstrap)
    await admin.start()
    (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
    await admin.close()
    values = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    assert (values["message.timestamp.type"], values["retention.ms"]) == ("LogAppendTime", "86400000")


@pytest.mark.kafka
async def test_a_refused_topic_is_named(real_kafka, fresh) -> None:
    too_many_copies = Topic(fresh("copies"), 1, replication=3)
    with pytest.raises(TopicsNotMade, match=too_many_copies.name):
        await ensure_topics(real_kafka, [too_many_copies])


def test_the_command_makes_all_of_them(own_pair, capsys) -> None:
    assert main(["--bootstrap", own_pair.kafka, "--partitions", "2"]) == 0
    assert main(["--bootstrap", own_pair.kafka, "--partitions", "2"]) == 0
    count = len(named_by_the_interface())
    assert capsys.readouterr().out == f"{count} topics made, 0 were there\n0 topics made, {count} were there\n"


def test_the_command_says_when_no_broker_answers(capsys) -> None:
    assert main(["--bootstrap", "127.0.0.1:9"]) == 1
    assert "127.0.0.1:9" in capsys.readouterr().err
