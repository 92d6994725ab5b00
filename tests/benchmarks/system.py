"""The real services on Apache Kafka and the Rust store, one replica of each; what a benchmark of the whole runs on."""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.local.apache import apache_cluster
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.partners.server import partner_server
from deploy.local.probes import http_answers
from deploy.local.processes import Server, free_port, stop_all
from deploy.local.rust_store import rust_store, rust_store_url
from deploy.topics import DECLARED
from shared.contracts.catalog import SERVICES
from shared.kafka.topics import ensure_topics, read_topics

PARTITIONS = 6
BROKER = {"log.retention.ms": "-1"}


class System:
    """Servers run; services are started by whoever measures. Everything ends with the context."""

    def __init__(self, folder: Path, kafka: str, store: Server) -> None:
        self.folder, self.kafka, self.keys = folder, kafka, Keys()
        self.mongo, self.store = rust_store_url(store), store
        self.partners = partner_server(folder, free_port(), orders=self._orders(folder))
        self.ports = {name: free_port() for name in SERVICES}
        ports = {"kafka": 0, "mongo": store.port, "partners": self.partners.port, **self.ports}
        told = environment(ports, self.keys, folder)
        for name in SERVICES:
            own = {"kafka": kafka, "kafka_idempotent": "true", "kafka_session_ms": "10000", "mongo": self.mongo}
            told |= {f"{name}_{key}".upper(): value for key, value in own.items()}
        self.environment = told
        self.services = {name: self._service(name) for name in SERVICES}

    def _orders(self, folder: Path) -> Path:
        orders = folder / "orders.json"
        orders.write_text("[]", "utf-8")
        return orders

    def _service(self, name: str) -> Server:
        port = self.ports[name]
        command = [sys.executable, "-m", f"services.{name}"]
        return Server(
            name, command, port=port, folder=self.folder, answers=lambda: http_answers(port), env=self.environment
        )

    def start(self, *names: str) -> None:
        """These services, side by side; returns when all are ready."""
        for name in names:
            self.services[name].spawn()
        for name in names:
            self.services[name].wait_ready(90)

    def stop(self, *names: str) -> None:
        stop_all([self.services[name] for name in names], grace=30)


@contextlib.contextmanager
def system() -> Iterator[System]:
    """One broker with the declared topics (six partitions a standard lane), the store and the partner simulator."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with apache_cluster(folder, settings=BROKER) as cluster, rust_store(folder) as store:
            one = System(folder, cluster.bootstrap, store)
            asyncio.run(ensure_topics(one.kafka, read_topics(DECLARED, partitions=PARTITIONS, replication=1)))
            with one.partners:
                try:
                    yield one
                finally:
                    stop_all(list(one.services.values()), grace=30)


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no process {pid}")


def processor_s(pid: int) -> float:
    """User and system seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
