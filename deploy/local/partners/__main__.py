"""`python -m deploy.local.partners --port N`: serves the simulated partners; `--openapi` prints their contract."""

import argparse
import json
from pathlib import Path

import uvicorn

from deploy.local.partners.app import build_app
from deploy.local.partners.books import Books
from deploy.local.partners.faults import closable
from deploy.local.processes import LOOPBACK


def contract() -> str:
    """The OpenAPI document as it stands in docs/partners.openapi.json."""
    return json.dumps(build_app().openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.partners", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--port", type=int, help="port on the loopback to serve on")
    what.add_argument("--openapi", action="store_true", help="print the contract and end")
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on; only a container needs another")
    parser.add_argument("--orders", type=Path, help="a JSON list of orders to begin with")
    args = parser.parse_args(argv)
    if args.openapi:
        print(contract(), end="")
        return 0
    books = Books()
    if args.orders:
        books.seed(args.orders)
    app = closable(build_app(books))
    uvicorn.run(app, host=args.host, port=args.port, log_level="warning", timeout_graceful_shutdown=1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
