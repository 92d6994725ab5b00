"""`python -m tests.faults.campaign.proxy DOORS`: one process of TCP doors on the loopback, each of which can be cut.

DOORS is a JSON file: {"control": port, "doors": [{"port", "to"}]}. A line `HOW port port…` on the control port sets
those doors: `open`; `reset`, connections end and new ones end at once; `silent`, connections stay and nothing goes
through, and goes on when opened again, as over a line that was out. Each line is answered by `ok`.
"""

import asyncio
import json
import sys
from pathlib import Path

import uvloop

LOOPBACK = "127.0.0.1"
MOST_HELD = 1_000_000


class Door:
    """One listening port and where it leads."""

    def __init__(self, to: int) -> None:
        self.to, self.how = to, "open"
        self.ends: set[End] = set()

    def set(self, how: str) -> None:
        """From now on, for the connections that stand and for new ones."""
        self.how = how
        for end in list(self.ends):
            if how == "reset":
                end.transport.abort()
            else:
                end.flow()


class End(asyncio.Protocol):
    """One side of a connection; what it hears it hands to the other side."""

    transport: asyncio.Transport

    def __init__(self, door: Door, other: "End | None" = None) -> None:
        self.door, self.other = door, other
        self.full, self.gone, self.early = False, False, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.transport.set_write_buffer_limits(MOST_HELD)
        if self.door.how == "reset":
            self.transport.abort()
            return
        self.door.ends.add(self)
        if self.other is None:
            self._task = asyncio.get_running_loop().create_task(self._reach())
        else:
            self.other.other = self
            self.transport.write(bytes(self.other.early))
            self.other.early.clear()
        self.flow()

    async def _reach(self) -> None:
        """Opens the other side; a server that is not there ends the connection."""
        try:
            await asyncio.get_running_loop().create_connection(lambda: End(self.door, self), LOOPBACK, self.door.to)
        except OSError:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self.early += data
        else:
            self.other.transport.write(data)

    def flow(self) -> None:
        """Reads on unless the door is silent or the other side takes no more."""
        if self.gone or self.transport.is_closing():
            return
        if self.door.how == "silent" or (self.other is not None and self.other.full):
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def pause_writing(self) -> None:
        self._filled(True)

    def resume_writing(self) -> None:
        self._filled(False)

    def _filled(self, full: bool) -> None:
        self.full = full
        if self.other is not None:
            self.other.flow()

    def connection_lost(self, fault: Exception | None) -> None:
        self.gone = True
        self.door.ends.discard(self)
        if self.other is not None and not self.other.gone:
            self.other.transport.close() if fault is None else self.other.transport.abort()


async def serve(plan: Path) -> None:
    """Until killed."""
    told = json.loads(plan.read_text("utf-8"))
    doors = {each["port"]: Door(each["to"]) for each in told["doors"]}
    loop = asyncio.get_running_loop()
    for port, door in doors.items():
        await loop.create_server(lambda door=door: End(door), LOOPBACK, port, backlog=512)  # type: ignore[misc]

    async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            how, *ports = line.decode().split()
            for port in ports:
                doors[int(port)].set(how)
            writer.write(b"ok\n")
        writer.close()

    server = await asyncio.start_server(control, LOOPBACK, told["control"], limit=1 << 20)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
