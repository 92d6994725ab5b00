"""The whole system of a campaign: three brokers, the Rust store, partners, two replicas a service, doors before all."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deploy.local.apache import Cluster, apache_cluster
from deploy.local.embedded import store_url
from deploy.local.environment import environment
from deploy.local.keys import Keys
from deploy.local.partners.server import partner_server
from deploy.local.probes import http_answers
from deploy.local.processes import LOOPBACK, Server, free_port, stop_all
from deploy.local.rust_store import rust_store
from deploy.topics import DECLARED
from shared.contracts.catalog import SERVICES
from shared.kafka.topics import ensure_topics, read_topics
from tests.faults.campaign.doors import Doors

BROKERS, PARTITIONS = 3, 2
WORLD, PEERS = "world", "peers"
SESSION_MS = 6000
BROKER = {
    "inter.broker.listener.name": PEERS.upper(),
    "num.network.threads": "1",
    "num.io.threads": "4",
    "replica.lag.time.max.ms": "10000",
    "log.retention.ms": "-1",
    "unclean.leader.election.enable": "false",
}
REPLICAS = tuple(f"{service}-{letter}" for service in SERVICES for letter in "ab")
READY_S = 90.0


@dataclass(frozen=True)
class Replica:
    """One process of a service, and what its environment tells it."""

    service: str
    port: int
    server: Server
    told: Mapping[str, str]


class System:
    """Everything of one campaign, its files in `folder` (new). Spawn only from the thread that lives as long."""

    def __init__(self, folder: Path, orders: Sequence[Mapping[str, Any]], store_in: Path | None = None) -> None:
        folder.mkdir(parents=True)
        self.folder, self.keys, self.doors = folder.resolve(), Keys(), Doors()
        (self.folder / "orders.json").write_text(json.dumps(list(orders)), "utf-8")
        self.store_folder = Path(tempfile.mkdtemp(prefix="redress-", dir=store_in)) if store_in else self.folder
        self.store = rust_store(self.store_folder)
        self.partners = partner_server(self.folder, orders=self.folder / "orders.json")
        self.further = {
            client.upper().replace("-", "_"): self._listeners(client) for client in (*REPLICAS, WORLD, PEERS)
        }
        self.replicas = {name: self._replica(name) for name in REPLICAS}
        self.proxy = self.doors.server(self.folder)
        self.cluster: Cluster | None = None

    def _listeners(self, client: str) -> list[tuple[int, int]]:
        ports = [free_port() for _ in range(BROKERS)]
        return [(port, self.doors.add(client, f"kafka-{node}", port)) for node, port in enumerate(ports, 1)]

    def _replica(self, name: str) -> Replica:
        service, port = name.split("-")[0], free_port()
        store = self.doors.add(name, "store", self.store.port)
        partners = self.doors.add(name, "partners", self.partners.port)
        self.doors.add(WORLD, name, port)
        ports = {"kafka": 0, "mongo": store, "partners": partners, **dict.fromkeys(SERVICES, port)}
        told = environment(ports, self.keys, self.folder)
        own = {
            "kafka": self.bootstrap(name),
            "kafka_idempotent": "true",
            "kafka_session_ms": str(SESSION_MS),
            "stuck_after_s": "60",
        }
        told |= {f"{service}_{key}".upper(): value for key, value in own.items()}
        ours = {key: value for key, value in told.items() if key.startswith(service.upper())}
        return Replica(service, port, self._server(name, f"services.{service}", [], port, ours), ours)

    def _server(self, name: str, module: str, words: Sequence[str], port: int, told: Mapping[str, str]) -> Server:
        command = [sys.executable, "-m", module, *words]
        return Server(name, command, port=port, folder=self.folder, answers=lambda: http_answers(port), env=told)

    def renew(self, name: str) -> None:
        """From its next start on this replica is the later release."""
        old = self.replicas[name]
        server = self._server(name, "tests.faults.campaign.newer", [old.service], old.port, old.told)
        self.replicas[name] = replace(old, server=server)

    # Addresses ---------------------------------------------------------------------------------

    def bootstrap(self, client: str) -> str:
        """The brokers as a client reaches them, through its doors."""
        ports = [self.doors.port(client, f"kafka-{node}") for node in range(1, BROKERS + 1)]
        return ",".join(f"{LOOPBACK}:{port}" for port in ports)

    @property
    def kafka(self) -> str:
        """The brokers with no door before them: for looking on."""
        assert self.cluster is not None
        return self.cluster.bootstrap

    @property
    def mongo(self) -> str:
        """The store with no door before it: for looking on."""
        return store_url(self.store.port)

    def ways(self, service: str) -> list[int]:
        """The ports at which callers find a service's replicas, through their doors."""
        return [self.doors.port(WORLD, f"{service}-{letter}") for letter in "ab"]

    def ops(self) -> dict[str, str]:
        """What `redress audit` needs of the environment."""
        both = {"kafka": self.kafka, "mongo": self.mongo}
        return {f"{service}_{key}".upper(): value for service in SERVICES for key, value in both.items()}

    def servers(self) -> dict[str, Server]:
        """Everything that may be killed, stopped or cut off, by name."""
        assert self.cluster is not None
        brokers = {broker.name: broker for broker in self.cluster.brokers}
        return {**{name: each.server for name, each in self.replicas.items()}, "store": self.store, **brokers}

    # Up and down -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def brokers(self) -> Iterator[None]:
        """Proxy and brokers, with their topics; every process of the run is stopped by its id at the end."""
        try:
            self.proxy.start()
            with apache_cluster(self.folder, brokers=BROKERS, settings=BROKER, further=self.further) as self.cluster:
                asyncio.run(self._topics())
                try:
                    yield
                finally:
                    self.doors.set("open")
                    stop_all([each.server for each in self.replicas.values()], grace=25)
        finally:
            for server in (*(each.server for each in self.replicas.values()), self.partners, self.store, self.proxy):
                server.kill()

    async def _topics(self) -> None:
        """Everything is kept: a compacted topic would leave gaps in the numbers."""
        declared = read_topics(DECLARED, partitions=PARTITIONS, replication=BROKERS)
        kept = [replace(one, config={**one.config, "cleanup.policy": "delete"}) for one in declared]
        await ensure_topics(self.kafka, kept, timeout_ms=60_000)

    def start(self) -> None:
        """The store, the partners and all services; returns when all are ready."""
        self.store.start()
        others = [self.partners, *(each.server for each in self.replicas.values())]
        for server in others:
            server.spawn()
        for server in others:
            server.wait_ready(READY_S)
