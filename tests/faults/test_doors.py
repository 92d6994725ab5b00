"""The campaign's instruments do what they say: doors cut and mend, a later release writes what an older one keeps."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.processes import LOOPBACK
from shared.flow.messages import Struck
from shared.flow.thing import Thing, from_store, to_store
from tests.faults.campaign.doors import Doors
from tests.faults.campaign.newer import FIELD, later
from tests.simulation import services

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Echo(socketserver.BaseRequestHandler):
    """Gives back what it gets."""

    def handle(self) -> None:
        while data := self.request.recv(1024):
            self.request.sendall(data)


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    """Two clients, each with a door of its own to one server."""
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made = Doors()
        for client in ("here", "there"):
            made.add(client, "echo", server.server_address[1])
        with made.server(tmp_path):
            yield made
        server.shutdown()


def a_line(doors: Doors, client: str) -> socket.socket:
    return socket.create_connection((LOOPBACK, doors.port(client, "echo")), 30)


def answers(line: socket.socket, text: bytes = b"hello", seconds: float = 30) -> bytes:
    line.settimeout(seconds)
    line.sendall(text)
    return line.recv(1024)


def test_an_open_door_lets_everything_through(doors: Doors) -> None:
    with a_line(doors, "here") as line:
        assert answers(line) == b"hello"


def test_a_client_cut_off_is_reset_and_refused_while_others_go_on(doors: Doors) -> None:
    with a_line(doors, "here") as line, a_line(doors, "there") as other:
        assert answers(line) == answers(other) == b"hello"
        doors.set("reset", "here")
        with pytest.raises(ConnectionError):
            if not answers(line):
                raise ConnectionResetError
        with a_line(doors, "here") as late, pytest.raises(ConnectionError):
            if not answers(late):
                raise ConnectionResetError
        assert answers(other) == b"hello"
        doors.set("open", "here")
        with a_line(doors, "here") as again:
            assert answers(again) == b"hello"


def test_behind_a_silent_door_nothing_is_lost_and_nothing_comes(doors: Doors) -> None:
    with a_line(doors, "here") as line:
        assert answers(line) == b"hello"
        doors.set("silent", "echo")
        with pytest.raises(TimeoutError):
            answers(line, b"later", seconds=0.3)
        doors.set("open", "echo")
        line.settimeout(30)
        assert line.recv(1024) == b"later"


def test_what_a_later_release_wrote_outlives_an_older_one() -> None:
    older = services.compensation_service()
    newer = later(older)
    thing = Thing(id="c1", state=newer.state())
    thing, _ = newer.decide(thing, Struck("offer", NOW), NOW, newer.policy(NOW))
    read = from_store(to_store(thing, 1), older.state)
    read, _ = older.decide(read, Struck("offer", NOW), NOW, older.policy(NOW))
    assert to_store(read, 2)["state"][FIELD] == 1
