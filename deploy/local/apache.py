"""Apache Kafka itself without Docker: its jars from Maven Central, one or three KRaft brokers as child processes.

Needs `java` (17) and `mvn` on the path. The jars are fetched once into a cache folder.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.probes import kafka_answers
from deploy.local.processes import LOOPBACK, Server, free_port, stop_all

KAFKA_VERSION = "4.3.1"
HEAP = "384m"
CACHE_SETTING = "REDRESS_CACHE"

POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>redress</groupId><artifactId>kafka-jars</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.1</version>
    </dependency>
  </dependencies>
</project>
"""

# What every broker here has; a caller may add to it or overrule it.
DEFAULTS = {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "log.message.timestamp.type": "LogAppendTime",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "broker.session.timeout.ms": "6000",
}


def cache_folder() -> Path:
    """Where fetched jars are kept: `REDRESS_CACHE`, else `.cache` at the top of the project."""
    named = os.environ.get(CACHE_SETTING)
    return Path(named) if named else Path(__file__).parents[2] / ".cache"


def kafka_jars() -> Path:
    """The folder of jars, fetched by Maven when it is not there yet (43 MB)."""
    libs = cache_folder() / "kafka" / KAFKA_VERSION
    if libs.is_dir():
        return libs
    if not (shutil.which("mvn") and shutil.which("java")):
        raise RuntimeError("Apache Kafka needs java 17 and mvn on the path: install them, or use the embedded broker")
    libs.parent.mkdir(parents=True, exist_ok=True)
    # Fetched aside and moved whole, so that a broken fetch or a second process leaves no half folder.
    with tempfile.TemporaryDirectory(dir=libs.parent) as aside:
        pom = Path(aside) / "pom.xml"
        pom.write_text(POM)
        fetch = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
        subprocess.run([*fetch, "-DincludeScope=runtime", "-DoutputDirectory=libs"], check=True)
        if not libs.is_dir():
            (Path(aside) / "libs").rename(libs)
    return libs


def _java(libs: Path, *arguments: str) -> list[str]:
    return ["java", "-XX:+UseSerialGC", f"-Xmx{HEAP}", f"-Xms{HEAP}", "-cp", f"{libs}/*", *arguments]


Listeners = Mapping[str, Sequence[tuple[int, int]]]
"""Further listeners of a cluster by name: for each broker the port it listens on and the port it tells clients."""


def _properties(
    node: int, ports: list[tuple[int, int]], folder: Path, more: Mapping[str, str], further: Listeners
) -> str:
    """server.properties of broker `node` (from 1); `ports` holds (client, controller) of each broker."""
    client, controller = ports[node - 1]
    copies = str(len(ports))
    in_step = str(max(1, len(ports) - 1))
    voters = ",".join(f"{n}@{LOOPBACK}:{port}" for n, (_, port) in enumerate(ports, 1))
    own = {
        "node.id": str(node),
        "controller.quorum.voters": voters,
        "listeners": ",".join(
            [f"PLAINTEXT://{LOOPBACK}:{client}", f"CONTROLLER://{LOOPBACK}:{controller}"]
            + [f"{name}://{LOOPBACK}:{doors[node - 1][0]}" for name, doors in further.items()]
        ),
        "advertised.listeners": ",".join(
            [f"PLAINTEXT://{LOOPBACK}:{client}"]
            + [f"{name}://{LOOPBACK}:{doors[node - 1][1]}" for name, doors in further.items()]
        ),
        "listener.security.protocol.map": ",".join(
            [DEFAULTS["listener.security.protocol.map"], *(f"{name}:PLAINTEXT" for name in further)]
        ),
        "log.dirs": str(folder / "data"),
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_step,
        "default.replication.factor": copies,
        "min.insync.replicas": in_step,
    }
    return "".join(f"{key}={value}\n" for key, value in (DEFAULTS | own | dict(more)).items())


@dataclass(frozen=True)
class Cluster:
    """Running brokers; each may be killed and started again by itself and keeps its port and data."""

    brokers: list[Server]

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{LOOPBACK}:{broker.port}" for broker in self.brokers)


def _broker(libs: Path, name: str, settings: Path, port: int, count: int) -> Server:
    return Server(
        name,
        _java(libs, "-Dlog4j2.level=WARN", "kafka.Kafka", str(settings)),
        port=port,
        folder=settings.parent.parent,
        answers=lambda: kafka_answers(port, count),
    )


def _prepare(libs: Path, folder: Path, count: int, more: Mapping[str, str], further: Listeners) -> Cluster:
    ports = [(free_port(), free_port()) for _ in range(count)]
    tool = _java(libs, "kafka.tools.StorageTool")
    made = subprocess.run([*tool, "random-uuid"], check=True, capture_output=True, text=True)
    cluster_id = made.stdout.strip()
    brokers = []
    for node in range(1, count + 1):
        name = f"kafka-{node}"
        home = folder / name
        home.mkdir(parents=True)
        settings = home / "server.properties"
        settings.write_text(_properties(node, ports, home, more, further))
        subprocess.run([*tool, "format", "-t", cluster_id, "-c", str(settings)], check=True, capture_output=True)
        brokers.append(_broker(libs, name, settings, ports[node - 1][0], count))
    return Cluster(brokers)


@contextmanager
def apache_cluster(
    folder: Path, *, brokers: int = 1, settings: Mapping[str, str] | None = None, further: Listeners | None = None
) -> Iterator[Cluster]:
    """Starts Apache Kafka on the loopback, logs and data in `folder` (new); stops it at the end.

    With three brokers replication is 3 and `min.insync.replicas` 2. `settings` adds to server.properties, `further`
    gives each broker more listeners: clients of one are told its ports alone.
    """
    cluster = _prepare(kafka_jars(), folder, brokers, settings or {}, further or {})
    try:
        for broker in cluster.brokers:
            broker.spawn()
        for broker in cluster.brokers:
            broker.wait_ready(120)
        yield cluster
    finally:
        stop_all(cluster.brokers, grace=30)
