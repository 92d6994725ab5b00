"""Who reaches whom through which door of the proxy, and cutting those of one server or client."""

import json
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import LOOPBACK, Server, free_port

WAIT_S = 10.0


@dataclass(frozen=True)
class Door:
    """`client` reaches `server`, which listens on `to`, at `port`."""

    client: str
    server: str
    port: int
    to: int


class Doors:
    """All doors of a run; the proxy that holds them is one process of its own."""

    def __init__(self) -> None:
        self.all: list[Door] = []
        self.control = free_port()

    def add(self, client: str, server: str, to: int) -> int:
        """A new door; the port on which the client finds the server."""
        self.all.append(Door(client, server, free_port(), to))
        return self.all[-1].port

    def port(self, client: str, server: str) -> int:
        """Where a client finds a server."""
        return next(door.port for door in self.all if (door.client, door.server) == (client, server))

    def server(self, folder: Path) -> Server:
        """The proxy, not started; doors added later are not in it."""
        plan = folder / "doors.json"
        doors = [{"port": door.port, "to": door.to} for door in self.all]
        plan.write_text(json.dumps({"control": self.control, "doors": doors}), "utf-8")
        command = [sys.executable, "-m", "tests.faults.campaign.proxy", str(plan)]
        return Server("proxy", command, port=self.control, folder=folder, answers=self._answers)

    def set(self, how: str, name: str = "") -> None:
        """`open`, `reset` or `silent` for every door to or from a server or client; without a name for all."""
        ports = [str(door.port) for door in self.all if not name or name in (door.client, door.server)]
        with socket.create_connection((LOOPBACK, self.control), WAIT_S) as peer:
            peer.sendall(f"{how} {' '.join(ports)}\n".encode())
            if peer.recv(3) != b"ok\n":
                raise ConnectionError("the proxy did not take the order")

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.control), WAIT_S):
                return True
        except OSError:
            return False
