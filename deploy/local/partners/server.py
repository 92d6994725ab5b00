"""The simulator as a process of its own."""

import sys
from pathlib import Path

from deploy.local.probes import http_answers
from deploy.local.processes import Server, free_port


def partner_server(folder: Path, port: int | None = None, *, orders: Path | None = None) -> Server:
    """The simulator, not started; it begins with the JSON list of orders in `orders`."""
    port = port or free_port()
    command = [sys.executable, "-m", "deploy.local.partners", "--port", str(port)]
    if orders:
        command += ["--orders", str(orders)]
    return Server("partners", command, port=port, folder=folder, answers=lambda: http_answers(port, "/_ledger"))
