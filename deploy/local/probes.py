"""Whether a server really answers: one smallest request in its own protocol, without its driver."""

import http.client
import socket
import struct

from deploy.local.processes import LOOPBACK

TIMEOUT_S = 2.0

KAFKA_METADATA = 3
KAFKA_NO_TOPICS = struct.pack(">hhihi", KAFKA_METADATA, 1, 1, -1, 0)
MONGO_OP_MSG = 2013
# {hello: 1, $db: "admin"} as BSON
MONGO_HELLO = b"\x10hello\x00\x01\x00\x00\x00\x02$db\x00\x06\x00\x00\x00admin\x00\x00"


def _exact(peer: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = peer.recv(size - len(data))
        if not part:
            raise ConnectionError("closed before the answer was whole")
        data += part
    return data


def kafka_answers(port: int, brokers: int = 1) -> bool:
    """Whether the broker answers a metadata request (version 1, no topics) naming at least `brokers`."""
    try:
        with socket.create_connection((LOOPBACK, port), TIMEOUT_S) as peer:
            peer.sendall(struct.pack(">i", len(KAFKA_NO_TOPICS)) + KAFKA_NO_TOPICS)
            (size,) = struct.unpack(">i", _exact(peer, 4))
            _, known = struct.unpack_from(">ii", _exact(peer, size))
            return bool(known >= brokers)
    except (OSError, struct.error):
        return False


def mongo_answers(port: int) -> bool:
    """Whether the store answers `hello`, as primary."""
    document = struct.pack("<i", len(MONGO_HELLO) + 4) + MONGO_HELLO
    body = struct.pack("<iB", 0, 0) + document
    try:
        with socket.create_connection((LOOPBACK, port), TIMEOUT_S) as peer:
            peer.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, MONGO_OP_MSG) + body)
            (size,) = struct.unpack("<i", _exact(peer, 4))
            return b"\x08isWritablePrimary\x00\x01" in _exact(peer, size - 4)
    except OSError:
        return False


def http_answers(port: int, path: str = "/health/ready") -> bool:
    """Whether GET `path` on the loopback answers with a 2xx status."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status // 100 == 2
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
