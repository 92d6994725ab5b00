"""The whole system on one machine: the embedded pair, the partner simulator, the four services, side by side."""

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.local.channels import Channel, add_channel
from deploy.local.embedded import embedded_broker, embedded_store, store_url
from deploy.local.environment import environment, url
from deploy.local.keys import Keys
from deploy.local.partners.server import partner_server
from deploy.local.probes import http_answers
from deploy.local.processes import LOOPBACK, Server, free_port, port_is_free, stop_all
from deploy.topics import DECLARED
from shared.contracts.catalog import SERVICES
from shared.kafka.topics import Topic, ensure_topics, read_topics

PARTITIONS = {"express": 1, "standard": 2}
Say = Callable[[str], None]


def local_topics() -> list[Topic]:
    """The declared topics with few partitions: the embedded broker slows with every one it holds."""
    return [
        Topic(one.name, PARTITIONS.get(one.name.rsplit(".", 1)[-1], 1), 1, one.config) for one in read_topics(DECLARED)
    ]


class Run:
    """Everything of one run, its files in `folder` (new). Start it from a thread that lives as long as it does."""

    def __init__(
        self,
        folder: Path,
        ports: Mapping[str, int] | None = None,
        orders: Sequence[Mapping[str, Any]] = (),
        more: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.keys = folder.resolve(), Keys()
        wanted = dict(ports or {})
        names = ("kafka", "mongo", "partners", *SERVICES)
        self.ports = {name: _settled(wanted.get(name, 0)) for name in names}
        self.environment = environment(self.ports, self.keys, self.folder) | dict(more or {})
        (self.folder / "orders.json").write_text(json.dumps(list(orders)), "utf-8")
        self.broker = embedded_broker(self.folder, self.ports["kafka"])
        self.store = embedded_store(self.folder, self.ports["mongo"])
        self.partners = partner_server(self.folder, self.ports["partners"], orders=self.folder / "orders.json")
        self.services = {name: self.service(name, self.ports[name]) for name in SERVICES}

    def service(self, name: str, port: int, as_name: str = "") -> Server:
        """One service, not started; on another port it is one more replica of it."""
        told = self.environment | {f"{name.upper()}_PORT": str(port)}
        command = [sys.executable, "-m", f"services.{name}"]
        return Server(
            as_name or name, command, port=port, folder=self.folder, answers=lambda: http_answers(port), env=told
        )

    @property
    def kafka(self) -> str:
        return f"{LOOPBACK}:{self.ports['kafka']}"

    @property
    def mongo(self) -> str:
        return store_url(self.ports["mongo"])

    def url(self, name: str) -> str:
        """Where a service or the partner simulator is reached."""
        return url(self.ports[name])

    @property
    def servers(self) -> list[Server]:
        return [*self.services.values(), self.partners, self.store, self.broker]

    def start(self, say: Say = lambda _: None) -> None:
        """Returns when every service is ready; NotStarted says which is not, with the tail of its log."""
        self.broker.start()
        say("broker")
        asyncio.run(ensure_topics(self.kafka, local_topics()))  # before anybody subscribes: it would make them its way
        say("topics")
        others = [self.store, self.partners, *self.services.values()]
        for server in others:
            server.spawn()
        for server in others:
            server.wait_ready(120, self._whole)
            say(server.name)

    def _whole(self) -> bool:
        """Whether the servers everything else needs still run."""
        return self.broker.alive and self.store.alive

    def add_channel(self, id: str, *options: str) -> Channel:
        """An integration that may tell complaints, with its key; as soon as the store answers."""
        return add_channel(self.mongo, id, *options)

    def stop(self) -> dict[str, int | None]:
        """Services drain; the pair is thrown away with the run. Exit codes by name."""
        services = list(self.services.values())
        stop_all([*services, self.partners])
        for server in (self.store, self.broker):
            server.kill()
        return {server.name: server.exit_code for server in self.servers}

    def ops(self) -> dict[str, str]:
        """What `redress` commands need of the environment to find this run."""
        return {name: value for name, value in self.environment.items() if name.split("_", 1)[0].lower() in SERVICES}


def _settled(port: int) -> int:
    return port if port and port_is_free(port) else free_port()
